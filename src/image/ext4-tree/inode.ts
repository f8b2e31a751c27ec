import type {RootEntry} from '../../overlay/entry.js'

/** What an inode says, as far as changing a root depends on it. */
export interface Inode {
  number: number
  type: RootEntry['type']
  mode: number
  uid: number
  gid: number
  size: number
  mtime: number
  links: number
  /** Units of 512 bytes, extended attributes and extents' tables included. */
  sectors: number
  /** i_block: 60 bytes. */
  place: Buffer
  hasExtents: boolean
  /** The block of extended attributes that do not fit into the inode; 0: none. */
  xattrBlock: number
  isImmutable: boolean
}

// stat(2), by the upper four bits. A socket is nothing that a layer can have: like a fifo it is a name without content.
const TYPES: Readonly<Record<number, RootEntry['type']>> = {1: 'fifo', 2: 'character', 4: 'directory', 6: 'block', 8: 'file', 10: 'symlink', 12: 'fifo'}
const EXTENTS = 0x8_0000
const IMMUTABLE_OR_APPEND = 0x30

/** struct ext4_inode; undefined for one that is not in use or no file. */
export function decodeInode(bytes: Buffer, number: number): Inode | undefined {
  const mode = bytes.readUInt16LE(0)
  const type = TYPES[mode >> 12]
  const links = bytes.readUInt16LE(0x1a)
  if (type === undefined || links === 0) return undefined
  const flags = bytes.readUInt32LE(0x20)
  return {
    number,
    type,
    mode: mode & 0o7777,
    uid: bytes.readUInt16LE(0x02) + bytes.readUInt16LE(0x78) * 0x1_0000,
    gid: bytes.readUInt16LE(0x18) + bytes.readUInt16LE(0x7a) * 0x1_0000,
    size: bytes.readUInt32LE(0x04) + bytes.readUInt32LE(0x6c) * 2 ** 32,
    mtime: mtimeOf(bytes),
    links,
    sectors: bytes.readUInt32LE(0x1c) + bytes.readUInt16LE(0x74) * 2 ** 32,
    place: bytes.subarray(0x28, 0x64),
    hasExtents: (flags & EXTENTS) !== 0,
    xattrBlock: bytes.readUInt32LE(0x68) + bytes.readUInt16LE(0x76) * 2 ** 32,
    isImmutable: (flags & IMMUTABLE_OR_APPEND) !== 0,
  }
}

/** Signed, and two more bits where the inode is large enough (fs/ext4/ext4.h, EXT4_EPOCH_BITS). */
function mtimeOf(bytes: Buffer): number {
  const seconds = bytes.readInt32LE(0x10)
  const isLarge = bytes.length >= 0x8c && bytes.readUInt16LE(0x80) >= 0x0c
  return seconds + (isLarge ? (bytes.readUInt32LE(0x88) & 3) * 2 ** 32 : 0)
}

/** struct stat's device as the kernel packs it into i_block: 8 + 8 bits in the first word, or 12 + 20 in the second. */
export function deviceOf({place}: Inode): {major: number, minor: number} {
  const old = place.readUInt32LE(0)
  if (old !== 0) return {major: old >>> 8 & 0xff, minor: old & 0xff}
  const packed = place.readUInt32LE(4)
  return {major: packed >>> 8 & 0xfff, minor: packed & 0xff | packed >>> 12 & 0xfff00}
}
