import type {Declarations} from './declaration.js'
import type {RootEntry} from './entry.js'

/**
 * One layer of a root file system, as it was read. Of a path that stands twice in `entries` the later counts.
 * Names that start with `.wh.` are whiteouts (OCI image spec, layer.md): `.wh.x` removes x of the layers below, `.wh..wh..opq` empties its folder.
 */
export interface Layer {
  /** For messages: the path of the folder or the archive. */
  name: string
  /** A folder cannot carry modes and owners, so its directories leave those of an existing directory alone; an archive's set them. */
  kind: 'folder' | 'archive'
  entries: readonly RootEntry[]
  /** What stands in the file beside it. */
  declarations?: Declarations
  /** Of a folder, by their places in `entries`: files that are rendered with the values of each deployment. */
  templates?: ReadonlyMap<number, LayerTemplate>
}

export interface LayerTemplate {
  /** For messages. */
  file: string
  text: string
  /** Of what is made of it. */
  mode: number
}
