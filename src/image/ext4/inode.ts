import {crc32c, crc32cOfWords} from './crc32c.js'
import {INODE_SIZE} from './geometry.js'

export const TYPE_BITS = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
} as const

export const EXTENTS_FLAG = 0x80000

const EXTRA_SIZE = 32
/** Where extended attributes begin in an inode. */
export const XATTRS_AT = 128 + EXTRA_SIZE
const SECTORS_PER_BLOCK = 8
const TWO_32 = 2 ** 32
const CHECKSUM_LOW = 0x7c
const CHECKSUM_HIGH = 0x82

export interface InodeFields {
  number: number
  /** With the type's bits. */
  mode: number
  uid: number
  gid: number
  size: number
  links: number
  flags: number
  /** Seconds since 1970. */
  mtime: number
  /** Time of change and of birth. */
  epoch: number
  /** Blocks on disk, those of extents and attributes included. */
  blocks: number
  /** Block of extended attributes, or 0. */
  xattrBlock: number
  /** The 60 bytes of i_block: extents, a short symlink, a device number. */
  place: Buffer
  /** Extended attributes within the inode (encodeInodeXattrs). */
  xattrs?: Buffer | undefined
}

/** The seed of all checksums that belong to an inode; its generation is always 0. */
export function inodeSeed(fileSystemSeed: number, number: number): number {
  return crc32cOfWords(fileSystemSeed, number, 0)
}

/** Writes struct ext4_inode (fs/ext4/ext4.h) with its checksum into `table` at `at`; the place must be zero. */
export function putInode(table: Buffer, at: number, fields: InodeFields, seed: number): void {
  const {mode, uid, gid, size, links, flags, mtime, epoch, blocks, xattrBlock, place, xattrs} = fields
  const sectors = blocks * SECTORS_PER_BLOCK
  table.writeUInt16LE(mode, at)
  table.writeUInt16LE(uid & 0xffff, at + 0x02)
  table.writeUInt32LE(size % TWO_32, at + 0x04)
  table.writeUInt16LE(gid & 0xffff, at + 0x18)
  table.writeUInt16LE(links, at + 0x1a)
  table.writeUInt32LE(sectors % TWO_32, at + 0x1c)
  table.writeUInt32LE(flags, at + 0x20)
  place.copy(table, at + 0x28)
  table.writeUInt32LE(xattrBlock, at + 0x68)
  table.writeUInt32LE(Math.floor(size / TWO_32), at + 0x6c)
  table.writeUInt16LE(Math.floor(sectors / TWO_32), at + 0x74)
  table.writeUInt16LE(uid >>> 16, at + 0x78)
  table.writeUInt16LE(gid >>> 16, at + 0x7a)
  table.writeUInt16LE(EXTRA_SIZE, at + 0x80)
  putTime(table, mtime, at + 0x08, at + 0x8c)
  putTime(table, epoch, at + 0x0c, at + 0x84)
  putTime(table, mtime, at + 0x10, at + 0x88)
  putTime(table, epoch, at + 0x90, at + 0x94)
  xattrs?.copy(table, at + XATTRS_AT)
  const checksum = crc32c(inodeSeed(seed, fields.number), table, at, at + INODE_SIZE)
  table.writeUInt16LE(checksum & 0xffff, at + CHECKSUM_LOW)
  table.writeUInt16LE(checksum >>> 16, at + CHECKSUM_HIGH)
}

/** 34 bits of time: 32 signed ones and two more, which count the times that those wrap (fs/ext4/ext4.h, ext4_encode_extra_time). */
function putTime(table: Buffer, seconds: number, at: number, extraAt: number): void {
  const low = seconds | 0
  table.writeInt32LE(low, at)
  table.writeUInt32LE((seconds - low) / TWO_32 & 3, extraAt)
}

/** i_block of a device node: 8 + 8 bits where they suffice, else the kernel's 12 + 20 (include/linux/kdev_t.h). */
export function encodeDevice({major, minor}: {major: number, minor: number}): Buffer {
  const place = Buffer.alloc(60)
  if (major < 256 && minor < 256) place.writeUInt32LE(major << 8 | minor, 0)
  else place.writeUInt32LE((minor & 0xff | major << 8 | (minor & ~0xff) << 12) >>> 0, 4)
  return place
}
