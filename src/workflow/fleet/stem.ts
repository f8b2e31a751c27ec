import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import type {Bundle} from '../../base/bundle.js'
import {BrmcError} from '../../errors.js'
import type {DeviceTableRow} from '../../overlay/device-table.js'
import {mappedRanges} from '../../image/mapped-ranges.js'
import type {Stem} from '../../image/write-from-stem.js'
import type {RootEntry, RootTree} from '../../overlay/entry.js'
import type {Layer} from '../../overlay/layer.js'
import {renderedLayer} from '../../overlay/rendered-layer.js'
import {run} from '../../process/run.js'
import {withoutEachSecret} from '../../spec/without-secrets.js'
import {deploymentTree} from '../../tree/catalogue.js'
import {deploymentFiles} from '../../tree/deployment-catalogue.js'
import type {TemplateSet, TreeFile} from '../../tree/template-set.js'
import {imagePath} from '../image-path.js'
import type {ChosenDeployment} from '../open-project.js'
import {secretLayer, secretLayerName} from '../secret-layer.js'
import {withTemplatesRendered} from '../layer-templates.js'
import {ownFiles, planCard, readCardBase, type CardBase, type PlannedCard} from '../plan-card.js'
import {deploymentFolder} from '../overlay-places.js'
import {readDeviceTable, readLayers, rootOf} from '../read-layers.js'

/** A deployment whose image is made, and which sites are made from by what differs. */
export interface StemCard extends Stem {
  chosen: ChosenDeployment
  base: CardBase
  layers: readonly Layer[]
  deviceTable: readonly DeviceTableRow[]
  root: RootTree
  /** Paths in the root of what was rendered. */
  generated: ReadonlySet<string>
  /** Files of the root that are the deployment's own. */
  own: readonly RootEntry[]
  card: PlannedCard
  templates: TemplateSet
}

export interface StemRequest extends ChosenDeployment {
  folder: string
  base: {bundle: Bundle, folder: string}
  templates: TemplateSet
  scratch: string
  signal: AbortSignal
}

/** Plans again what the image of a deployment was made of. Throws USAGE where files of its tree were edited: sites are rendered, and would not have the edits. */
export async function prepareStem(request: StemRequest): Promise<StemCard> {
  const {folder, deployment, spec, secrets, templates, scratch, signal} = request
  const epoch = request.base.bundle.sourceDateEpoch
  const files = renderedFiles(request, templates)
  await refuseEdits(folder, files.filter(file => file.secrets === undefined))
  const base = await readCardBase(request.base)
  const deviceTable = await readDeviceTable(folder)
  const withheld = files.filter(file => file.secrets !== undefined)
  const layers = await readLayers({folder, deployment, spec, secrets, base: base.rootfs, epoch, scratch, run, signal, withheld})
  const root = rootOf(layers, deviceTable, epoch)
  const chosen = {deployment, spec, secrets}
  const card = await planCard({...chosen, base, root, templates, scratch, signal})
  return {
    chosen, base, layers, deviceTable, root, card, templates,
    generated: new Set(deploymentFiles(deployment).map(({target}) => target)),
    own: ownFiles(root),
    image: join(folder, imagePath(deployment.name)),
    mappedRanges: mappedRanges(card.plan.regions, card.plan.size),
  }
}

const renderedFiles = ({deployment, spec, secrets}: ChosenDeployment, templates: TemplateSet): TreeFile[] =>
  deploymentTree(deployment, templates, withoutEachSecret(spec, secrets, deployment.name))

/** The layers of a site: those of its stem, with the files that are rendered of the site in place of those rendered of the stem. */
export function siteLayers({chosen: {deployment: over}, layers, generated, templates, base}: StemCard, site: ChosenDeployment, folder: string): Layer[] {
  const [name, own] = [join(folder, deploymentFolder(over.name)), deploymentFolder(site.deployment.name)]
  const epoch = base.bundle.sourceDateEpoch
  const files = renderedFiles(site, templates)
  const secretName = secretLayerName(over.name)
  return withTemplatesRendered(layers, site).map(layer => {
    if (layer.name === secretName) return {...secretLayer(files, site.deployment.name, epoch), name: secretName}
    if (layer.name !== name) return layer
    return renderedLayer({
      name, epoch,
      files: files.filter(file => file.secrets === undefined).map(file => ({...file, path: file.path.slice(own.length + 1)})),
      // What the user put there besides stays.
      others: layer.entries.filter(({path, type}) => type !== 'directory' && !generated.has(path)),
    })
  })
}

/** Sites are rendered: what somebody changed in the deployment's rendered files they would not have. */
async function refuseEdits(folder: string, files: readonly TreeFile[]): Promise<void> {
  const states = await Promise.all(files.map(async ({path, content}) =>
    ({path, isSame: await readFile(join(folder, path)).then(bytes => bytes.equals(content), () => false)})))
  const edited = states.filter(({isSame}) => !isSame).map(({path}) => path)
  if (edited.length === 0) return
  throw new BrmcError('TREE_DRIFT', 'sites of an inventory would not have what was changed in these files, for theirs are rendered anew', {
    details: edited,
    suggestions: ['put the change into an overlay, which all sites have (replaces: in its .meta.yaml says that it is meant)', 'see it with: brmc diff'],
  })
}
