import {resolve} from 'node:path'

import {bootLayer} from '../customize/boot-layer.js'
import {refuseFullFileSystem} from '../customize/forecast.js'
import {ImageTree} from '../customize/image-tree.js'
import {withoutHostKeys} from '../customize/own-host-keys.js'
import {changesByPart, type PartsChanges} from '../customize/parts-changes.js'
import type {ImageParts} from '../customize/read-image-parts.js'
import {BrmcError} from '../errors.js'
import type {Ext4Tree} from '../image/ext4-tree/read-tree.js'
import type {ImageManifest} from '../image/manifest.js'
import {readBootFileOf} from '../image/read-boot-file.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {readContent} from '../overlay/read-content.js'
import {TreeOnDemand} from '../overlay/tree-on-demand.js'
import type {Run} from '../process/run.js'
import {didYouMean} from '../spec/suggest.js'
import {secretFilesOf} from './image-manifest.js'
import {ramSite, readRamLayers} from './ram-site.js'
import {readOverlays} from './read-layers.js'
import {laidAfter, mergeSite, refuseLost, takenAway} from './site-changes.js'
import {cmdlineFor, readSite, refuseWithoutWpa3, type Site} from './site-of-image.js'

export interface PlanRequest {
  /** Only read. */
  image: string
  overlays: readonly string[]
  bootOverlays: readonly string[]
  /** Of an image of brmc's own. */
  manifest?: ImageManifest
  site?: Site
  epoch: number
  /** An existing folder for what is unpacked. */
  scratch: string
  run: Run
  signal: AbortSignal
}

export interface Plan {
  changes: PartsChanges
  /** For the manifest of the changed image. */
  laid?: NonNullable<ImageManifest['laid']>
  /** The same: of another deployment, its files that values of secrets went into. */
  secretFiles: readonly string[]
}

/** On either base. */
const HOSTAPD = 'usr/sbin/hostapd'

type Reading = Pick<PlanRequest, 'site' | 'epoch' | 'scratch' | 'run' | 'signal'>

/** What is to be done to the parts of an image. Nothing is written. Throws BrmcError OVERLAY_INVALID, IMAGE_INVALID, IMAGE_TOO_SMALL. */
export async function planCustomizing(request: PlanRequest, {root, fats, bootAt = ''}: ImageParts): Promise<Plan> {
  const {manifest, site, epoch} = request
  const tree = new ImageTree(root?.tree, fats)
  const below = new TreeOnDemand(tree)
  const bootLayers = await readBootLayers(request, {inMemory: root === undefined})
  const rootLayers = root ? await readRootLayers(request, root.tree) : []
  const withoutKeys = manifest ? withoutHostKeys(tree, bootAt, manifest.laid?.added ?? []) : []
  const layers = [...withoutKeys, ...rootLayers, ...bootLayers.layers.map(layer => bootLayer(layer, bootAt))]
  const after: RootTree = site && root ? await mergeSite(layers, {folder: site.folder, epoch, below}) : mergeLayers(layers, epoch, {nearest: didYouMean, below})
  if (site && manifest?.laid) refuseLost(manifest.laid, below, after)
  const changes = changesByPart(below.before, after, fats.map(({at}) => at))
  if (root) refuseFullFileSystem(changes.root, root.tree.inodes, root.tree.reader.volume)
  const secretFiles = site ? [...bootLayers.secretFiles, ...secretFilesOf(after.values())] : manifest?.secretFiles ?? []
  return {changes, secretFiles, ...manifest?.laid && {laid: laidAfter(manifest.laid, changes)}}
}

async function readRootLayers(request: PlanRequest, tree: Ext4Tree): Promise<Layer[]> {
  const {site, manifest} = request
  const accounts = accountsLayer(tree)
  const overlays = await readPlaces(request.overlays, accounts, request)
  if (!site) return overlays
  if (!manifest?.laid) throw new BrmcError('IMAGE_INVALID', 'an older brmc made the image: its manifest does not say what its deployment laid over the base', {suggestions: ['make it anew: brmc image']})
  refuseWithoutWpa3(site, tree.content(HOSTAPD))
  const [, ...own] = await readSite(site, {below: accounts, ...request})
  return [takenAway(manifest.laid), ...own, ...overlays]
}

/** Of the boot partition: the root in memory where it is one, the kernel's arguments of another deployment, and what the user lays over it. */
async function readBootLayers(request: PlanRequest, {inMemory}: {inMemory: boolean}): Promise<{layers: Layer[], secretFiles: string[]}> {
  const {image, site, epoch, bootOverlays} = request
  const readBootFile = readBootFileOf(image)
  const {entries: own, secretFiles} = inMemory ? await siteInMemory(request, readBootFile) : {entries: [], secretFiles: []}
  const cmdline = site && (await readBootFile('cmdline.txt'))?.toString('utf8')
  const wanted = site && cmdline !== undefined ? cmdlineFor(cmdline, site.deployment) : undefined
  if (wanted !== undefined && wanted.trim() !== cmdline?.trim()) {
    const content = Buffer.from(wanted)
    own.push({path: 'cmdline.txt', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch, size: content.length, content})
  }

  const overlays = await readPlaces(bootOverlays, {name: 'the boot partition', kind: 'folder', entries: []}, request)
  return {secretFiles, layers: [...own.length > 0 ? [{name: 'boot files of the deployment', kind: 'folder' as const, entries: own}] : [], ...overlays]}
}

async function siteInMemory(request: PlanRequest, readBootFile: ReturnType<typeof readBootFileOf>): Promise<{entries: RootEntry[], secretFiles: string[]}> {
  const {site, epoch} = request
  const there = await readRamLayers(readBootFile)
  const hostapd = there.base.entries.find(({path}) => path === HOSTAPD)
  if (site) refuseWithoutWpa3(site, hostapd && await readContent(hostapd))
  const ofSite = site && (await readSite(site, {below: there.base, ...request})).slice(1)
  const overlays = await readPlaces(request.overlays, {...there.base, entries: [there.base, there.shared, there.own].flatMap(({entries}) => entries)}, request)
  const entries = await ramSite({
    base: there.base, layers: [...ofSite ?? [there.shared, there.own], ...overlays], own: ofSite ?? [there.own], epoch,
    scratch: request.scratch, signal: request.signal, ...site && {folder: site.folder},
  })
  return {entries, secretFiles: secretFilesOf((ofSite ?? []).flatMap(layer => layer.entries))}
}

async function readPlaces(places: readonly string[], below: Layer, reading: Reading): Promise<Layer[]> {
  return readOverlays(places.map(place => ({path: resolve(place), name: place})), {...reading, below, valued: reading.site})
}

/** The image's own accounts, by whose names declarations may call them. */
function accountsLayer(tree: Ext4Tree): Layer {
  const entries = ['etc/passwd', 'etc/group'].flatMap(path => {
    const content = tree.content(path)
    return content ? [{path, type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: content.length, content}] : []
  })
  return {name: 'the image', kind: 'archive', entries}
}
