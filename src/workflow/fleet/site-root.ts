import type {RootEntry, RootTree} from '../../overlay/entry.js'
import type {Layer} from '../../overlay/layer.js'

/** A root that is merged of layers, or of what was merged before. */
export interface SiteRoot {
  /** Files whose bodies are the site's own. */
  own: readonly RootEntry[]
  /** All of it. Made when it is asked for: a site has a dozen files of its own, and a root thousands. */
  tree: () => RootTree
}

/**
 * The root of `layers` where they differ from `known.layers` in nothing but the bodies of files in memory: layer by layer the same paths, types
 * and modes. Undefined where more differs, and all has to be merged. Most sites of a fleet are alike, and to merge thousands of entries for each is what would take the time.
 */
export function similarRoot(known: {layers: readonly Layer[], root: RootTree, own: readonly RootEntry[]}, layers: readonly Layer[]): SiteRoot | undefined {
  if (layers.length !== known.layers.length) return undefined
  const bodies = new Map<Buffer, Buffer>()
  for (const [index, layer] of layers.entries()) {
    const before = known.layers[index]
    if (before !== layer && !(before && collectBodies(before, layer, bodies))) return undefined
  }

  const own = known.own.map(entry => {
    const content = Buffer.isBuffer(entry.content) ? bodies.get(entry.content) : undefined
    return content ? {...entry, content, size: content.length} : entry
  })
  return {own, tree: () => new Map([...known.root, ...own.map(entry => [entry.path, entry] as const)])}
}

const ALIKE = ['path', 'type', 'mode', 'uid', 'gid', 'secret'] as const

/** Notes which body stands for which; false where the layers are of another shape. */
function collectBodies(before: Layer, now: Layer, bodies: Map<Buffer, Buffer>): boolean {
  if (before.entries.length !== now.entries.length || before.kind !== now.kind || before.declarations !== now.declarations) return false
  return before.entries.every((one, index) => {
    const other = now.entries[index]
    if (!other || ALIKE.some(key => one[key] !== other[key])) return false
    if (one.content === other.content) return one.target === other.target
    // An empty file has no body to be known by.
    if (!Buffer.isBuffer(one.content) || !Buffer.isBuffer(other.content) || other.content.length === 0) return false
    bodies.set(one.content, other.content)
    return true
  })
}
