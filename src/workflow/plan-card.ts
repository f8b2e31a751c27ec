import {join} from 'node:path'

import {BOOT_FOLDER, ROOTFS_TAR, type Bundle} from '../base/bundle.js'
import {readTarEntries} from '../archive/read-tar.js'
import {boards} from '../boards/boards.js'
import type {BootFile} from '../image/boot-file.js'
import {planImage, type ImagePlan} from '../image/compose.js'
import {identityOf} from '../image/identity.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {readFolderLayer} from '../overlay/read-folder-layer.js'
import {bootConfig} from '../tree/boot-config.js'
import type {TemplateSet} from '../tree/template-set.js'
import type {ChosenDeployment} from './open-project.js'
import {ramArchives, siteArchive} from './ram-root.js'

/** What cards of one base share, read once. */
export interface CardBase {
  bundle: Bundle
  /** Of the bundle. */
  folder: string
  rootfs: Layer
  /** Kernel, device trees, firmware. */
  bootFiles: readonly BootFile[]
}

export interface CardRequest extends ChosenDeployment {
  base: CardBase
  /** All layers merged. Files whose bodies are in memory are the deployment's own. */
  root: RootTree
  templates: TemplateSet
  /** For what is too large to be held; it has to stay until the image is written. */
  scratch: string
  signal: AbortSignal
}

/** A card as a list of regions, and what another of its kind can be made of in less time. */
export interface PlannedCard {
  plan: ImagePlan
  /** Of a ram root: all but what is the deployment's own. */
  sharedArchives: readonly BootFile[]
}

export async function readCardBase({bundle, folder}: {bundle: Bundle, folder: string}): Promise<CardBase> {
  const {entries} = await readFolderLayer(join(folder, BOOT_FOLDER), bundle.sourceDateEpoch)
  return {
    bundle,
    folder,
    rootfs: {name: ROOTFS_TAR, kind: 'archive', entries: readTarEntries(join(folder, ROOTFS_TAR))},
    bootFiles: entries.flatMap(({type, path, size, content}) => type === 'file' && content !== undefined ? [{path, size, content}] : []),
  }
}

/** The card of a merged root. */
export async function planCard(request: CardRequest): Promise<PlannedCard> {
  const {base: {bundle: {sourceDateEpoch: epoch}, folder: baseFolder, rootfs}, deployment, root, scratch, signal} = request
  const ownPaths = new Set(ownFiles(root).map(({path}) => path))
  const sharedArchives = deployment.root === 'ram' ? await ramArchives({root, base: rootfs, baseFolder, epoch, ownPaths, scratch, signal}) : []
  return {plan: planWith({...request, own: ownFiles(root), tree: () => root}, sharedArchives), sharedArchives}
}

/** The same where the root differs from that of the planned card in nothing but the bodies of the deployment's own files. */
export function planSimilarCard(request: SimilarCardRequest, {sharedArchives, plan}: PlannedCard): ImagePlan {
  return planWith(request, sharedArchives, plan)
}

interface SimilarCardRequest extends Omit<CardRequest, 'root' | 'scratch' | 'signal'> {
  /** The deployment's own files of its root. */
  own: readonly RootEntry[]
  tree: () => RootTree
}

/** Files whose bodies are in memory; one that has further names is no file of its own. */
export function ownFiles(root: RootTree): RootEntry[] {
  const linked = new Set([...root.values()].flatMap(({type, target}) => type === 'hardlink' ? [target] : []))
  return [...root.values()].filter(({type, path, content}) => type === 'file' && Buffer.isBuffer(content) && !linked.has(path))
}

function planWith(request: SimilarCardRequest, sharedArchives: readonly BootFile[], like?: ImagePlan): ImagePlan {
  const {spec, deployment, own, tree, base: {bundle, bootFiles}} = request
  const identity = identityOf(spec.name, deployment.name)
  const archives = deployment.root === 'ram' ? [...sharedArchives, siteArchive(own)] : []
  // The initramfs of the base only where it has a root to find.
  const fromBase = deployment.root === 'ram' ? bootFiles.filter(({path}) => path !== bundle.initramfs) : bootFiles
  return planImage({
    bootFiles: [...fromBase, ...archives, ...configFiles(request, archives.map(({path}) => path))],
    root: deployment.root === 'ram' ? {format: 'ram'} : {format: 'ext4', tree: tree(), uuid: identity.rootUuid, hashSeed: identity.hashSeed, label: 'root'},
    diskSignature: identity.diskSignature,
    volumeId: identity.volumeId,
    epoch: bundle.sourceDateEpoch,
    ...like && {like},
  })
}

function configFiles({spec, deployment, base: {bundle}, templates}: SimilarCardRequest, archives: readonly string[]): BootFile[] {
  const {rootUuid, diskSignature, volumeId} = identityOf(spec.name, deployment.name)
  const country = [...deployment.interfaces, ...deployment.ports].find(({accessPoint}) => accessPoint !== undefined)?.accessPoint?.country
  const {configTxt, cmdlineTxt} = bootConfig({
    board: boards[deployment.board],
    bundle,
    root: deployment.root,
    rootFileSystem: {uuid: rootUuid, diskSignature},
    initramfsFiles: deployment.root === 'ram' ? archives : bundle.initramfs === undefined ? [] : [bundle.initramfs],
    upstreamKernel: bundle.upstreamKernel ?? bundle.provider === 'debian',
    bootVolumeId: volumeId,
    ...country !== undefined && {country},
  }, templates)
  return Object.entries({'config.txt': configTxt, 'cmdline.txt': cmdlineTxt}).map(([path, text]) => {
    const content = Buffer.from(text)
    return {path, size: content.length, content, varies: true}
  })
}
