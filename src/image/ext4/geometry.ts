/** Bytes of a block, everywhere in this writer. */
export const BLOCK = 4096
/** One block of bitmap describes that many blocks. */
export const BLOCKS_PER_GROUP = 8 * BLOCK
export const INODE_SIZE = 256
export const DESCRIPTOR_SIZE = 32
const INODES_PER_BLOCK = BLOCK / INODE_SIZE
/** One block of bitmap describes that many inodes. */
export const MAX_INODES_PER_GROUP = 8 * BLOCK

/** Inodes 1 to 10 are the file system's own (root is 2, the journal 8). */
export const ROOT_INODE = 2
export const JOURNAL_INODE = 8
export const FIRST_INODE = 11

/** How an ext4 of a given size is divided. All numbers are blocks unless they say otherwise. */
export interface Geometry {
  blocks: number
  groups: number
  inodesPerGroup: number
  /** Of the inode table of one group. */
  inodeTable: number
  /** Of the group descriptors, which stand behind each copy of the superblock. */
  descriptors: number
  journal: number
}

/** `inodes` is the number there must be at least. */
export function geometryOf(blocks: number, inodes: number): Geometry {
  const groups = Math.ceil(blocks / BLOCKS_PER_GROUP)
  const inodesPerGroup = Math.min(MAX_INODES_PER_GROUP, Math.ceil(inodes / groups / INODES_PER_BLOCK) * INODES_PER_BLOCK)
  return {
    blocks,
    groups,
    inodesPerGroup,
    inodeTable: inodesPerGroup / INODES_PER_BLOCK,
    descriptors: Math.ceil(groups * DESCRIPTOR_SIZE / BLOCK),
    journal: journalBlocks(blocks),
  }
}

/** Blocks that hold no file: superblocks, descriptors, bitmaps, inode tables, journal. */
export function overheadOf({groups, inodeTable, descriptors, journal}: Geometry): number {
  const copies = Array.from({length: groups}, (_, group) => group).filter(hasSuperblock).length
  return copies * (1 + descriptors) + groups * (2 + inodeTable) + journal
}

/** Groups that begin with a copy of the superblock (sparse_super): 0, 1 and the powers of 3, 5 and 7. */
export function hasSuperblock(group: number): boolean {
  return group <= 1 || [3, 5, 7].some(base => {
    let power = base
    while (power < group) power *= base
    return power === group
  })
}

/** As many as mke2fs gives (e2fsprogs lib/ext2fs/mkjournal.c, ext2fs_default_journal_size). */
function journalBlocks(blocks: number): number {
  if (blocks < 32_768) return 1024
  if (blocks < 256 * 1024) return 4096
  if (blocks < 512 * 1024) return 8192
  if (blocks < 4096 * 1024) return 16_384
  return 32_768
}
