import {BrmcError} from '../../errors.js'
import {crc32c} from '../ext4/crc32c.js'

/** What the superblock of an ext2, ext3 or ext4 says, as far as reading and changing it depend on it. */
export interface Ext4Volume {
  blockSize: number
  blocks: number
  inodes: number
  inodesPerGroup: number
  inodeSize: number
  descriptorSize: number
  /** The first block of the group descriptors. */
  descriptors: number
  freeBlocks: number
  freeInodes: number
  uuid: string
  label: string
  /** When it was written last, or made: seconds since 1970. */
  time: number
  /** For checksums of metadata; absent where it has none. */
  checksumSeed?: number
  /** Directories say what type an entry has. */
  fileTypes: boolean
}

export const SUPERBLOCK_AT = 1024
export const SUPERBLOCK_SIZE = 1024

// fs/ext4/ext4.h
const STATE_CLEAN = 1
const STATE_ERRORS = 2
const NEEDS_RECOVERY = 0x4
const FILETYPE = 0x2
const CHECKSUM_SEED = 0x2000
const METADATA_CSUM = 0x400
/** filetype, recover, extents, 64bit, flex_bg, csum_seed, largedir: what the reader of ext4-tree/ and debugfs both know. */
const KNOWN_INCOMPAT = 0x2 | 0x4 | 0x40 | 0x80 | 0x200 | 0x2000 | 0x4000
const INCOMPAT_WORDS: Readonly<Record<number, string>> = {
  0x8: 'an external journal (journal_dev)', 0x10: 'meta_bg', 0x100: 'mmp', 0x400: 'ea_inode', 0x1000: 'dirdata', 0x8000: 'inline_data', 0x1_0000: 'encrypt', 0x2_0000: 'casefold',
}
/** Kept right by the kernel alone: debugfs would leave them behind. */
const UNSUITED_RO_COMPAT: Readonly<Record<number, string>> = {0x100: 'quota', 0x200: 'bigalloc', 0x2000: 'project', 0x4000: 'shared_blocks', 0x8000: 'verity'}
const ORPHAN_PRESENT = 0x1_0000

/** Reads a superblock. Throws BrmcError IMAGE_INVALID for a file system that must not or cannot be changed; `what` names it. */
export function decodeExt4Volume(block: Buffer, what: string): Ext4Volume {
  const at32 = (at: number): number => block.readUInt32LE(at)
  const incompat = at32(0x60)
  const roCompat = at32(0x64)
  refuseUnclean(block, what)
  refuseUnknown({incompat, roCompat}, what)
  const blockSize = 1024 * 2 ** at32(0x18)
  const is64 = (incompat & 0x80) !== 0
  const uuid = block.subarray(0x68, 0x78)
  const volume: Ext4Volume = {
    blockSize,
    blocks: at32(0x04) + (is64 ? at32(0x150) * 2 ** 32 : 0),
    inodes: at32(0x00),
    inodesPerGroup: at32(0x28),
    inodeSize: at32(0x4c) === 0 ? 128 : block.readUInt16LE(0x58),
    descriptorSize: is64 ? block.readUInt16LE(0xfe) : 32,
    descriptors: at32(0x14) + 1,
    freeBlocks: at32(0x0c) + (is64 ? at32(0x158) * 2 ** 32 : 0),
    freeInodes: at32(0x10),
    uuid: uuid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    label: block.toString('utf8', 0x78, 0x88).replace(/\0.*$/s, ''),
    time: at32(0x30) || at32(0x108),
    ...(roCompat & METADATA_CSUM) !== 0 && {checksumSeed: (incompat & CHECKSUM_SEED) === 0 ? crc32c(0xffff_ffff, uuid) : at32(0x270)},
    fileTypes: (incompat & FILETYPE) !== 0,
  }
  const plausible = blockSize <= 65_536 && volume.inodesPerGroup > 0 && volume.inodeSize >= 128 && volume.inodeSize <= blockSize && volume.descriptorSize >= 32
  if (!plausible) throw damaged(what, 'its superblock makes no sense')
  return volume
}

export function damaged(what: string, why: string): BrmcError {
  return new BrmcError('IMAGE_INVALID', `${what} is damaged: ${why}`, {suggestions: ['take a sound copy of the image', 'or repair one: sudo losetup -fP --show IMAGE, then sudo e2fsck -f on its partition']})
}

function refuseUnclean(block: Buffer, what: string): void {
  const state = block.readUInt16LE(0x3a)
  const needsRecovery = (block.readUInt32LE(0x60) & NEEDS_RECOVERY) !== 0 || (block.readUInt32LE(0x64) & ORPHAN_PRESENT) !== 0 || block.readUInt32LE(0xe8) !== 0
  const why = needsRecovery ? 'its journal has to be replayed first'
    : (state & STATE_ERRORS) !== 0 ? 'the kernel found errors in it'
      : (state & STATE_CLEAN) === 0 ? 'it was in use when the image was taken' : undefined
  if (why === undefined) return
  throw new BrmcError('IMAGE_INVALID', `${what} was not unmounted cleanly: ${why}`, {
    suggestions: ['do that on a copy: sudo losetup -fP --show IMAGE, then sudo e2fsck -f on its partition, then sudo losetup -d', 'or take the image again from a card that was shut down'],
  })
}

function refuseUnknown({incompat, roCompat}: {incompat: number, roCompat: number}, what: string): void {
  const bits = (value: number): number[] => Array.from({length: 32}, (_, bit) => 2 ** bit).filter(bit => Math.floor(value / bit) % 2 === 1)
  const unknown = bits(incompat).filter(bit => (KNOWN_INCOMPAT & bit) === 0).map(bit => INCOMPAT_WORDS[bit] ?? `an unknown feature (0x${bit.toString(16)})`)
  const unsuited = bits(roCompat).flatMap(bit => UNSUITED_RO_COMPAT[bit] ?? [])
  const all = [...unknown, ...unsuited]
  if (all.length > 0) throw new BrmcError('IMAGE_INVALID', `${what} has ${all.join(', ')}: nothing but the kernel can change such a file system safely`, {suggestions: ['mount it, and copy the files in by hand']})
}
