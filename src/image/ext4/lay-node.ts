import {BrmcError} from '../../errors.js'
import {bytesOfName, nameLength} from '../../files/name-bytes.js'
import type {ContentAt} from '../../overlay/entry.js'
import {regionPart, type Region} from '../region.js'
import type {BlockAllocator, Extent} from './allocator.js'
import {encodeDirectory} from './directory.js'
import {encodeExtents, extentBlocks} from './extents.js'
import {BLOCK} from './geometry.js'
import {encodeDevice, EXTENTS_FLAG, inodeSeed, TYPE_BITS, type InodeFields} from './inode.js'
import {MAX_FAST_SYMLINK, type Node} from './nodes.js'

export interface LayContext {
  allocator: BlockAllocator
  /** Where content goes; appended to. */
  regions: Region[]
  epoch: number
  /** crc32c of the UUID. */
  seed: number
}

/** Takes blocks for `node`, lays its content into them and returns the fields of its inode. */
export function layNode(node: Node, context: LayContext): InodeFields {
  const {entry, inode, links, blocks, xattrs} = node
  const short = placeWithoutBlocks(node)
  const body = short ? undefined : bodyOf(node, inodeSeed(context.seed, inode))
  const laid = short ? {place: short, blocks: 0} : layBlocks(blocks, body, {...context, inode})
  const xattrBlock = xattrs.inBlock && context.allocator.take(1)[0]?.start
  if (xattrs.inBlock && xattrBlock !== undefined) {
    context.regions.push({offset: xattrBlock * BLOCK, size: BLOCK, content: xattrs.inBlock.encode(xattrBlock, context.seed)})
  }

  return {
    number: inode,
    mode: TYPE_BITS[entry.type] | entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: entry.type === 'directory' ? blocks * BLOCK : entry.type === 'symlink' ? nameLength(entry.target ?? '') : entry.size,
    links,
    flags: short ? 0 : EXTENTS_FLAG,
    mtime: entry.mtime,
    epoch: context.epoch,
    blocks: laid.blocks + (xattrBlock === undefined ? 0 : 1),
    xattrBlock: xattrBlock ?? 0,
    place: laid.place,
    xattrs: xattrs.inInode,
  }
}

interface Body {
  content: Buffer | ContentAt
  size: number
}

interface LaidBlocks {
  /** i_block: the 60 bytes of the inode that lead to the blocks. */
  place: Buffer
  /** How many were taken, those of the extent tree included. */
  blocks: number
  extents: Extent[]
}

/** Takes `blocks` blocks and lays `body` into them; without one, what they hold is for the caller to say. */
export function layBlocks(blocks: number, body: Body | undefined, {allocator, regions, seed, inode}: LayContext & {inode: number}): LaidBlocks {
  const extents = allocator.take(blocks)
  const leafBlocks = allocator.take(extentBlocks(extents.length)).flatMap(({start, length}) => Array.from({length}, (_, index) => start + index))
  const {root, leaves} = encodeExtents(extents, leafBlocks, inodeSeed(seed, inode))
  if (body) regions.push(...regionsOf(body, extents))
  for (const [index, leaf] of leaves.entries()) regions.push({offset: (leafBlocks[index] ?? 0) * BLOCK, size: BLOCK, content: leaf})
  return {place: root, blocks: blocks + leafBlocks.length, extents}
}

function regionsOf({content, size}: Body, extents: readonly Extent[]): Region[] {
  let done = 0
  return extents.map(({start, length}) => {
    const part = regionPart(content, done, {offset: start * BLOCK, size: Math.min(length * BLOCK, size - done)})
    done += part.size
    return part
  })
}

/** i_block of what needs no blocks: short symlinks, devices, fifos. */
function placeWithoutBlocks({entry, blocks}: Node): Buffer | undefined {
  switch (entry.type) {
    case 'symlink': {
      if (blocks > 0) return undefined
      const place = Buffer.alloc(MAX_FAST_SYMLINK + 1)
      bytesOfName(entry.target ?? '').copy(place)
      return place
    }

    case 'character':
    case 'block': return encodeDevice(entry.device ?? {major: 0, minor: 0})
    case 'fifo': return Buffer.alloc(MAX_FAST_SYMLINK + 1)
    case 'file':
    case 'directory': return undefined
  }
}

function bodyOf({entry, names, blocks}: Node, seed: number): Body | undefined {
  if (entry.type === 'directory') return {content: encodeDirectory(names, blocks, seed), size: blocks * BLOCK}
  if (entry.type === 'symlink') {
    const content = bytesOfName(entry.target ?? '')
    return {content, size: content.length}
  }

  const {content, size, path} = entry
  if (size === 0) return undefined
  const there = Buffer.isBuffer(content) ? content.length === size : content !== undefined
  if (!there || content === undefined) throw new BrmcError('INTERNAL', `/${path} is to have ${size} bytes, and they are not there`)
  return {content, size}
}
