import {BrmcError} from '../../errors.js'
import {bytesOfName, nameLength} from '../../files/name-bytes.js'
import type {RootEntry, RootTree} from '../../overlay/entry.js'
import {directoryBlocks, FILE_TYPE, type DirectoryName} from './directory.js'
import {BLOCK, FIRST_INODE, ROOT_INODE} from './geometry.js'
import {placeXattrs, type XattrPlaces} from './xattr.js'

/** A file of any type with its number: what becomes an inode. */
export interface Node {
  inode: number
  entry: RootEntry & {type: Exclude<RootEntry['type'], 'hardlink'>}
  links: number
  /** Of a directory, `.` and `..` first. */
  names: DirectoryName[]
  /** Blocks of its content. */
  blocks: number
  xattrs: XattrPlaces
}

const LOST_AND_FOUND = 'lost+found'
// e2fsck must not have to allocate when it rescues files.
const LOST_AND_FOUND_BLOCKS = 4
// Longer ones need a block (fs/ext4/inode.c, ext4_inode_is_fast_symlink).
export const MAX_FAST_SYMLINK = 59
const MAX_SYMLINK = BLOCK - 1
const MAX_NAME = 255
// EXT4_LINK_MAX; a directory beyond it has the count 1 (dir_nlink).
const MAX_LINKS = 65_000

/**
 * The inodes of `tree` in order of number: the root is 2, lost+found 11 (made if the tree has none), the rest from 12 in order of path.
 * Throws BrmcError OVERLAY_INVALID, all findings in details, for what an ext4 cannot hold.
 */
export function nodesOf(tree: RootTree, epoch: number): Node[] {
  const entries = sortedEntries(tree, epoch)
  const nodes = new Map<string, Node>()
  let next = FIRST_INODE + 1
  for (const entry of entries) {
    if (!isOwner(entry)) continue
    const inode = entry.path === '' ? ROOT_INODE : entry.path === LOST_AND_FOUND ? FIRST_INODE : next++
    const xattrs = entry.xattrs ? placeXattrs(entry.xattrs, `/${entry.path}`) : {}
    nodes.set(entry.path, {inode, entry, links: entry.type === 'directory' ? 2 : 0, names: [], blocks: 0, xattrs})
  }

  const problems = entries.flatMap(entry => addName(entry, nodes) ?? [])
  if (problems.length > 0) throw new BrmcError('OVERLAY_INVALID', 'the root has what an ext4 file system cannot hold', {details: problems})
  const all = Array.from(nodes.values()).sort((a, b) => a.inode - b.inode)
  for (const node of all) {
    node.blocks = contentBlocks(node)
    if (node.entry.type === 'directory' && node.links > MAX_LINKS) node.links = 1
  }

  return all
}

function sortedEntries(tree: RootTree, epoch: number): RootEntry[] {
  const common = {type: 'directory', uid: 0, gid: 0, mtime: epoch, size: 0} as const
  return Array.from(new Map<string, RootEntry>([
    ['', {...common, path: '', mode: 0o755}],
    [LOST_AND_FOUND, {...common, path: LOST_AND_FOUND, mode: 0o700}],
    ...tree,
  ]).values()).sort((a, b) => a.path < b.path ? -1 : Number(a.path > b.path))
}

/** Writes the entry's name into its parent and counts links. Returns what is wrong with it. */
function addName(entry: RootEntry, nodes: ReadonlyMap<string, Node>): string | undefined {
  const node = nodes.get(entry.type === 'hardlink' ? entry.target ?? '' : entry.path)
  if (!node || (entry.type === 'hardlink' && node.entry.type === 'directory')) return `/${entry.path} is a hard link to ${entry.target ?? 'nothing'}, which is no file of the root`
  const slash = entry.path.lastIndexOf('/')
  const parent = nodes.get(entry.path.slice(0, Math.max(slash, 0)))
  if (parent?.entry.type !== 'directory') return `/${entry.path} lies in no directory of the root`
  if (node.entry.type === 'directory') {
    node.names.unshift({name: Buffer.from('.'), inode: node.inode, type: FILE_TYPE.directory}, {name: Buffer.from('..'), inode: parent.inode, type: FILE_TYPE.directory})
  } else if (++node.links > MAX_LINKS) return `/${entry.path} is one name too many of a file that has ${MAX_LINKS}`

  if (entry.path === '') return undefined
  const name = bytesOfName(entry.path.slice(slash + 1))
  if (name.length > MAX_NAME) return `/${entry.path}: the name has ${name.length} bytes, more than ${MAX_NAME}`
  if (entry.path === LOST_AND_FOUND && entry.type !== 'directory') return `/${LOST_AND_FOUND} has to be a directory`
  if (entry.type === 'symlink' && nameLength(entry.target ?? '') > MAX_SYMLINK) return `/${entry.path}: the symlink's target is longer than ${MAX_SYMLINK} bytes`
  parent.names.push({name, inode: node.inode, type: FILE_TYPE[node.entry.type]})
  if (node.entry.type === 'directory') parent.links++
  return undefined
}

function isOwner(entry: RootEntry): entry is Node['entry'] {
  return entry.type !== 'hardlink'
}

function contentBlocks({entry, names}: Node): number {
  switch (entry.type) {
    case 'directory': return Math.max(directoryBlocks(names), entry.path === LOST_AND_FOUND ? LOST_AND_FOUND_BLOCKS : 1)
    case 'symlink': return nameLength(entry.target ?? '') > MAX_FAST_SYMLINK ? 1 : 0
    case 'file': return Math.ceil(entry.size / BLOCK)
    case 'character':
    case 'block':
    case 'fifo': return 0
  }
}
