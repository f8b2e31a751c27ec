import {BrmcError} from '../../errors.js'
import {decodeFatEntries, type FatEntry} from './entries.js'
import {chainFrom, decodeBootSector, freeClusters, type FatVolume, type ReadAt} from './volume.js'

/** A FAT file system as a whole, file contents left aside. */
export interface FatWalk {
  volume: FatVolume
  /** Path -> entry; folders too. */
  entries: ReadonlyMap<string, FatEntry>
  freeBytes: number
  /** Boot sector, tables and folders: all that a check of the file system reads. Offsets count from the start of the partition. */
  metadata: {offset: number, size: number}[]
}

const MAX_DEPTH = 64

/** Throws BrmcError IMAGE_INVALID: no FAT, or a damaged one. */
export async function walkFat(read: ReadAt, partitionOffset: number): Promise<FatWalk> {
  const readAt: ReadAt = async (offset, length) => read(partitionOffset + offset, length)
  const volume = decodeBootSector(await readAt(0, 512))
  const table = await readAt(volume.tableOffset, volume.tableSize)
  const entries = new Map<string, FatEntry>()
  const metadata = [{offset: 0, size: volume.dataOffset}]

  const readFolder = async (cluster: number): Promise<FatEntry[]> => {
    const places = chainFrom(cluster, table, volume).map(number => ({offset: volume.dataOffset + (number - 2) * volume.clusterSize, size: volume.clusterSize}))
    metadata.push(...places)
    return decodeFatEntries(Buffer.concat(await Promise.all(places.map(async ({offset, size}) => readAt(offset, size)))))
  }

  const walk = async (found: readonly FatEntry[], below: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new BrmcError('IMAGE_INVALID', 'the FAT file system is damaged: a folder lies in itself')
    for (const entry of found) {
      const path = `${below}${entry.name}`
      entries.set(path, entry)
      if (entry.directory) await walk(await readFolder(entry.cluster), `${path}/`, depth + 1)
    }
  }

  const {root} = volume
  await walk('cluster' in root ? await readFolder(root.cluster) : decodeFatEntries(await readAt(root.offset, root.size)), '', 0)
  return {volume, entries, freeBytes: freeClusters(table, volume) * volume.clusterSize, metadata}
}
