import {BrmcError} from '../errors.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {didYouMean} from '../spec/suggest.js'
import {withDeploymentRoots} from './deployment-root.js'
import {diffRoots, type RootDifference} from './diff-roots.js'
import {OWN_PLACES} from './overlay-places.js'

interface Differences {
  differences: RootDifference[]
  notes: readonly string[]
}

/** How the root of one deployment differs from another's; of one alone, what its overlays change. */
export async function diffDeployments(folder: string, name: string, other: string | undefined, signal: AbortSignal): Promise<Differences> {
  return withDeploymentRoots(folder, other === undefined ? [name] : [name, other], signal, async ([one, two]) => {
    if (!one) throw new BrmcError('INTERNAL', 'one name, one root')
    if (two) return {differences: await diffRoots(one, two), notes: [...new Set([...one.notes, ...two.notes])]}
    const {layers, epoch, notes} = one
    // The base, what brmc makes, and what of that holds secrets.
    const without = mergeLayers(layers.slice(0, 1 + OWN_PLACES + 1), epoch)
    const all = mergeLayers(layers, epoch, {nearest: didYouMean})
    return {differences: await diffRoots({name: 'without', root: without}, {name, root: all}), notes}
  })
}
