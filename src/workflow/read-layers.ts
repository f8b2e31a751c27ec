import {readFile, realpath} from 'node:fs/promises'
import {join, sep} from 'node:path'

import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {withNumbers} from '../overlay/accounts.js'
import {packingOf} from '../overlay/archive-name.js'
import type {Declarations} from '../overlay/declaration.js'
import {withDeviceTable} from '../overlay/device-nodes.js'
import {parseDeviceTable, type DeviceTableRow} from '../overlay/device-table.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {readAccounts} from '../overlay/read-content.js'
import {readFolderLayer} from '../overlay/read-folder-layer.js'
import {readTarLayer} from '../overlay/read-tar-layer.js'
import type {ReplacementWatch} from '../overlay/replacement-watch.js'
import type {Run} from '../process/run.js'
import {parseOverlayMeta} from '../spec/overlay-meta/parse.js'
import {META_ENDING} from '../spec/project-text.js'
import {didYouMean} from '../spec/suggest.js'
import type {TreeFile} from '../tree/template-set.js'
import {withoutTemplates, withTemplatesRead, withTemplatesRendered} from './layer-templates.js'
import {deploymentFolder, DEVICE_TABLE, OWN_PLACES, overlayPlaces} from './overlay-places.js'
import type {ChosenDeployment} from './open-project.js'
import {secretLayer} from './secret-layer.js'

export interface LayersRequest extends ChosenDeployment {
  /** Absolute path of the project. */
  folder: string
  /** The bottom: the base's root. */
  base: Layer
  /** Seconds since 1970. */
  epoch: number
  /** An existing folder for unpacked archives; bodies are read from there until the image is written. */
  scratch: string
  /** Files that hold secrets, which are in no folder: they lie right above those that brmc makes. */
  withheld?: readonly TreeFile[]
  run: Run
  signal: AbortSignal
}

/** A folder or an archive, with the file of declarations beside it. */
export interface OverlayPlace {
  path: string
  /** For messages. */
  name: string
}

/** All layers of a deployment's root, the base first: docs/architecture.md, "Layers of a root file system". Bodies stay on disk, but for those of the deployment's own folder. */
export async function readLayers(request: LayersRequest): Promise<Layer[]> {
  const {folder, deployment, base} = request
  for (const path of deployment.overlays) await Promise.all([path, `${path}${META_ENDING}`].map(async one => refuseOutside(folder, one)))
  const own = join(folder, deploymentFolder(deployment.name))
  const layers = await readOverlays(overlayPlaces(deployment).map(name => ({path: join(folder, name), name})), {...request, below: base, valued: request})
  const held = await Promise.all(layers.map(async layer => layer.name === own ? withBodies(layer) : layer))
  return [base, ...held.toSpliced(OWN_PLACES, 0, secretLayer(request.withheld ?? [], deployment.name, request.epoch))]
}

interface OverlaysRequest extends Pick<LayersRequest, 'epoch' | 'scratch' | 'run' | 'signal'> {
  below: Layer
  /** Whose values templates are rendered with; without any they are refused. */
  valued?: ChosenDeployment | undefined
}

/** Overlays from wherever they lie, the lowest first; names of accounts that are declared are those of the root that they and `below` come to. */
export async function readOverlays(places: readonly OverlayPlace[], {below, valued, ...request}: OverlaysRequest): Promise<Layer[]> {
  const read = await Promise.all(places.map(async place => readOverlay(place, request)))
  const raw = read.map(({layer}) => layer)
  const layers = valued ? withTemplatesRendered(raw, valued) : withoutTemplates(raw)
  if (read.every(({declared}) => declared === undefined)) return layers
  // Names are those of the finished root: an overlay may bring the account that another one names.
  const accounts = await readAccounts([below, ...layers])
  return layers.map((layer, index): Layer => {
    const declared = read[index]?.declared
    return declared ? {...layer, declarations: withNumbers(declared, accounts, didYouMean)} : layer
  })
}

interface ReadOverlay {
  layer: Layer
  declared: Declarations<number | string> | undefined
}

/** One overlay: its templates not rendered yet, owners as they are declared. */
export async function readOverlay(place: OverlayPlace, request: Pick<LayersRequest, 'epoch' | 'scratch' | 'run' | 'signal'>): Promise<ReadOverlay> {
  const {path, name} = place
  const layer = packingOf(path) === undefined ? await withTemplatesRead(await readFolderLayer(path, request.epoch), name) : await readTarLayer(path, request)
  return {layer, declared: await readDeclarations(place)}
}

export async function readDeviceTable(folder: string): Promise<DeviceTableRow[]> {
  return parseDeviceTable(await readFile(join(folder, DEVICE_TABLE), 'utf8'), DEVICE_TABLE)
}

/** The root that `layers` and the tree's device table come to. */
export function rootOf(layers: readonly Layer[], deviceTable: readonly DeviceTableRow[], epoch: number, watch?: ReplacementWatch): RootTree {
  return withDeviceTable(mergeLayers(layers, epoch, {nearest: didYouMean, ...watch && {watch}}), deviceTable, {file: DEVICE_TABLE, epoch})
}

/** Larger files are no configuration. */
const LARGEST_BODY = 1024 * 1024

/** What is rendered of a deployment is small, and its own: it is held in memory. */
async function withBodies(layer: Layer): Promise<Layer> {
  const entries = await Promise.all(layer.entries.map(async (entry): Promise<RootEntry> => {
    const {content, size} = entry
    return content === undefined || Buffer.isBuffer(content) || size > LARGEST_BODY ? entry : {...entry, content: await readFile(content.file)}
  }))
  return {...layer, entries}
}

/** The check has said it already, with its place (N20); between then and now somebody may have moved things. */
async function refuseOutside(folder: string, path: string): Promise<void> {
  const [root, place] = await Promise.all([folder, join(folder, path)].map(async one => realpath(one).catch(() => undefined)))
  if (root === undefined || place === undefined || place.startsWith(`${root}${sep}`)) return
  throw new BrmcError('OVERLAY_INVALID', `${path}: a symbolic link leads out of the project`, {suggestions: ['copy what it leads to below overlays/']})
}

async function readDeclarations({path, name}: OverlayPlace): Promise<Declarations<number | string> | undefined> {
  const text = await readTextIfThere(`${path}${META_ENDING}`)
  if (text === undefined) return undefined
  const file = `${name}${META_ENDING}`
  const {declarations, problems} = parseOverlayMeta(text, file)
  if (declarations) return declarations
  throw new BrmcError('OVERLAY_INVALID', `${file} is not right`, {details: problems.map(({place: {line, column}, message, fix}) => `${file}:${line}:${column}: ${message}; ${fix}`)})
}
