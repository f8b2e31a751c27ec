import {BrmcError} from '../../errors.js'

export const FAT_SECTOR = 512
const MIB = 1024 * 1024
/** Fewer would make it a FAT16, whatever the boot sector says (Microsoft's FAT document, "FAT Type Determination"). */
const MIN_CLUSTERS = 65_525
const MIN_RESERVED = 32
const COPIES = 2
// The data begins at a multiple of 4 KiB, a page of a flash card.
const ALIGNED_SECTORS = 8
const SMALL = 260 * MIB

/** How a FAT32 of a given size is divided, in sectors of 512 bytes. */
export interface FatGeometry {
  sectors: number
  sectorsPerCluster: number
  reserved: number
  /** Of one of the two tables. */
  table: number
  /** First sector of the data, where cluster 2 lies. */
  data: number
  clusters: number
}

/** Throws BrmcError IMAGE_TOO_SMALL below the size that FAT32 needs. */
export function fatGeometry(size: number): FatGeometry {
  const sectors = Math.floor(size / FAT_SECTOR)
  // As mkfs.fat chooses: 512 bytes up to 260 MiB, then 4 KiB.
  const sectorsPerCluster = size <= SMALL ? 1 : 8
  const most = Math.floor((sectors - MIN_RESERVED) / sectorsPerCluster)
  const table = Math.ceil((most + 2) * 4 / FAT_SECTOR)
  const data = Math.ceil((MIN_RESERVED + COPIES * table) / ALIGNED_SECTORS) * ALIGNED_SECTORS
  const clusters = Math.floor((sectors - data) / sectorsPerCluster)
  if (clusters < MIN_CLUSTERS) throw new BrmcError('IMAGE_TOO_SMALL', `a FAT32 partition cannot be as small as ${Math.floor(size / MIB)} MiB`, {suggestions: ['give it 64 MiB']})
  return {sectors, sectorsPerCluster, reserved: data - COPIES * table, table, data, clusters}
}

export function clusterBytes({sectorsPerCluster}: FatGeometry): number {
  return sectorsPerCluster * FAT_SECTOR
}
