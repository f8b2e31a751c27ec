import type {Region} from '../region.js'
import {BlockAllocator, setBits} from './allocator.js'
import {BLOCK, BLOCKS_PER_GROUP, hasSuperblock, INODE_SIZE, type Geometry} from './geometry.js'
import {putInode, TYPE_BITS, type InodeFields} from './inode.js'
import {encodeDescriptors, encodeSuperblock, type GroupFields, type SuperblockFields} from './superblock.js'

const TYPE_MASK = 0o170000
// A boot loader's, before the first superblock.
const BOOT_BYTES = 1024

/** Where the tables of each group stand. */
export interface Tables {
  allocator: BlockAllocator
  blockBitmaps: number[]
  inodeBitmaps: number[]
  inodeTables: number[]
}

/** flex_bg: the tables of all groups stand together at the start. */
export function layTables(geometry: Geometry): Tables {
  const allocator = new BlockAllocator(geometry)
  const perGroup = (count: number): number[] => Array.from({length: geometry.groups}, () => allocator.takeRun(count))
  return {allocator, blockBitmaps: perGroup(1), inodeBitmaps: perGroup(1), inodeTables: perGroup(geometry.inodeTable)}
}

interface TablesContent {
  tables: Tables
  inodes: readonly InodeFields[]
  /** Inodes are used from the first to this one without a gap. */
  lastInode: number
  superblock: SuperblockFields
  /** crc32c of the UUID. */
  seed: number
}

/** Superblocks, descriptors, bitmaps, and the inode tables as far as they are used. To be called when all blocks are given out. */
export function tableRegions({tables, inodes, lastInode, superblock, seed}: TablesContent): Region[] {
  const {geometry} = superblock
  const groups = describeGroups(geometry, {tables, lastInode, inodes})
  const {bitmaps} = tables.allocator
  const inodeBitmaps = encodeInodeBitmaps(geometry, lastInode)
  const inodeTable = encodeInodeTable(inodes, lastInode, seed)
  const descriptors = encodeDescriptors({geometry, groups, allocator: tables.allocator, inodeBitmaps, seed})
  const bytesPerGroup = geometry.inodesPerGroup * INODE_SIZE
  return [
    ...superblockRegions(superblock, descriptors),
    ...groups.flatMap((fields, group) => [
      regionAt(fields.blockBitmap, bitmaps.subarray(group * BLOCK, (group + 1) * BLOCK)),
      regionAt(fields.inodeBitmap, inodeBitmaps.subarray(group * BLOCK, (group + 1) * BLOCK)),
      regionAt(fields.inodeTable, inodeTable.subarray(group * bytesPerGroup, (group + 1) * bytesPerGroup)),
    ]),
  ]
}

function regionAt(block: number, content: Buffer): Region {
  return {offset: block * BLOCK, size: content.length, content}
}

function superblockRegions(superblock: SuperblockFields, descriptors: Buffer): Region[] {
  return Array.from({length: superblock.geometry.groups}, (_, group) => group).filter(hasSuperblock).map(group => {
    const content = Buffer.alloc(BLOCK + descriptors.length)
    encodeSuperblock(superblock, group).copy(content, group === 0 ? BOOT_BYTES : 0)
    descriptors.copy(content, BLOCK)
    return regionAt(group * BLOCKS_PER_GROUP, content)
  })
}

function describeGroups({groups, inodesPerGroup}: Geometry, {tables, lastInode, inodes}: Pick<TablesContent, 'tables' | 'lastInode' | 'inodes'>): GroupFields[] {
  const directories = new Map<number, number>()
  for (const {number, mode} of inodes) {
    const group = Math.floor((number - 1) / inodesPerGroup)
    if ((mode & TYPE_MASK) === TYPE_BITS.directory) directories.set(group, (directories.get(group) ?? 0) + 1)
  }

  return Array.from({length: groups}, (_, group) => {
    const unused = inodesPerGroup - usedInodes(group, inodesPerGroup, lastInode)
    return {
      blockBitmap: tables.blockBitmaps[group] ?? 0,
      inodeBitmap: tables.inodeBitmaps[group] ?? 0,
      inodeTable: tables.inodeTables[group] ?? 0,
      freeInodes: unused,
      directories: directories.get(group) ?? 0,
      unusedInodes: unused,
    }
  })
}

function usedInodes(group: number, inodesPerGroup: number, lastInode: number): number {
  return Math.max(0, Math.min(inodesPerGroup, lastInode - group * inodesPerGroup))
}

function encodeInodeBitmaps({groups, inodesPerGroup}: Geometry, lastInode: number): Buffer {
  const bitmaps = Buffer.alloc(groups * BLOCK)
  for (let group = 0; group < groups; group++) {
    const bitmap = bitmaps.subarray(group * BLOCK, (group + 1) * BLOCK)
    setBits(bitmap, 0, usedInodes(group, inodesPerGroup, lastInode))
    setBits(bitmap, inodesPerGroup, 8 * BLOCK - inodesPerGroup)
  }

  return bitmaps
}

/** The inodes up to the last one, in whole blocks, as if the groups' tables stood one after the other. */
function encodeInodeTable(inodes: readonly InodeFields[], lastInode: number, seed: number): Buffer {
  const table = Buffer.alloc(Math.ceil(lastInode * INODE_SIZE / BLOCK) * BLOCK)
  for (const fields of inodes) putInode(table, (fields.number - 1) * INODE_SIZE, fields, seed)
  return table
}
