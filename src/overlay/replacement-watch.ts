import type {RootEntry} from './entry.js'
import type {Layer} from './layer.js'
import {resolveFolder, resolveParents} from './resolve-path.js'
import type {RootBuilder} from './root-builder.js'

/** An entry of a layer took the place of something that was there and is no directory, or that is one and it is none. */
export interface Replacement {
  /** In the root. */
  path: string
  /** As its layer has it; or a directory above it, which the layer need not name. */
  entry: RootEntry
  by: Layer
  before: RootEntry
  /** Who had brought that, or something below it, the uppermost first; none: it was the base's. */
  over: readonly Layer[]
}

/** Looks on while layers are laid over one another, the first of which is the base. What is removed or made on purpose (whiteouts, declarations) is no replacement. */
export class ReplacementWatch {
  readonly seen: Replacement[] = []
  readonly #bringers = new Map<string, Layer>()
  readonly #order: readonly Layer[]

  constructor(layers: readonly Layer[]) {
    this.#order = layers.toReversed()
  }

  /** To be asked right before `entry` of `layer` is put there. */
  before(root: RootBuilder, entry: RootEntry, layer: Layer): void {
    if (layer === this.#order.at(-1)) return
    const isDirectory = entry.type === 'directory'
    const path = isDirectory ? resolveFolder(root.entries, entry.path) : resolveParents(root.entries, entry.path)
    for (const ancestor of this.#filesAbove(root, path)) this.#see({path: ancestor.path, entry: folderAt(ancestor), by: layer, before: ancestor})
    const existing = root.get(path)
    if (existing && !(isDirectory && existing.type === 'directory')) this.#see({path, entry, by: layer, before: existing})
    // Nothing comes above the last: whose its hundred thousand files are need not be kept.
    if (layer !== this.#order[0] && !(isDirectory && existing?.type === 'directory')) this.#bringers.set(path, layer)
  }

  /** `layer` made something itself at `path`. */
  made(path: string, layer: Layer): void {
    this.#bringers.set(path, layer)
  }

  #filesAbove(root: RootBuilder, path: string): RootEntry[] {
    const parts = path.split('/').slice(0, -1)
    if (root.get(parts.join('/'))?.type === 'directory') return []
    return parts.flatMap((_, index) => root.get(parts.slice(0, index + 1).join('/')) ?? []).filter(({type}) => type !== 'directory')
  }

  #see(found: Omit<Replacement, 'over'>): void {
    const {path, by, before} = found
    const places = before.type === 'directory' ? [...this.#bringers.keys()].filter(place => place === path || place.startsWith(`${path}/`)) : [path]
    const bringers = new Set(places.flatMap(place => this.#bringers.get(place) ?? []))
    for (const place of places) this.#bringers.delete(place)
    // Of a path that stands twice in one layer the later counts: that is no other's.
    this.#bringers.set(path, by)
    if (!bringers.has(by)) this.seen.push({...found, over: this.#order.filter(layer => bringers.has(layer))})
  }
}

const folderAt = ({path, mtime}: RootEntry): RootEntry => ({path, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime, size: 0})
