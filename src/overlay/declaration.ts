import type {RootEntry} from './entry.js'

/** What a file beside an overlay (`<overlay>.meta.yaml`) says of the root; made by spec/overlay-meta. Owners are numbers once accounts are known. */
export interface Declarations<Owner = number> {
  /** Taken away from the layers below, with all below it. */
  remove: readonly Named[]
  /** Folders that lose what the layers below have in them. */
  empty: readonly Named[]
  /** Paths or patterns: that what this overlay brings there takes the place of what a layer below has is meant. Changes nothing. */
  replaces: readonly Named[]
  /** In the order of the file: of two that say the same of one path, the later counts. */
  paths: readonly Declaration<Owner>[]
}

export interface Named {
  path: string
  /** `<file>:<line>:<column>` */
  place: string
}

export interface Declaration<Owner = number> extends Named {
  /** `path` has a `*` or `?`: it means what the overlay itself brings, and nothing that was there before. */
  isPattern: boolean
  owner?: Owner
  group?: Owner
  mode?: number
  /** Of directories that a pattern means; its `mode` is for all else. */
  directoryMode?: number
  xattrs?: Readonly<Record<string, Buffer>>
  /** What is made at `path`, in place of what is there. */
  make?: Made
}

export type Made = Pick<RootEntry, 'target' | 'device'> & {type: Exclude<RootEntry['type'], 'file'>}
