import {BrmcError} from '../errors.js'
import type {Inode} from '../image/ext4-tree/inode.js'
import type {Changes} from './changes.js'

/** Files that get further names, with the number of names they have in the end: path of one of them -> number. */
export function linkCounts({removed, added}: Changes, inodes: ReadonlyMap<string, Inode>): Map<string, number> {
  const owners = new Map(added.filter(({type}) => type !== 'hardlink').map(entry => [entry.path, 1]))
  const counts = new Map<string, number>()
  for (const {path, target = ''} of added.filter(({type}) => type === 'hardlink')) {
    const there = counts.get(target) ?? owners.get(target) ?? namesLeft(inodes.get(target), removed.map(entry => entry.path), inodes)
    if (there === 0) throw new BrmcError('OVERLAY_INVALID', `${path} is one more name of ${target}, which the overlays take away`)
    counts.set(target, there + 1)
  }

  return counts
}

/** Inodes of which all names are removed. */
export function freedInodes({removed}: Pick<Changes, 'removed'>, inodes: ReadonlyMap<string, Inode>): Inode[] {
  const gone = new Map<Inode['number'], {inode: Inode, names: number}>()
  for (const {path} of removed) {
    const inode = inodes.get(path)
    if (inode) gone.set(inode.number, {inode, names: (gone.get(inode.number)?.names ?? 0) + 1})
  }

  return Array.from(gone.values()).filter(({inode, names}) => inode.type === 'directory' || names >= inode.links).map(({inode}) => inode)
}

function namesLeft(owner: Inode | undefined, removed: readonly string[], inodes: ReadonlyMap<string, Inode>): number {
  if (!owner) return 0
  return owner.links - removed.filter(path => inodes.get(path)?.number === owner.number).length
}
