import {BrmcError} from '../errors.js'
import type {Inode} from '../image/ext4-tree/inode.js'
import type {Ext4Volume} from '../image/ext4-tree/volume.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Changes} from './changes.js'
import {freedInodes} from './link-counts.js'

const MIB = 1024 * 1024
/** Blocks that one block of an extents' tree leads to; far fewer is rare, for debugfs writes files in long runs. */
const EXTENTS_COVER = 256
const FAST_SYMLINK = 60

/** Throws BrmcError IMAGE_TOO_SMALL where the file system has not the room for what comes, less what goes. */
export function refuseFullFileSystem(changes: Changes, inodes: ReadonlyMap<string, Inode>, {blockSize, freeBlocks, freeInodes}: Ext4Volume): void {
  const freed = freedInodes(changes, inodes)
  const comes = changes.added.filter(({type}) => type !== 'hardlink')
  const blocks = comes.reduce((sum, entry) => sum + blocksOf(entry, blockSize), 0) + namesOf(changes.added, blockSize)
    - freed.reduce((sum, {sectors}) => sum + Math.floor(sectors * 512 / blockSize), 0)
  if (blocks > freeBlocks) {
    throw new BrmcError('IMAGE_TOO_SMALL', `the root file system has ${inMiB(freeBlocks * blockSize)} MiB free, and the overlays need about ${inMiB(blocks * blockSize)} MiB`, {suggestions: WAYS_OUT})
  }

  const wanted = comes.length - freed.length
  if (wanted > freeInodes) throw new BrmcError('IMAGE_TOO_SMALL', `the root file system has room for ${freeInodes} more files, and the overlays have ${wanted}`, {suggestions: WAYS_OUT})
}

const WAYS_OUT = ['delete something in the same run: an overlay with .wh.<name> takes <name> away', 'or make the image larger first: truncate -s +1G IMAGE, then growpart and resize2fs on its last partition']

function blocksOf({type, size, target = '', xattrs}: RootEntry, blockSize: number): number {
  const content = type === 'directory' ? 1 : type === 'symlink' && target.length >= FAST_SYMLINK ? 1 : Math.ceil(size / blockSize)
  return content + Math.floor(content / EXTENTS_COVER) + (xattrs ? 1 : 0)
}

/** Directories that get larger. */
function namesOf(added: readonly RootEntry[], blockSize: number): number {
  const bytes = added.reduce((sum, {path}) => sum + 12 + Buffer.byteLength(path.slice(path.lastIndexOf('/') + 1)), 0)
  return Math.ceil(bytes * 2 / blockSize)
}

function inMiB(bytes: number): number {
  return Math.ceil(bytes / MIB * 10) / 10
}
