import {BrmcError} from '../errors.js'
import type {RootEntry, RootTree} from './entry.js'
import {resolveFolder, resolveParents} from './resolve-path.js'
import type {TreeOnDemand} from './tree-on-demand.js'

const DIRECTORY_MODE = 0o755

/** A root that is being put together. `epoch` (seconds since 1970) is the time of directories that no layer names; `below` is a finished root to start from. */
export class RootBuilder {
  readonly #entries: Map<string, RootEntry>
  /** Path of a file -> its further names. */
  readonly #names = new Map<string, Set<string>>()

  constructor(readonly epoch: number, private readonly below?: TreeOnDemand) {
    this.#entries = below ?? new Map<string, RootEntry>()
    if (!this.#entries.has('')) this.#entries.set('', this.#directory(''))
  }

  /** A builder that starts from a finished root. */
  static from(tree: RootTree, epoch: number): RootBuilder {
    const root = new RootBuilder(epoch)
    for (const entry of tree.values()) {
      root.#entries.set(entry.path, entry)
      if (entry.type === 'hardlink') root.#nameOf(entry.target ?? '', entry.path)
    }

    return root
  }

  /** What stands there now, in no order. */
  get entries(): RootTree {
    return this.#entries
  }

  get(path: string): RootEntry | undefined {
    return this.#entries.get(path)
  }

  /** Gives an existing entry other attributes; its further names, if it has any, change with it. */
  change(entry: RootEntry): void {
    this.#entries.set(entry.path, entry)
    for (const name of this.#names.get(entry.path) ?? []) this.#entries.set(name, nameFor(entry, name))
  }

  /** The root so far, in order of path. */
  tree(): RootTree {
    return new Map(Array.from(this.#entries).sort(([a], [b]) => a < b ? -1 : Number(a > b)))
  }

  /**
   * Lays `entry` over what is there. Parents that are missing are made; symlinks to directories above it are followed. A directory over a
   * directory keeps its content, and its mode too with `keepDirectory`; anything else replaces what was there, with all that was below it.
   * Returns where it came to lie; undefined where nothing of it did.
   */
  put(entry: RootEntry, {keepDirectory = false} = {}): string | undefined {
    if (entry.type === 'directory') return this.#putDirectory(at(entry, resolveFolder(this.#entries, entry.path)), keepDirectory)

    if (entry.path === '') throw new BrmcError('OVERLAY_INVALID', `the root itself cannot be a ${entry.type}`)
    const path = resolveParents(this.#entries, entry.path)
    this.#makeParents(path)
    if (entry.type === 'hardlink') {
      this.#putHardLink(entry, path)
      return path
    }

    this.remove(path)
    this.#entries.set(path, at(entry, path))
    return path
  }

  /** Takes away the entry at `path` and all below it; nothing happens if there is none. Another name of a file keeps its content. */
  remove(path: string): void {
    const place = resolveParents(this.#entries, path)
    if (this.#entries.get(place)?.type === 'directory') this.empty(place)
    this.#removeOne(place)
  }

  /** Takes away all that is below the directory at `path`. */
  empty(path: string): void {
    const folder = path === '' ? '' : resolveFolder(this.#entries, path)
    this.below?.loadBelow(folder)
    const prefix = path === '' ? '' : `${folder}/`
    for (const below of Array.from(this.#entries.keys())) {
      if (below !== '' && below.startsWith(prefix)) this.#removeOne(below)
    }
  }

  #putDirectory(entry: RootEntry, keepDirectory: boolean): string | undefined {
    this.#makeParents(entry.path)
    const existing = this.#entries.get(entry.path)
    if (existing?.type === 'directory' && keepDirectory) return undefined
    if (existing && existing.type !== 'directory') this.remove(entry.path)
    this.#entries.set(entry.path, entry)
    return entry.path
  }

  #putHardLink(entry: RootEntry, path: string): void {
    const wanted = resolveParents(this.#entries, entry.target ?? '')
    if (wanted === path) return
    this.remove(path)
    const found = this.#entries.get(wanted)
    const owner = found?.type === 'hardlink' ? this.#entries.get(found.target ?? '') : found
    if (!owner || owner.type === 'directory') {
      throw new BrmcError('OVERLAY_INVALID', `${entry.path} is a hard link to ${entry.target ?? 'nothing'}, which is ${owner ? 'a directory' : 'not there'}`)
    }

    this.#entries.set(path, nameFor(owner, path))
    this.#nameOf(owner.path, path)
  }

  #nameOf(owner: string, name: string): void {
    this.#names.set(owner, (this.#names.get(owner) ?? new Set()).add(name))
  }

  #makeParents(path: string): void {
    // A directory that is there has all its parents.
    if (this.#entries.get(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))?.type === 'directory') return
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash)
      const existing = this.#entries.get(parent)
      if (existing?.type === 'directory') continue
      if (existing) this.#removeOne(parent)
      this.#entries.set(parent, this.#directory(parent))
    }
  }

  /** A file that goes while it has other names leaves its content to the first of them. */
  #removeOne(path: string): void {
    const entry = this.#entries.get(path)
    if (!entry) return
    this.#entries.delete(path)
    if (entry.type === 'hardlink') {
      this.#names.get(entry.target ?? '')?.delete(path)
      return
    }

    const [heir, ...others] = Array.from(this.#names.get(path) ?? []).sort()
    this.#names.delete(path)
    if (heir === undefined) return
    this.#entries.set(heir, {...entry, path: heir})
    this.#names.set(heir, new Set(others))
    for (const other of others) this.#entries.set(other, nameFor({...entry, path: heir}, other))
  }

  #directory(path: string): RootEntry {
    return {path, type: 'directory', mode: DIRECTORY_MODE, uid: 0, gid: 0, mtime: this.epoch, size: 0}
  }
}

function at(entry: RootEntry, path: string): RootEntry {
  return entry.path === path ? entry : {...entry, path}
}

/** One more name of `owner`, with its attributes for whoever lists names. */
function nameFor({path: target, mode, uid, gid, mtime}: RootEntry, path: string): RootEntry {
  return {path, type: 'hardlink', mode, uid, gid, mtime, size: 0, target}
}
