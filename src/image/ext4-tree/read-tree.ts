import type {RootEntry} from '../../overlay/entry.js'
import {deviceOf, type Inode} from './inode.js'
import {ROOT_INODE, type Ext4Reader} from './read-ext4.js'

/**
 * An ext4 as a tree that is asked for single paths (TreeSource of overlay/tree-on-demand.ts). A file's `content` is no place of its bytes but a mark:
 * as long as an entry has it, it is that very inode. Inodes are kept by path, for who is to take files away.
 */
export class Ext4Tree {
  readonly inodes = new Map<string, Inode>()

  constructor(readonly reader: Ext4Reader) {}

  entry(path: string): RootEntry | undefined {
    const inode = this.#inodeAt(path)
    return inode && this.#entryOf(path, inode)
  }

  children(path: string): RootEntry[] {
    const directory = this.#inodeAt(path)
    if (directory?.type !== 'directory') return []
    return [...this.reader.names(directory).keys()].sort().flatMap(name => this.entry(path === '' ? name : `${path}/${name}`) ?? [])
  }

  /** The bytes of a file; undefined where there is none. Symlinks are not followed. */
  content(path: string): Buffer | undefined {
    const inode = this.#inodeAt(path)
    return inode?.type === 'file' ? this.reader.content(inode) : undefined
  }

  #inodeAt(path: string): Inode | undefined {
    const known = this.inodes.get(path)
    if (known) return known
    const slash = path.lastIndexOf('/')
    const parent = path === '' ? undefined : this.#inodeAt(slash === -1 ? '' : path.slice(0, slash))
    if (path !== '' && parent?.type !== 'directory') return undefined
    const number = parent ? this.reader.names(parent).get(path.slice(slash + 1)) : ROOT_INODE
    if (number === undefined) return undefined
    const inode = this.reader.inode(number)
    this.inodes.set(path, inode)
    return inode
  }

  #entryOf(path: string, inode: Inode): RootEntry {
    const {type, mode, uid, gid, mtime} = inode
    const entry: RootEntry = {path, type, mode, uid, gid, mtime, size: type === 'file' ? inode.size : 0}
    if (type === 'file') entry.content = {file: '', offset: inode.number}
    if (type === 'symlink') entry.target = this.reader.linkText(inode)
    if (type === 'character' || type === 'block') entry.device = deviceOf(inode)
    return entry
  }
}
