import {closeSync, openSync} from 'node:fs'
import {join} from 'node:path'

import {Ext4Reader} from '../image/ext4-tree/read-ext4.js'
import {Ext4Tree} from '../image/ext4-tree/read-tree.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Changes} from './changes.js'

/** What of `changes` is not in the file system at `offset` of the copy, a line each: a tool that says nothing need not have done all. */
export function readUndone({removed, added, altered}: Changes, {folder, image, offset}: {folder: string, image: string, offset: number}): string[] {
  const file = openSync(join(folder, image), 'r')
  try {
    const tree = new Ext4Tree(new Ext4Reader({file, offset, what: 'the changed root file system'}))
    const comes = new Set(added.map(({path}) => path))
    return [
      ...removed.filter(({path}) => !comes.has(path) && tree.entry(path) !== undefined).map(({path}) => `${path} is still there`),
      ...added.flatMap(entry => difference(entry, tree)),
      ...altered.flatMap(({after}) => difference(after, tree)),
    ]
  } finally {
    closeSync(file)
  }
}

function difference(wanted: RootEntry, tree: Ext4Tree): string[] {
  const found = tree.entry(wanted.path)
  if (!found) return [`${wanted.path} is not there`]
  if (wanted.type === 'hardlink') return tree.inodes.get(wanted.path)?.number === (tree.entry(wanted.target ?? ''), tree.inodes.get(wanted.target ?? '')?.number) ? [] : [`${wanted.path} is not ${wanted.target ?? ''}`]
  const keys = (['type', 'uid', 'gid', 'size', 'target', ...wanted.type === 'symlink' ? [] : ['mode']] as const) as readonly ('type' | 'uid' | 'gid' | 'size' | 'target' | 'mode')[]
  return keys.filter(key => found[key] !== wanted[key]).map(key => `${wanted.path}: ${key} is ${String(found[key])}, not ${String(wanted[key])}`)
}
