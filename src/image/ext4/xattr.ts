import {BrmcError} from '../../errors.js'
import {encodeAcl} from './acl.js'
import {crc32c} from './crc32c.js'
import {BLOCK, INODE_SIZE} from './geometry.js'
import {XATTRS_AT} from './inode.js'

/** Name prefixes that are kept as a number (fs/ext4/xattr.h). A whole name comes before a prefix of it. */
const PREFIXES: readonly (readonly [string, number])[] = [
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
  ['user.', 1],
  ['trusted.', 4],
  ['security.', 6],
  ['system.', 7],
]
const MAGIC = 0xea02_0000
const ENTRY = 16
const BLOCK_HEADER = 32
const END = 4
const IN_INODE = INODE_SIZE - XATTRS_AT

interface Attribute {
  prefix: number
  name: Buffer
  value: Buffer
}

export interface XattrPlaces {
  /** For the end of the inode. */
  inInode?: Buffer
  /** A block of its own; its checksum depends on where it lies (see encode). */
  inBlock?: {encode: (blockNumber: number, fileSystemSeed: number) => Buffer}
}

/**
 * Extended attributes as ext4 keeps them (fs/ext4/xattr.c): all in the inode if they fit there, else all in one block. ACLs are given as the
 * kernel shows them to programs and kept in ext4's own form. Throws BrmcError OVERLAY_INVALID for what does not fit, naming `path`.
 */
export function placeXattrs(xattrs: Readonly<Record<string, Buffer>>, path: string): XattrPlaces {
  const attributes = Object.entries(xattrs).map(([name, value]) => attributeOf(name, value, path)).sort(inKernelOrder)
  if (attributes.length === 0) return {}
  const size = attributes.reduce((sum, {name, value}) => sum + ENTRY + padded(name.length) + padded(value.length), END)
  if (END + size <= IN_INODE) {
    const area = Buffer.alloc(IN_INODE)
    area.writeUInt32LE(MAGIC, 0)
    putAttributes(area.subarray(END), attributes, 0)
    return {inInode: area}
  }

  if (BLOCK_HEADER + size > BLOCK) throw new BrmcError('OVERLAY_INVALID', `${path} has more extended attributes than an ext4 of ${BLOCK}-byte blocks holds (${size} bytes)`)
  return {inBlock: {encode: (blockNumber, seed) => encodeBlock(attributes, blockNumber, seed)}}
}

function attributeOf(fullName: string, raw: Buffer, path: string): Attribute {
  const found = PREFIXES.find(([text]) => fullName.startsWith(text))
  if (!found) throw new BrmcError('OVERLAY_INVALID', `${path} has the extended attribute ${fullName}, which ext4 does not know (user. trusted. security. system.)`)
  const [text, prefix] = found
  const isAcl = fullName === text && text.startsWith('system.posix_acl_')
  return {prefix, name: Buffer.from(fullName.slice(text.length)), value: isAcl ? encodeAcl(raw, path) : raw}
}

/** A block's entries are searched as sorted ones. */
function inKernelOrder(a: Attribute, b: Attribute): number {
  return a.prefix - b.prefix || a.name.length - b.name.length || a.name.compare(b.name)
}

function encodeBlock(attributes: readonly Attribute[], blockNumber: number, fileSystemSeed: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const hashes = putAttributes(block, attributes, BLOCK_HEADER)
  block.writeUInt32LE(MAGIC, 0)
  block.writeUInt32LE(1, 4)
  block.writeUInt32LE(1, 8)
  block.writeUInt32LE(hashes.reduce((sum, hash) => (sum << 16 ^ sum >>> 16 ^ hash) >>> 0, 0), 12)
  const number = Buffer.alloc(8)
  number.writeUInt32LE(blockNumber, 0)
  block.writeUInt32LE(crc32c(crc32c(fileSystemSeed, number), block), 16)
  return block
}

/** Entries from `first` on upwards, values from the end of `area` downwards. Returns the entries' hashes. */
function putAttributes(area: Buffer, attributes: readonly Attribute[], first: number): number[] {
  let at = first
  let valueAt = area.length
  return attributes.map(({prefix, name, value}) => {
    valueAt -= padded(value.length)
    value.copy(area, valueAt)
    const hash = hashOf(name, area.subarray(valueAt, valueAt + padded(value.length)))
    area[at] = name.length
    area[at + 1] = prefix
    area.writeUInt16LE(value.length === 0 ? 0 : valueAt, at + 2)
    area.writeUInt32LE(value.length, at + 8)
    area.writeUInt32LE(hash, at + 12)
    name.copy(area, at + ENTRY)
    at += ENTRY + padded(name.length)
    return hash
  })
}

/** ext4_xattr_hash_entry: over the name's bytes and the value's padded 32-bit words. */
function hashOf(name: Buffer, paddedValue: Buffer): number {
  let hash = 0
  for (const byte of name) hash = (hash << 5 ^ hash >>> 27 ^ byte) >>> 0
  for (let at = 0; at < paddedValue.length; at += 4) hash = (hash << 16 ^ hash >>> 16 ^ paddedValue.readUInt32LE(at)) >>> 0
  return hash
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4
}
