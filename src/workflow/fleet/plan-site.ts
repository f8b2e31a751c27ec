import type {ImagePlan} from '../../image/compose.js'
import type {RootTree} from '../../overlay/entry.js'
import {run} from '../../process/run.js'
import type {Deployment} from '../../spec/deployment.js'
import type {ChosenDeployment} from '../open-project.js'
import {planCard, planSimilarCard} from '../plan-card.js'
import {readLayers, rootOf} from '../read-layers.js'
import {siteLayers, type StemCard} from './stem.js'
import {similarRoot} from './site-root.js'

interface Places {
  /** Of the project. */
  folder: string
  scratch: string
  signal: AbortSignal
}

/** The card of a site: from its stem's where only bodies of its own files differ, else from the ground up. Both give the same. */
export async function planSite(stem: StemCard, chosen: ChosenDeployment, {folder, scratch, signal}: Places): Promise<{root: () => RootTree, plan: ImagePlan}> {
  const {base, templates, deviceTable, card} = stem
  const below = hasSameOverlays(stem, chosen.deployment) ? stem
    : {...stem, layers: await layersWithOverlaysOf(stem, chosen, {folder, scratch, signal})}
  const layers = siteLayers(below, chosen, folder)
  const similar = similarRoot(stem, layers)
  if (similar) return {root: similar.tree, plan: planSimilarCard({...chosen, base, ...similar, templates}, card)}
  const root = rootOf(layers, deviceTable, base.bundle.sourceDateEpoch)
  const {plan} = await planCard({...chosen, base, root, templates, scratch, signal})
  return {root: () => root, plan}
}

const hasSameOverlays = ({chosen: {deployment: {overlays}}}: StemCard, site: Deployment): boolean => JSON.stringify(overlays) === JSON.stringify(site.overlays)

/** Values are the site's: what its own overlays print may be said of it alone. */
async function layersWithOverlaysOf({chosen, base}: StemCard, site: ChosenDeployment, {folder, scratch, signal}: Places): Promise<StemCard['layers']> {
  const {deployment: {overlays}, spec, secrets} = site
  const deployment = {...chosen.deployment, overlays}
  return readLayers({folder, deployment, spec, secrets, base: base.rootfs, epoch: base.bundle.sourceDateEpoch, scratch, run, signal})
}
