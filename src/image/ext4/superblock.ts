import type {BlockAllocator} from './allocator.js'
import {crc32c, crc32cOfWords} from './crc32c.js'
import {BLOCK, BLOCKS_PER_GROUP, DESCRIPTOR_SIZE, FIRST_INODE, INODE_SIZE, JOURNAL_INODE, type Geometry} from './geometry.js'

// fs/ext4/ext4.h, EXT4_FEATURE_*. flex_bg lets all tables lie at the start, so that files follow one another without gaps.
const COMPAT = {has_journal: 0x4, ext_attr: 0x8}
const INCOMPAT = {filetype: 0x2, extents: 0x40, flex_bg: 0x200}
const RO_COMPAT = {sparse_super: 0x1, large_file: 0x2, huge_file: 0x8, dir_nlink: 0x20, extra_isize: 0x40, metadata_csum: 0x400}
const MAGIC = 0xef53
const CRC32C = 1
const HALF_MD4 = 1
const SIGNED_HASH = 1
const NEVER = 0xffff
const USER_XATTR_AND_ACL = 0x0c
const EXTRA_SIZE = 32
const SIZE = 1024
const CHECKSUM_AT = 0x3fc

export interface SuperblockFields {
  geometry: Geometry
  /** 16 bytes each. */
  uuid: Buffer
  hashSeed: Buffer
  /** At most 16 bytes. */
  label: string
  epoch: number
  freeBlocks: number
  freeInodes: number
  /** i_block and size of the journal, kept twice so that e2fsck finds it without its inode. */
  journal: {place: Buffer, size: number}
}

/** struct ext4_super_block, 1024 bytes, as it stands in `group`. */
export function encodeSuperblock(fields: SuperblockFields, group: number): Buffer {
  const {geometry, uuid, hashSeed, label, epoch, freeBlocks, freeInodes, journal} = fields
  const block = Buffer.alloc(SIZE)
  const put32 = (values: Readonly<Record<number, number>>): void => {
    for (const [at, value] of Object.entries(values)) block.writeUInt32LE(value, Number(at))
  }

  const put16 = (values: Readonly<Record<number, number>>): void => {
    for (const [at, value] of Object.entries(values)) block.writeUInt16LE(value, Number(at))
  }

  put32({
    0x00: geometry.inodesPerGroup * geometry.groups, 0x04: geometry.blocks, 0x0c: freeBlocks, 0x10: freeInodes,
    0x18: Math.log2(BLOCK / 1024), 0x1c: Math.log2(BLOCK / 1024), 0x20: BLOCKS_PER_GROUP, 0x24: BLOCKS_PER_GROUP, 0x28: geometry.inodesPerGroup,
    0x30: epoch, 0x40: epoch, 0x4c: 1, 0x54: FIRST_INODE,
    0x5c: sum(COMPAT), 0x60: sum(INCOMPAT), 0x64: sum(RO_COMPAT),
    0xe0: JOURNAL_INODE, 0x100: USER_XATTR_AND_ACL, 0x108: epoch, 0x160: SIGNED_HASH,
    0x14c: journal.size,
  })
  // Mounts until a check, magic, clean, go on after errors; inode size, this copy's group; room for newer fields in an inode.
  put16({0x36: NEVER, 0x38: MAGIC, 0x3a: 1, 0x3c: 1, 0x58: INODE_SIZE, 0x5a: group, 0x15c: EXTRA_SIZE, 0x15e: EXTRA_SIZE})
  uuid.copy(block, 0x68)
  block.write(label, 0x78, 16)
  hashSeed.copy(block, 0xec)
  block[0xfc] = HALF_MD4
  block[0xfd] = 1
  journal.place.copy(block, 0x10c)
  block[0x174] = Math.max(4, Math.ceil(Math.log2(geometry.groups)))
  block[0x175] = CRC32C
  block.writeUInt32LE(crc32c(0xffff_ffff, block, 0, CHECKSUM_AT), CHECKSUM_AT)
  return block
}

export interface GroupFields {
  blockBitmap: number
  inodeBitmap: number
  inodeTable: number
  freeInodes: number
  directories: number
  /** Inodes at the end of the table that were never used: their part of the table may hold anything. */
  unusedInodes: number
}

interface DescriptorInput {
  geometry: Geometry
  groups: readonly GroupFields[]
  allocator: BlockAllocator
  inodeBitmaps: Buffer
  /** crc32c of the UUID. */
  seed: number
}

const INODES_UNINITIALISED = 0x1

/** The group descriptors (struct ext4_group_desc, 32 bytes each), with the checksums of the bitmaps. */
export function encodeDescriptors({geometry, groups, allocator, inodeBitmaps, seed}: DescriptorInput): Buffer {
  const table = Buffer.alloc(geometry.descriptors * BLOCK)
  for (const [group, fields] of groups.entries()) {
    const at = group * DESCRIPTOR_SIZE
    const bitmapAt = group * BLOCK
    table.writeUInt32LE(fields.blockBitmap, at)
    table.writeUInt32LE(fields.inodeBitmap, at + 4)
    table.writeUInt32LE(fields.inodeTable, at + 8)
    table.writeUInt16LE(allocator.freeIn(group), at + 12)
    table.writeUInt16LE(fields.freeInodes, at + 14)
    table.writeUInt16LE(fields.directories, at + 16)
    table.writeUInt16LE(fields.unusedInodes === geometry.inodesPerGroup ? INODES_UNINITIALISED : 0, at + 18)
    table.writeUInt16LE(crc32c(seed, allocator.bitmaps, bitmapAt, bitmapAt + BLOCKS_PER_GROUP / 8) & 0xffff, at + 24)
    table.writeUInt16LE(crc32c(seed, inodeBitmaps, bitmapAt, bitmapAt + geometry.inodesPerGroup / 8) & 0xffff, at + 26)
    table.writeUInt16LE(fields.unusedInodes, at + 28)
    table.writeUInt16LE(crc32c(crc32cOfWords(seed, group), table, at, at + DESCRIPTOR_SIZE) & 0xffff, at + 30)
  }

  return table
}

function sum(features: Readonly<Record<string, number>>): number {
  return Object.values(features).reduce((total, bit) => total + bit, 0)
}
