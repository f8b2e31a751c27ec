import type {Region} from '../region.js'
import {padLabel} from './directory.js'
import {FAT_SECTOR, type FatGeometry} from './geometry.js'

const INFO_SECTOR = 1
const BACKUP_SECTOR = 6
const FIXED_DISK = 0xf8
const SIGNATURE = 0xaa55

interface BootFields {
  label: string
  volumeId: number
  firstSector: number
  /** Free clusters, and the first of them. */
  free: number
  next: number
}

/** Boot sector and FSInfo with their copies (Microsoft's FAT document, "Boot Sector and BPB"), in the reserved sectors; the rest of those is zero. */
export function bootRegions(geometry: FatGeometry, fields: BootFields): Region[] {
  const content = Buffer.alloc(geometry.reserved * FAT_SECTOR)
  const boot = encodeBootSector(geometry, fields)
  const info = encodeInfoSector(fields)
  for (const first of [0, BACKUP_SECTOR]) {
    boot.copy(content, first * FAT_SECTOR)
    info.copy(content, (first + INFO_SECTOR) * FAT_SECTOR)
    // A third sector belongs to the boot code; it is only signed.
    content.writeUInt16LE(SIGNATURE, (first + 2) * FAT_SECTOR + 510)
  }

  return [{offset: 0, size: content.length, content}]
}

function encodeBootSector({sectors, sectorsPerCluster, reserved, table}: FatGeometry, {label, volumeId, firstSector}: BootFields): Buffer {
  const sector = Buffer.alloc(FAT_SECTOR)
  // A jump over the table and a loop that does nothing: no PC boots from here.
  sector.set([0xeb, 0x58, 0x90], 0)
  sector.set([0xf4, 0xeb, 0xfd], 0x5a)
  sector.write('brmc    ', 3)
  sector.writeUInt16LE(FAT_SECTOR, 11)
  sector[13] = sectorsPerCluster
  sector.writeUInt16LE(reserved, 14)
  sector[16] = 2
  sector[21] = FIXED_DISK
  sector.writeUInt16LE(63, 24)
  sector.writeUInt16LE(255, 26)
  sector.writeUInt32LE(firstSector, 28)
  sector.writeUInt32LE(sectors, 32)
  sector.writeUInt32LE(table, 36)
  sector.writeUInt32LE(2, 44)
  sector.writeUInt16LE(INFO_SECTOR, 48)
  sector.writeUInt16LE(BACKUP_SECTOR, 50)
  sector[64] = 0x80
  sector[66] = 0x29
  sector.writeUInt32LE(volumeId, 67)
  padLabel(label).copy(sector, 71)
  sector.write('FAT32   ', 82)
  sector.writeUInt16LE(SIGNATURE, 510)
  return sector
}

function encodeInfoSector({free, next}: BootFields): Buffer {
  const sector = Buffer.alloc(FAT_SECTOR)
  sector.write('RRaA', 0)
  sector.write('rrAa', 484)
  sector.writeUInt32LE(free, 488)
  sector.writeUInt32LE(next, 492)
  sector.writeUInt16LE(SIGNATURE, 510)
  return sector
}
