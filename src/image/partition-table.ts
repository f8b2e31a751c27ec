import {BrmcError} from '../errors.js'

export const SECTOR = 512
const TABLE = 446
const ENTRY_SIZE = 16
const SIGNATURE = 440
const ENTRIES = 4
const MAX_SECTORS = 0xffff_ffff
const BOOTABLE = 0x80
// Cylinder, head and sector of what lies beyond their reach: readers take the LBA fields.
const BEYOND_CHS = [0xfe, 0xff, 0xff]

export const FAT32_LBA = 0x0c
export const LINUX = 0x83

export interface Partition {
  /** 0x0c FAT32 with LBA, 0x83 Linux. */
  type: number
  bootable: boolean
  firstSector: number
  sectors: number
}

/** The first sector of a card: a DOS partition table (MBR) with a 32-bit disk signature and up to four primary partitions. */
export function encodePartitionTable(diskSignature: number, partitions: readonly Partition[]): Buffer {
  if (partitions.length > ENTRIES) throw new BrmcError('INTERNAL', `${partitions.length} partitions do not fit into an MBR`)
  const sector = Buffer.alloc(SECTOR)
  sector.writeUInt32LE(diskSignature, SIGNATURE)
  for (const [index, {type, bootable, firstSector, sectors}] of partitions.entries()) {
    if (firstSector + sectors > MAX_SECTORS) throw new BrmcError('IMAGE_INVALID', 'an MBR cannot hold an image beyond 2 TiB')
    const at = TABLE + index * ENTRY_SIZE
    sector.set([bootable ? BOOTABLE : 0, ...BEYOND_CHS, type, ...BEYOND_CHS], at)
    sector.writeUInt32LE(firstSector, at + 8)
    sector.writeUInt32LE(sectors, at + 12)
  }

  sector.writeUInt16LE(0xaa55, 510)
  return sector
}

/** What a card's first sector says. Empty entries are left out. Throws BrmcError IMAGE_INVALID if it is no MBR. */
export function decodePartitionTable(sector: Buffer): {diskSignature: number, partitions: Partition[]} {
  if (sector.length < SECTOR || sector.readUInt16LE(510) !== 0xaa55) throw new BrmcError('IMAGE_INVALID', 'the image has no partition table (no MBR signature in its first sector)')
  const partitions = Array.from({length: ENTRIES}, (_, index) => TABLE + index * ENTRY_SIZE).map(at => ({
    type: sector[at + 4] ?? 0,
    bootable: sector[at] === BOOTABLE,
    firstSector: sector.readUInt32LE(at + 8),
    sectors: sector.readUInt32LE(at + 12),
  }))
  return {diskSignature: sector.readUInt32LE(SIGNATURE), partitions: partitions.filter(({type, sectors}) => type !== 0 && sectors > 0)}
}
