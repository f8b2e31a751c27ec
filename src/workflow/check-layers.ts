import {mkdtemp, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {BrmcError, messageOf} from '../errors.js'
import {sizeOfExt4} from '../image/ext4/ext4.js'
import {packingOf} from '../overlay/archive-name.js'
import type {Declarations} from '../overlay/declaration.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {renderedLayer} from '../overlay/rendered-layer.js'
import {ReplacementWatch} from '../overlay/replacement-watch.js'
import {run} from '../process/run.js'
import {checkProject, type CheckedProject} from '../spec/check-project.js'
import type {Deployment} from '../spec/deployment.js'
import {sortFindings, type Finding} from '../spec/finding.js'
import type {OverlayText} from '../spec/project-text.js'
import type {LaidLayers} from '../spec/rules/laid-layers.js'
import {usedReplaces} from '../spec/rules/overlay-collisions.js'
import {withoutEachSecret} from '../spec/without-secrets.js'
import {deploymentTree, routerTree} from '../tree/catalogue.js'
import {readTemplates} from '../tree/read-templates.js'
import type {TemplateSet, TreeFile} from '../tree/template-set.js'
import {archiveTexts} from './archive-texts.js'
import {baseLayer, NO_BASE, readBaseChoice} from './deployment-root.js'
import {laidLayers} from './laid-layers.js'
import {withTemplatesRendered} from './layer-templates.js'
import type {ChosenDeployment, OpenProject} from './open-project.js'
import {deploymentFolder, OWN_PLACES, overlayPlaces} from './overlay-places.js'
import {readOverlay} from './read-layers.js'

/** Larger ones are not unpacked to be checked: composing does, and tells the same of them. */
const MAX_PACKED = 32 * 1024 * 1024
const EPOCH = 0

/** The findings of a sound project, and those of the layers of its deployments: names, types and sizes are looked at, texts of archives, and bodies where two files collide. */
export async function checkLayers(project: OpenProject, signal: AbortSignal): Promise<CheckedProject> {
  const {checked, text} = project
  const deployments = checked.deployments.filter(({overlays}) => overlays.length > 0)
  if (deployments.length === 0 || checked.findings.some(({severity}) => severity === 'error')) return checked
  const scratch = await mkdtemp(join(tmpdir(), 'brmc-check-'))
  try {
    const {laid, texts, findings} = await layAll(project, deployments, {scratch, signal})
    const again = checkProject({...text, laid, texts: [...text.texts, ...texts]})
    return {...again, findings: sortFindings([...again.findings, ...findings])}
  } finally {
    await rm(scratch, {recursive: true, force: true})
  }
}

interface Places {
  scratch: string
  signal: AbortSignal
}

interface Laying {
  folder: string
  /** Of the router, for all deployments. */
  router: Layer
  overlays: ReadonlyMap<string, Layer | undefined>
}

interface LaidProject {
  laid: Map<string, LaidLayers>
  /** Of archives. */
  texts: OverlayText[]
  findings: Finding[]
}

async function layAll({folder, checked}: OpenProject, deployments: readonly Deployment[], places: Places): Promise<LaidProject> {
  const findings: Finding[] = []
  const read = async (overlay: string): Promise<[string, Layer | undefined]> => {
    try {
      return [overlay, await readForCheck(folder, overlay, places)]
    } catch (error) {
      if (!(error instanceof BrmcError) || places.signal.aborted) throw error
      findings.push(unreadable(overlay, error))
      return [overlay, undefined]
    }
  }

  const overlays = new Map(await Promise.all([...new Set(deployments.flatMap(one => one.overlays))].map(read)))
  const templates = await readTemplates()
  const choose = await readBaseChoice(folder)
  const bases = new Map<string, Layer>()
  const laying = {folder, overlays, router: ownLayer('br2-external/overlays/router', routerTree(templates))}
  const each = new Map<string, Omit<LaidLayers, 'used'>>()
  for (const deployment of deployments) {
    const found = choose(deployment)
    const base = found && (bases.get(found.folder) ?? baseLayer(found))
    if (found && base) bases.set(found.folder, base)
    const laid = await layOne(laying, {chosen: valuesOf(deployment, checked), templates, base})
    if (laid) each.set(deployment.name, laid)
  }

  const used = new Set([...each.values()].flatMap(laid => usedReplaces(laid)))
  const texts = await Promise.all([...overlays].map(async ([overlay, layer]) => layer ? archiveTexts(overlay, layer) : []))
  return {laid: new Map([...each].map(([name, laid]) => [name, {...laid, used}])), texts: texts.flat(), findings}
}

interface Site {
  chosen: ChosenDeployment
  templates: TemplateSet
  base: Layer | undefined
}

/** Undefined where they do not fit each other, or something of a base that is not here: composing tells. */
async function layOne({folder, router, overlays}: Laying, {chosen, templates, base}: Site): Promise<Omit<LaidLayers, 'used'> | undefined> {
  const {deployment, spec, secrets: uses} = chosen
  const place = deploymentFolder(deployment.name)
  const own = deploymentTree(deployment, templates, withoutEachSecret(spec, uses, deployment.name))
  const ours = [router, ...[false, true].map(isSecret => ownLayer(place, own.filter(({secrets}) => (secrets !== undefined) === isSecret)))]
  const above = overlayPlaces(deployment).slice(OWN_PLACES).map(name => overlays.get(name))
  try {
    const layers = [base ?? NO_BASE, ...ours, ...withTemplatesRendered(above.filter(layer => layer !== undefined), chosen)]
    const watch = new ReplacementWatch(layers)
    const root = mergeLayers(layers, EPOCH, {watch})
    return await laidLayers({
      folder, layers, root, replacements: watch.seen, hasBase: base !== undefined && !above.includes(undefined),
      ...deployment.root === 'ext4' && {rootPartition: sizeOfExt4(root, EPOCH)},
    })
  } catch (error) {
    if (error instanceof BrmcError && error.code === 'OVERLAY_INVALID') return undefined
    throw error
  }
}

function valuesOf(deployment: Deployment, {specs}: CheckedProject): ChosenDeployment {
  const found = specs.find(({name}) => name === deployment.name)
  if (!found) throw new BrmcError('INTERNAL', `the deployment ${deployment.name} has no spec`)
  return {deployment, spec: found.spec, secrets: found.secrets}
}

/** What brmc makes, whatever is on disk. */
function ownLayer(name: string, files: readonly TreeFile[]): Layer {
  return renderedLayer({name, epoch: EPOCH, others: [], files: files.map(file => ({...file, path: file.path.slice(name.length + 1)}))})
}

async function readForCheck(folder: string, overlay: string, places: Places): Promise<Layer | undefined> {
  const path = join(folder, overlay)
  const packing = packingOf(path)
  if (packing !== undefined && packing !== 'none' && (await stat(path)).size > MAX_PACKED) return undefined
  const {layer, declared} = await readOverlay({path, name: overlay}, {epoch: EPOCH, run, ...places})
  if (!declared) return layer
  // What is declared may be of a base that is not here, and owners of accounts there: only what goes counts for what collides.
  return {...layer, entries: [...layer.entries, ...removalsOf(declared)], declarations: {remove: [], empty: [], paths: [], replaces: declared.replaces}}
}

/** Whiteouts mind nothing that is not there. */
function removalsOf({remove, empty}: Declarations<number | string>): RootEntry[] {
  const whiteout = (path: string): RootEntry => ({path, type: 'file', mode: 0, uid: 0, gid: 0, mtime: EPOCH, size: 0})
  return [
    ...remove.map(({path}) => whiteout(path.replace(/[^/]*$/, name => `.wh.${name}`))),
    ...empty.map(({path}) => whiteout(`${path}/.wh..wh..opq`)),
  ]
}

function unreadable(overlay: string, error: BrmcError): Finding {
  return {
    rule: 'overlay', severity: error.code === 'OVERLAY_INVALID' ? 'error' : 'warning', file: overlay, line: 1, column: 1, path: [],
    message: `${overlay} could not be looked into: ${[messageOf(error), ...error.details].join('; ')}`, fix: error.suggestions[0] ?? 'mend it, or take it out of overlays',
  }
}
