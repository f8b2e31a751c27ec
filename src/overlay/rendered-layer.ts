import type {RootEntry} from './entry.js'
import type {Layer} from './layer.js'

/** A file that was rendered: its body is in memory. */
export interface RenderedFile {
  /** Relative to the root. */
  path: string
  content: Buffer
  executable: boolean
}

interface RenderedFolder {
  name: string
  files: readonly RenderedFile[]
  /** What lies there besides. */
  others: readonly RootEntry[]
  /** Seconds since 1970. */
  epoch: number
}

/**
 * The layer that readFolderLayer would make of a folder with these files, in the same order, and with `others`, which lie there besides.
 */
export function renderedLayer({name, files, others, epoch}: RenderedFolder): Layer {
  const common = {uid: 0, gid: 0, mtime: epoch}
  const entries = new Map<string, RootEntry>(others.map(entry => [entry.path, entry]))
  for (const {path, content, executable} of files) {
    entries.set(path, {...common, path, type: 'file', mode: executable ? 0o755 : 0o644, size: content.length, ...content.length > 0 && {content}})
  }

  for (const path of [...entries.keys()]) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash)
      if (!entries.has(folder)) entries.set(folder, {...common, path: folder, type: 'directory', mode: 0o755, size: 0})
    }
  }

  const keyed = [...entries.values()].map(entry => ({entry, key: inWalk(entry.path)})).sort((one, other) => one.key < other.key ? -1 : 1)
  return {name, kind: 'folder', entries: keyed.map(({entry}) => entry)}
}

/** What is in a folder comes right after it. */
const inWalk = (path: string): string => path.replaceAll('/', '\0')
