import {BrmcError} from '../../errors.js'
import type {RootTree} from '../../overlay/entry.js'
import type {Region} from '../region.js'
import {crc32c} from './crc32c.js'
import {BLOCK, FIRST_INODE, JOURNAL_INODE, type Geometry} from './geometry.js'
import {EXTENTS_FLAG, TYPE_BITS, type InodeFields} from './inode.js'
import {encodeJournalSuperblock} from './journal.js'
import {layBlocks, layNode, type LayContext} from './lay-node.js'
import {nodesOf, type Node} from './nodes.js'
import {sizeExt4, type HeadRoom} from './sizing.js'
import {layTables, tableRegions} from './tables.js'

export interface Ext4Options {
  /** 36-character UUIDs. */
  uuid: string
  hashSeed: string
  /** At most 16 bytes. */
  label: string
  /** Seconds since 1970: the time of creation, of the last check, and of change and birth of every inode. */
  epoch: number
  /** Bytes; rounded down to whole MiB. Default: as large as content and head room need. */
  size?: number
  headRoom?: HeadRoom
}

export interface Ext4Plan {
  /** Bytes, whole MiB. */
  size: number
  freeBytes: number
  freeInodes: number
  /** Sorted by offset; offsets count from the start of the file system. */
  regions: Region[]
}

const MAX_LABEL = 16

/**
 * An ext4 file system (extents, flex_bg, metadata_csum, journal) that holds `tree`, laid out in one pass: tables first, then directories and
 * files in order of path, so that it is written from start to end. Nothing is read: files' bodies stay where they are.
 * Throws BrmcError IMAGE_TOO_SMALL, OVERLAY_INVALID.
 */
export function planExt4(tree: RootTree, options: Ext4Options): Ext4Plan {
  const {label, epoch, headRoom = {}, size} = options
  if (Buffer.byteLength(label) > MAX_LABEL) throw new BrmcError('INTERNAL', `the label ${label} has more than ${MAX_LABEL} bytes`)
  const uuid = uuidBytes(options.uuid)
  const nodes = nodesOf(tree, epoch)
  const geometry = sizeExt4(nodes, headRoom, size)
  const tables = layTables(geometry)
  const context: LayContext = {allocator: tables.allocator, regions: [], epoch, seed: crc32c(0xffff_ffff, uuid)}
  const journal = layJournal(geometry, uuid, context)
  // Directories first: they are read together at every start.
  const inodes = [...nodes.filter(isDirectory), ...nodes.filter(node => !isDirectory(node))].map(node => layNode(node, context))
  const lastInode = FIRST_INODE + nodes.length - 2
  const freeInodes = geometry.inodesPerGroup * geometry.groups - lastInode
  const superblock = {
    geometry, uuid, hashSeed: uuidBytes(options.hashSeed), label, epoch, freeBlocks: tables.allocator.free, freeInodes,
    journal: {place: journal.place, size: journal.size},
  }
  const regions = [...tableRegions({tables, inodes: [journal, ...inodes], lastInode, superblock, seed: context.seed}), ...context.regions]
  regions.sort((a, b) => a.offset - b.offset)
  return {size: geometry.blocks * BLOCK, freeBytes: tables.allocator.free * BLOCK, freeInodes, regions}
}

/** A journal of zeros, not of whatever a card held before: transactions of an earlier life could be taken for new ones. */
/** Bytes that such a file system gets, as large as content and head room need. */
export function sizeOfExt4(tree: RootTree, epoch: number): number {
  return sizeExt4(nodesOf(tree, epoch), {}).blocks * BLOCK
}

function layJournal({journal: blocks}: Geometry, uuid: Buffer, context: LayContext): InodeFields {
  const {place, blocks: taken, extents} = layBlocks(blocks, undefined, {...context, inode: JOURNAL_INODE})
  const first = encodeJournalSuperblock(blocks, uuid)
  for (const [index, {start, length}] of extents.entries()) {
    const skip = index === 0 ? first.length : 0
    if (index === 0) context.regions.push({offset: start * BLOCK, size: first.length, content: first})
    context.regions.push({offset: start * BLOCK + skip, size: length * BLOCK - skip})
  }

  return {
    number: JOURNAL_INODE, mode: TYPE_BITS.file | 0o600, uid: 0, gid: 0, size: blocks * BLOCK, links: 1, flags: EXTENTS_FLAG,
    mtime: context.epoch, epoch: context.epoch, blocks: taken, xattrBlock: 0, place,
  }
}

function isDirectory({entry}: Node): boolean {
  return entry.type === 'directory'
}

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) throw new BrmcError('INTERNAL', `${uuid} is not a UUID`)
  return bytes
}
