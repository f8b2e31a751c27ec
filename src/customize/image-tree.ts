import type {FatWalk} from '../image/fat/walk.js'
import type {Ext4Tree} from '../image/ext4-tree/read-tree.js'
import type {RootEntry} from '../overlay/entry.js'
import type {TreeSource} from '../overlay/tree-on-demand.js'

/** A FAT partition at a path of the tree. */
export interface MountedFat {
  /** Its number in the partition table. */
  number: number
  /** Where the running system mounts it, relative to the root; or a path that no layer can say (see UNMOUNTED). */
  at: string
  walk: FatWalk
}

/** Where a FAT partition stands that the running system does not mount: a NUL is in no path of a layer. */
export const UNMOUNTED = '\0boot'

/** All that the running system sees of an image: its root, and FAT partitions at their mount points, as one tree. */
export class ImageTree implements TreeSource {
  readonly #root: Ext4Tree | undefined
  readonly #fats: readonly {at: string, entries: ReadonlyMap<string, RootEntry>}[]

  constructor(root: Ext4Tree | undefined, fats: readonly MountedFat[]) {
    this.#root = root
    this.#fats = fats.map(({at, walk}) => ({at, entries: entriesOf(at, walk)}))
  }

  entry(path: string): RootEntry | undefined {
    const fat = this.#fatOf(path)
    if (fat) return fat.get(path)
    return this.#mountAt(path) ?? (this.#root || path !== '' ? this.#root?.entry(path) : emptyDirectory(path))
  }

  children(path: string): RootEntry[] {
    const fat = this.#fats.find(({at}) => path === at || path.startsWith(`${at}/`))
    if (!fat) return this.#root?.children(path).map(child => this.entry(child.path) ?? child) ?? []
    return [...fat.entries.values()].filter(entry => parentOf(entry.path) === path)
  }

  #fatOf(path: string): ReadonlyMap<string, RootEntry> | undefined {
    return this.#fats.find(({at}) => path.startsWith(`${at}/`))?.entries
  }

  /** The mount point itself: the directory that the root has there. */
  #mountAt(path: string): RootEntry | undefined {
    if (!this.#fats.some(({at}) => at === path)) return undefined
    return this.#root?.entry(path) ?? emptyDirectory(path)
  }
}

/** FAT knows neither modes nor owners; `content` is a mark, as in image/ext4-tree. */
function entriesOf(at: string, {entries}: FatWalk): Map<string, RootEntry> {
  const owned = {uid: 0, gid: 0, mtime: 0}
  return new Map(Array.from(entries, ([name, {directory, size, cluster}]) => {
    const path = `${at}/${name}`
    return [path, directory ? {...owned, path, type: 'directory', mode: 0o755, size: 0} : {...owned, path, type: 'file', mode: 0o755, size, content: {file: '', offset: cluster}}]
  }))
}

function emptyDirectory(path: string): RootEntry {
  return {path, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0}
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}
