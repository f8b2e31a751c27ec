import type {Named} from '../../overlay/declaration.js'
import type {RootEntry, RootTree} from '../../overlay/entry.js'

/** One layer of a root above the base. */
export interface LaidLayer {
  /** An overlay as the spec names it; of what brmc makes, what it is. */
  name: string
  kind: 'folder' | 'archive'
  /** Does brmc make it? */
  isOwn: boolean
  entries: readonly RootEntry[]
  /** What its file of declarations says it replaces on purpose. */
  replaces: readonly Named[]
}

/** `by` has at `path` something else than what was there. */
export interface LaidReplacement {
  /** In the root. */
  path: string
  /** As the layer has it. */
  entry: RootEntry
  by: LaidLayer
  before: RootEntry
  /** Who had brought that, the uppermost first; none: the base. */
  over: readonly LaidLayer[]
  /** The root would be the same without it. */
  isAlike: boolean
}

/** What the layers of one deployment's root come to, as far as it is known. */
export interface LaidLayers {
  /** The lowest first. */
  layers: readonly LaidLayer[]
  replacements: readonly LaidReplacement[]
  /** With all of them, and with the base where `hasBase`. */
  root: RootTree
  hasBase: boolean
  /** Bytes of the root partition, with `root: ext4`. */
  rootPartition?: number
  /** Places in files of declarations where a `replaces` has something to say in this deployment or another. */
  used: ReadonlySet<string>
}
