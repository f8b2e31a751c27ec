import {BrmcError} from '../../errors.js'
import type {Extent} from './allocator.js'
import {crc32c} from './crc32c.js'
import {BLOCK} from './geometry.js'

const MAGIC = 0xf30a
const HEADER = 12
const ENTRY = 12
/** Entries in the 60 bytes of an inode. */
const IN_INODE = 4
/** Entries in a block, which ends with a checksum. */
const IN_BLOCK = Math.floor((BLOCK - HEADER) / ENTRY)

/** Blocks that the tree over `extents` extents needs besides the inode. */
export function extentBlocks(extents: number): number {
  return extents <= IN_INODE ? 0 : Math.ceil(extents / IN_BLOCK)
}

/**
 * The 60 bytes of an inode that say where its blocks are (fs/ext4/ext4_extents.h), and the leaf blocks of the tree when four extents are not
 * enough; these go to `leafBlocks`. One level of leaves holds 170 GiB in one file. Throws BrmcError IMAGE_INVALID beyond that.
 */
export function encodeExtents(extents: readonly Extent[], leafBlocks: readonly number[], inodeSeed: number): {root: Buffer, leaves: Buffer[]} {
  // From the pool: there is one for every file.
  const root = Buffer.allocUnsafe(HEADER + IN_INODE * ENTRY).fill(0)
  if (leafBlocks.length === 0) {
    putHeader(root, {entries: extents.length, max: IN_INODE, depth: 0})
    putLeaf(root, extents, 0)
    return {root, leaves: []}
  }

  if (leafBlocks.length > IN_INODE) throw new BrmcError('IMAGE_INVALID', 'a file of this size is beyond what brmc lays into an ext4')
  putHeader(root, {entries: leafBlocks.length, max: IN_INODE, depth: 1})
  let logical = 0
  const leaves = leafBlocks.map((block, index) => {
    const leaf = Buffer.alloc(BLOCK)
    const part = extents.slice(index * IN_BLOCK, (index + 1) * IN_BLOCK)
    root.writeUInt32LE(logical, HEADER + index * ENTRY)
    root.writeUInt32LE(block, HEADER + index * ENTRY + 4)
    putHeader(leaf, {entries: part.length, max: IN_BLOCK, depth: 0})
    logical = putLeaf(leaf, part, logical)
    const tail = HEADER + IN_BLOCK * ENTRY
    leaf.writeUInt32LE(crc32c(inodeSeed, leaf, 0, tail), tail)
    return leaf
  })
  return {root, leaves}
}

function putHeader(buffer: Buffer, {entries, max, depth}: {entries: number, max: number, depth: number}): void {
  buffer.writeUInt16LE(MAGIC, 0)
  buffer.writeUInt16LE(entries, 2)
  buffer.writeUInt16LE(max, 4)
  buffer.writeUInt16LE(depth, 6)
}

/** Returns the first logical block after the last extent. */
function putLeaf(buffer: Buffer, extents: readonly Extent[], first: number): number {
  let logical = first
  for (const [index, {start, length}] of extents.entries()) {
    const at = HEADER + index * ENTRY
    buffer.writeUInt32LE(logical, at)
    buffer.writeUInt16LE(length, at + 4)
    buffer.writeUInt32LE(start, at + 8)
    logical += length
  }

  return logical
}
