import type {RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import type {Replacement} from '../overlay/replacement-watch.js'
import {readAlike} from '../overlay/read-alike.js'
import type {LaidLayer, LaidLayers, LaidReplacement} from '../spec/rules/laid-layers.js'
import {OWN_PLACES} from './overlay-places.js'

interface Laid {
  /** Absolute path of the project. */
  folder: string
  /** As readLayers has them: the base, what brmc makes, overlays. */
  layers: readonly Layer[]
  replacements: readonly Replacement[]
  root: RootTree
  hasBase: boolean
  rootPartition?: number
}

/** What brmc makes; that of which deployment it is, is no other finding. What holds secrets of it is in no folder and belongs there. */
const OWN = ['br2-external/overlays/router', 'br2-external/overlays/deployments', 'br2-external/overlays/deployments']

/** What rules look at. Bodies are read of those files alone that take the place of one that is as large. */
export async function laidLayers({folder, layers, replacements, root, hasBase, rootPartition}: Laid): Promise<Omit<LaidLayers, 'used'>> {
  const known = new Map(layers.slice(1).map((layer, index): [Layer, LaidLayer] => [layer, {
    name: OWN[index] ?? layer.name.replace(`${folder}/`, ''),
    kind: layer.kind,
    isOwn: index <= OWN_PLACES,
    entries: layer.entries,
    replaces: layer.declarations?.replaces ?? [],
  }]))
  const laid = replacements.map(async ({by, over, ...rest}): Promise<LaidReplacement[]> => {
    const layer = known.get(by)
    if (!layer) return []
    return [{...rest, by: layer, over: over.flatMap(one => known.get(one) ?? []), isAlike: over.length > 0 && await readAlike(rest.entry, rest.before)}]
  })
  return {layers: [...known.values()], replacements: (await Promise.all(laid)).flat(), root, hasBase, ...rootPartition !== undefined && {rootPartition}}
}
