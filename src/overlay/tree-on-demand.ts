import type {RootEntry} from './entry.js'

/** A root that is there already: a finished file system. Asked for one path at a time; symlinks in it are not followed. */
export interface TreeSource {
  entry: (path: string) => RootEntry | undefined
  /** What lies in a directory. */
  children: (path: string) => RootEntry[]
}

/**
 * A root of which only what is asked for is read: layers that change a dozen files of a finished file system shall not cost a walk through all of
 * it. Whoever goes through its keys sees what was read or set so far; loadBelow reads the rest of a directory first.
 */
export class TreeOnDemand extends Map<string, RootEntry> {
  /** All that was read, as it was. */
  readonly before = new Map<string, RootEntry>()
  readonly #source: TreeSource
  readonly #asked = new Set<string>()

  constructor(source: TreeSource) {
    super()
    this.#source = source
  }

  override get(path: string): RootEntry | undefined {
    if (!this.#asked.has(path)) this.#take(path, this.#source.entry(path))
    return super.get(path)
  }

  override has(path: string): boolean {
    return this.get(path) !== undefined
  }

  override set(path: string, entry: RootEntry): this {
    // What was there has to be known, though something else takes its place.
    if (!this.#asked.has(path)) this.#take(path, this.#source.entry(path))
    return super.set(path, entry)
  }

  loadBelow(path: string): void {
    if (this.get(path)?.type !== 'directory' || this.before.get(path)?.type !== 'directory') return
    for (const child of this.#source.children(path)) {
      if (!this.#asked.has(child.path)) this.#take(child.path, child)
      this.loadBelow(child.path)
    }
  }

  #take(path: string, entry: RootEntry | undefined): void {
    this.#asked.add(path)
    if (!entry) return
    this.before.set(path, entry)
    super.set(path, entry)
  }
}
