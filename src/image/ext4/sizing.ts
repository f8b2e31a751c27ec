import {BrmcError} from '../../errors.js'
import {extentBlocks} from './extents.js'
import {BLOCK, BLOCKS_PER_GROUP, FIRST_INODE, geometryOf, MAX_INODES_PER_GROUP, overheadOf, type Geometry} from './geometry.js'
import type {Node} from './nodes.js'

const MIB = 1024 * 1024

/** Room for what the running system will write. */
export interface HeadRoom {
  /** Bytes that stay free. Default: a quarter of the content and 32 MiB (logs, keys, a package or two). */
  bytes?: number
  /** Inodes that stay free. Default: a quarter of those in use and 1024, or one per 16 KiB (as mke2fs gives), whichever is more. */
  inodes?: number
}

/** How large the file system is. `size` (bytes) is what the user wants; without it the size is just enough. Throws BrmcError IMAGE_TOO_SMALL. */
export function sizeExt4(nodes: readonly Node[], headRoom: HeadRoom, size?: number): Geometry {
  const content = nodes.reduce((sum, node) => sum + blocksOf(node), 0)
  if (size !== undefined) return fixedSize(nodes, {content, size, headRoom})
  const wanted = content + Math.ceil((headRoom.bytes ?? content * BLOCK / 4 + 32 * MIB) / BLOCK)
  let geometry = geometryFor(wanted, nodes, headRoom)
  for (let least = wanted + overheadOf(geometry); geometry.blocks < least; least = wanted + overheadOf(geometry)) {
    geometry = geometryFor(least, nodes, headRoom)
  }

  return geometry
}

function fixedSize(nodes: readonly Node[], {content, size, headRoom}: {content: number, size: number, headRoom: HeadRoom}): Geometry {
  const blocks = Math.floor(size / MIB) * (MIB / BLOCK)
  const geometry = geometryOf(Math.max(blocks, 1), inodesFor(blocks, nodes, headRoom))
  const least = content + overheadOf(geometry)
  if (geometry.inodesPerGroup * geometry.groups < nodes.length + FIRST_INODE) {
    throw new BrmcError('IMAGE_TOO_SMALL', `the root file system has ${nodes.length} files, and a partition of ${Math.floor(size / MIB)} MiB holds ${geometry.inodesPerGroup * geometry.groups - FIRST_INODE}`, {
      suggestions: ['ask for a larger image', 'or leave the size out, and it will be as large as needed'],
    })
  }

  if (least <= blocks) return geometry
  const mebibytes = (count: number): number => Math.ceil(count * BLOCK / MIB)
  throw new BrmcError('IMAGE_TOO_SMALL', `the root file system needs ${mebibytes(least)} MiB (${mebibytes(content)} MiB of files) and its partition has ${Math.floor(size / MIB)} MiB`, {
    suggestions: ['ask for a larger image', 'or leave the size out, and it will be as large as needed'],
  })
}

/** In whole MiB, so that the last group is never a sliver, and with groups enough for the inodes, however little is in them. */
function geometryFor(least: number, nodes: readonly Node[], headRoom: HeadRoom): Geometry {
  const wanted = wholeMebibytes(least)
  const inodes = inodesFor(wanted, nodes, headRoom)
  const blocks = Math.max(wanted, wholeMebibytes((Math.ceil(inodes / MAX_INODES_PER_GROUP) - 1) * BLOCKS_PER_GROUP + 1))
  return geometryOf(blocks, inodes)
}

const wholeMebibytes = (blocks: number): number => Math.ceil(blocks * BLOCK / MIB) * (MIB / BLOCK)

function inodesFor(blocks: number, nodes: readonly Node[], {inodes}: HeadRoom): number {
  const used = nodes.length + FIRST_INODE
  return used + (inodes ?? Math.max(used / 4 + 1024, blocks / 4 - used))
}

/** With the leaves of its extent tree: it may be broken at each group, and at 2^15 blocks. */
function blocksOf({blocks, xattrs}: Node): number {
  return blocks + extentBlocks(2 * Math.ceil(blocks / BLOCKS_PER_GROUP) + 1) + (xattrs.inBlock ? 1 : 0)
}
