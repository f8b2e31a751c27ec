import {BrmcError} from '../../errors.js'

/** `length` bytes from `offset`: a file, a device, a Buffer behind a function. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** What a boot sector says. Offsets and sizes are bytes; offsets count from the start of the partition. */
export interface FatVolume {
  bits: 12 | 16 | 32
  clusterSize: number
  clusters: number
  tableOffset: number
  tableSize: number
  /** Where cluster 2 lies. */
  dataOffset: number
  /** The root: a chain of clusters (FAT32), or a place of fixed size before the data. */
  root: {cluster: number} | {offset: number, size: number}
  /** As blkid(8) gives them: `ABCD-1234`, and the label of the boot sector. */
  uuid: string
  label: string
}

const ENTRY = 32

/** Any FAT12, FAT16 or FAT32 boot sector (mkfs.fat's, Windows', ours). Throws BrmcError IMAGE_INVALID if it is none. */
export function decodeBootSector(sector: Buffer): FatVolume {
  const bytesPerSector = sector.readUInt16LE(11)
  const sectorsPerCluster = sector[13] ?? 0
  const plausible = sector.readUInt16LE(510) === 0xaa55 && [512, 1024, 2048, 4096].includes(bytesPerSector) && sectorsPerCluster > 0 && (sector[16] ?? 0) > 0
  if (!plausible) throw new BrmcError('IMAGE_INVALID', 'the boot partition has no FAT file system')
  const reserved = sector.readUInt16LE(14)
  const tables = sector[16] ?? 0
  const rootSize = sector.readUInt16LE(17) * ENTRY
  const sectors = sector.readUInt16LE(19) || sector.readUInt32LE(32)
  const tableSectors = sector.readUInt16LE(22) || sector.readUInt32LE(36)
  const tablesEnd = reserved + tables * tableSectors
  const dataSector = tablesEnd + Math.ceil(rootSize / bytesPerSector)
  const clusters = Math.floor((sectors - dataSector) / sectorsPerCluster)
  // The number of clusters alone says what it is (Microsoft's FAT document, "FAT Type Determination").
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32
  return {
    bits,
    clusters,
    clusterSize: sectorsPerCluster * bytesPerSector,
    tableOffset: reserved * bytesPerSector,
    tableSize: tableSectors * bytesPerSector,
    dataOffset: dataSector * bytesPerSector,
    root: bits === 32 ? {cluster: sector.readUInt32LE(44)} : {offset: tablesEnd * bytesPerSector, size: rootSize},
    uuid: uuidOf(sector.readUInt32LE(bits === 32 ? 67 : 39)),
    label: labelOf(sector.toString('latin1', bits === 32 ? 71 : 43, bits === 32 ? 82 : 54)),
  }
}

const uuidOf = (id: number): string => id.toString(16).toUpperCase().padStart(8, '0').replace(/^(.{4})/, '$1-')

const labelOf = (text: string): string => text.trimEnd() === 'NO NAME' ? '' : text.trimEnd()

const END: Readonly<Record<FatVolume['bits'], number>> = {12: 0xff8, 16: 0xfff8, 32: 0x0fff_fff8}

/** The clusters of a file in order. Throws BrmcError IMAGE_INVALID for a chain that leaves the volume or comes back to itself. */
export function chainFrom(first: number, table: Buffer, {bits, clusters}: FatVolume): number[] {
  const chain: number[] = []
  for (let cluster = first; cluster < END[bits]; cluster = nextCluster(cluster, table, bits)) {
    if (cluster < 2 || cluster >= clusters + 2 || chain.length > clusters) throw new BrmcError('IMAGE_INVALID', `the FAT file system is damaged: a file leads to cluster ${cluster}`)
    chain.push(cluster)
  }

  return chain
}

export function freeClusters(table: Buffer, {bits, clusters}: FatVolume): number {
  let free = 0
  for (let cluster = 2; cluster < clusters + 2; cluster++) {
    if (nextCluster(cluster, table, bits) === 0) free++
  }

  return free
}

function nextCluster(cluster: number, table: Buffer, bits: FatVolume['bits']): number {
  switch (bits) {
    case 12: {
      const pair = table.readUInt16LE(Math.floor(cluster * 3 / 2))
      return cluster % 2 === 0 ? pair & 0xfff : pair >> 4
    }

    case 16: return table.readUInt16LE(cluster * 2)
    // The upper four bits are reserved.
    case 32: return table.readUInt32LE(cluster * 4) & 0x0fff_ffff
  }
}
