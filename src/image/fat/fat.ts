import {BrmcError} from '../../errors.js'
import {decodeFatEntries, type FatEntry} from './entries.js'
import {chainFrom, decodeBootSector, type FatVolume, type ReadAt} from './volume.js'

export type {ReadAt} from './volume.js'

export interface FatFiles {
  /** The entries of a folder; '' is the root. Undefined if there is no such folder. */
  list: (path?: string) => Promise<FatEntry[] | undefined>
  /** A file's bytes; undefined if there is no such file. */
  readFile: (path: string) => Promise<Buffer | undefined>
}

const BOOT_SECTOR = 512

/**
 * The files of a FAT12, FAT16 or FAT32 file system that begins at `partitionOffset` bytes of what `read` reads. Names are found whatever
 * their case, as firmware does. Throws BrmcError IMAGE_INVALID: no FAT, or a damaged one.
 */
export async function openFat(read: ReadAt, partitionOffset = 0): Promise<FatFiles> {
  const readAt: ReadAt = async (offset, length) => read(partitionOffset + offset, length)
  const volume = decodeBootSector(await readAt(0, BOOT_SECTOR))
  const table = await readAt(volume.tableOffset, volume.tableSize)
  const chain = async (cluster: number): Promise<Buffer> => readChain(chainFrom(cluster, table, volume), volume, readAt)
  const folder = async ({cluster}: Pick<FatEntry, 'cluster'>): Promise<FatEntry[]> => decodeFatEntries(await chain(cluster))
  const root = async (): Promise<FatEntry[]> =>
    'cluster' in volume.root ? folder(volume.root) : decodeFatEntries(await readAt(volume.root.offset, volume.root.size))

  const list = async (path = ''): Promise<FatEntry[] | undefined> => {
    let entries = await root()
    for (const part of partsOf(path)) {
      const found = find(entries, part)
      if (!found?.directory) return undefined
      entries = await folder(found)
    }

    return entries
  }

  const readFile = async (path: string): Promise<Buffer | undefined> => {
    const parts = partsOf(path)
    const found = find(await list(parts.slice(0, -1).join('/')) ?? [], parts.at(-1) ?? '')
    if (!found || found.directory) return undefined
    if (found.size === 0) return Buffer.alloc(0)
    const bytes = await chain(found.cluster)
    if (bytes.length < found.size) throw new BrmcError('IMAGE_INVALID', `the FAT file system is damaged: ${path} ends early`)
    return bytes.subarray(0, found.size)
  }

  return {list, readFile}
}

/** Clusters side by side are read in one go. */
async function readChain(chain: readonly number[], {dataOffset, clusterSize}: FatVolume, readAt: ReadAt): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let from = 0; from < chain.length;) {
    const first = chain[from] ?? 0
    let to = from + 1
    while (to < chain.length && chain[to] === first + to - from) to++
    parts.push(await readAt(dataOffset + (first - 2) * clusterSize, (to - from) * clusterSize))
    from = to
  }

  return parts.length === 1 ? parts[0] ?? Buffer.alloc(0) : Buffer.concat(parts)
}

function find(entries: readonly FatEntry[], name: string): FatEntry | undefined {
  const wanted = name.toLowerCase()
  return entries.find(entry => entry.name.toLowerCase() === wanted || entry.shortName.toLowerCase() === wanted)
}

function partsOf(path: string): string[] {
  return path.split('/').filter(part => part !== '')
}
