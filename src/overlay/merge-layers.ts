import {BrmcError} from '../errors.js'
import {declare, takeAway, type Nearest} from './declare.js'
import type {RootTree} from './entry.js'
import type {Layer} from './layer.js'
import type {ReplacementWatch} from './replacement-watch.js'
import {RootBuilder} from './root-builder.js'
import type {TreeOnDemand} from './tree-on-demand.js'
import {whiteoutOf} from './whiteout.js'

interface MergeOptions {
  /** Knows what may have been meant by a path that is not there. */
  nearest?: Nearest
  /** A finished root that all layers are laid over; only what they touch of it is read, and comes back. */
  below?: TreeOnDemand
  /** Sees the root as it is after each layer; an entry that the layer left alone is the same object as before. */
  onLayer?: (root: RootTree) => void
  /** Looks on, and tells afterwards what took the place of what. */
  watch?: ReplacementWatch
}

/**
 * The layers laid over one another, the first at the bottom. What counts:
 *
 * - Of a path that several layers have, the last; a file over a directory takes away what was below it.
 * - A symlink to a directory that a lower layer has is followed, not replaced: an overlay's `lib/modules/x` lands in `usr/lib/modules/x`
 *   on a merged-/usr base. (Buildroot refuses such an overlay: support/scripts/check-merged.) A link that leads nowhere gives way to a directory.
 * - Directories that no layer names are root's, 0755, of time `epoch`. A folder's directory leaves the mode of an existing one alone, an archive's sets it.
 * - Whiteouts and removals that are declared work on the layers below, whatever their place in the layer; what else is declared comes after its entries.
 *
 * Throws BrmcError OVERLAY_INVALID, naming the layer: a member below a symlink of the same layer, a hard link to nothing, declarations of what is not there.
 */
export function mergeLayers(layers: readonly Layer[], epoch: number, {nearest, below, onLayer, watch}: MergeOptions = {}): RootTree {
  const root = new RootBuilder(epoch, below)
  for (const layer of layers) {
    try {
      layOver(root, layer, {nearest, watch})
      onLayer?.(root.entries)
    } catch (error) {
      if (error instanceof BrmcError) throw new BrmcError(error.code, `${layer.name}: ${error.message}`, {cause: error, suggestions: error.suggestions, details: error.details})
      throw error
    }
  }

  return root.tree()
}

function layOver(root: RootBuilder, layer: Layer, {nearest, watch}: {nearest: Nearest | undefined, watch: ReplacementWatch | undefined}): void {
  const {entries, kind, declarations} = layer
  for (const {path} of entries) applyWhiteout(root, path)
  const problems = declarations ? takeAway(root, declarations, nearest) : []
  const brought = new Set<string>()
  const links = new Set<string>()
  for (const entry of entries) {
    if (whiteoutOf(entry.path)) continue
    const link = links.size === 0 ? undefined : linkAbove(entry.path, links)
    if (link !== undefined) throw new BrmcError('OVERLAY_INVALID', `${entry.path} lies below ${link}, which is a symlink of the same layer`)
    if (entry.type === 'symlink') links.add(entry.path)
    else links.delete(entry.path)
    watch?.before(root, entry, layer)
    const place = root.put(entry, {keepDirectory: kind === 'folder'})
    if (declarations && place !== undefined) brought.add(place)
  }

  if (declarations) problems.push(...declare(root, {paths: declarations.paths, brought, nearest}))
  for (const {path, make} of declarations?.paths ?? []) if (make) watch?.made(path, layer)
  if (problems.length > 0) throw new BrmcError('OVERLAY_INVALID', 'what is declared of it does not fit the root', {details: problems})
}

function applyWhiteout(root: RootBuilder, path: string): void {
  const whiteout = whiteoutOf(path)
  if (!whiteout) return
  if ('empty' in whiteout) {
    root.empty(whiteout.empty)
    return
  }

  if (/(?:^|\/)\.{0,2}$/.test(whiteout.remove)) throw new BrmcError('OVERLAY_INVALID', `${path} is a whiteout without a name`)
  root.remove(whiteout.remove)
}

function linkAbove(path: string, links: ReadonlySet<string>): string | undefined {
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const ancestor = path.slice(0, slash)
    if (links.has(ancestor)) return ancestor
  }

  return undefined
}
