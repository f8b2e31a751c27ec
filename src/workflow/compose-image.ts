import {mkdir, mkdtemp, readdir, rm, statfs} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {readTarEntries} from '../archive/read-tar.js'
import {BOOT_FOLDER, ROOTFS_TAR, type Bundle} from '../base/bundle.js'
import {boards} from '../boards/boards.js'
import {BrmcError} from '../errors.js'
import {writeWhole} from '../files/write-whole.js'
import type {BootFile} from '../image/boot-file.js'
import {planImage} from '../image/compose.js'
import {identityOf} from '../image/identity.js'
import type {ImageManifest} from '../image/manifest.js'
import {refuseFullDisk} from '../image/layout.js'
import {writeImage, type HashedRange} from '../image/write-image.js'
import {readFolderLayer} from '../overlay/read-folder-layer.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Run} from '../process/run.js'
import {SpecSchema} from '../spec/schema.js'
import {valueAt} from '../spec/finding.js'
import {standInAt} from '../spec/stand-ins.js'
import {withoutSecrets} from '../spec/without-secrets.js'
import {bootConfig} from '../tree/boot-config.js'
import type {TemplateSet, TreeFile} from '../tree/template-set.js'
import type {ChosenDeployment} from './open-project.js'
import {ramArchives} from './ram-root.js'
import {readLayers, readRoot} from './read-layers.js'

export interface ComposeRequest extends ChosenDeployment {
  /** Absolute path of the project. */
  folder: string
  base: {bundle: Bundle, folder: string}
  templates: TemplateSet
  /** Files that hold secrets, of this and maybe other deployments: laid right above those of its folder in br2-external/. */
  withheld?: readonly TreeFile[]
  /** The image's path; its manifest is `<target>.json`. */
  target: string
  /** Compute what a release needs: the sha256 of the image and of each range of it. */
  hash: boolean
  run: Run
  signal: AbortSignal
  onProgress?: (done: number, total: number) => void
}

export interface ComposedImage {
  target: string
  manifest: ImageManifest
  mappedRanges: HashedRange[]
}

const SCRATCH_PREFIX = '.compose-'

/** Lays a deployment's layers over the base and writes the card and its manifest. Nothing is left behind where it fails. */
export async function composeImage(request: ComposeRequest): Promise<ComposedImage> {
  refuseStandIns(request)
  const folder = dirname(request.target)
  await mkdir(folder, {recursive: true})
  await clearScratch(folder)
  const scratch = await mkdtemp(join(folder, SCRATCH_PREFIX))
  try {
    return await composeWith(request, scratch)
  } finally {
    await rm(scratch, {recursive: true, force: true})
  }
}

/** Who opens a project for its image asks for the values of its secrets. */
function refuseStandIns({spec, secrets}: ComposeRequest): void {
  const wrong = secrets.find(({path}) => standInAt(path) !== undefined && valueAt(spec, path) === standInAt(path))
  if (wrong) throw new BrmcError('INTERNAL', `the value of the secret ${wrong.name} is not known where an image is composed`)
}

/** What a killed run left. */
async function clearScratch(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter(name => name.startsWith(SCRATCH_PREFIX) || name.endsWith('.partial'))
  await Promise.all(left.map(name => rm(join(folder, name), {recursive: true, force: true})))
}

async function composeWith(request: ComposeRequest, scratch: string): Promise<ComposedImage> {
  const {spec, deployment, folder, base: {bundle, folder: baseFolder}, target, run, signal} = request
  const epoch = bundle.sourceDateEpoch
  const base = {name: ROOTFS_TAR, kind: 'archive' as const, entries: readTarEntries(join(baseFolder, ROOTFS_TAR))}
  const layers = await readLayers({folder, deployment, base, epoch, scratch, run, signal, ...request.withheld && {withheld: request.withheld}})
  const root = await readRoot(layers, {folder, epoch})
  const identity = identityOf(spec.name, deployment.name)
  const archives = deployment.root === 'ram' ? await ramArchives({root, base, baseFolder, epoch, signal}) : []
  const plan = planImage({
    bootFiles: [...await baseBootFiles(request), ...archives, ...configFiles(request, archives.map(({path}) => path))],
    root: deployment.root === 'ram' ? {format: 'ram'} : {format: 'ext4', tree: root, uuid: identity.rootUuid, hashSeed: identity.hashSeed, label: 'root'},
    diskSignature: identity.diskSignature,
    volumeId: identity.volumeId,
    epoch,
  })
  const {bavail, bsize} = await statfs(dirname(target))
  refuseFullDisk({target, needed: plan.allocated, free: bavail * bsize})
  const {sha256, size, mappedRanges} = await writeImage({
    target, size: plan.size, regions: plan.regions, signal, hash: {image: request.hash, ranges: request.hash},
    ...request.onProgress && {onProgress: done => request.onProgress?.(done, plan.size)},
  })
  const manifest: ImageManifest = {
    version: 1,
    image: 'sdcard.img',
    size,
    ...sha256 !== undefined && {sha256},
    deployment: deployment.name,
    sourceDateEpoch: epoch,
    partitions: plan.partitions,
    // Beside a root in memory all that is laid over the base is an archive of its own.
    ...deployment.root === 'ext4' && {laid: laidOver(base.entries, root)},
    base: {provider: bundle.provider, key: bundle.key, kernelRelease: bundle.kernelRelease, packages: bundle.packages},
    // How the base was built and where secrets were found is the builder's matter, and may name folders of his machine.
    spec: {
      ...withoutSecrets(spec, request.secrets),
      buildroot: SpecSchema.shape.buildroot.parse(undefined), secrets: SpecSchema.shape.secrets.parse(undefined),
    },
  }
  await writeWhole(`${target}.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  return {target, manifest, mappedRanges}
}

/** What the layers above made of the base's root: an entry that they left alone is the base's own object. */
function laidOver(base: readonly RootEntry[], root: RootTree): NonNullable<ImageManifest['laid']> {
  const own = new Map(base.map(entry => [entry.path, entry]))
  const laid = [...root.values()].filter(entry => entry.path !== '' && own.get(entry.path) !== entry).map(({path}) => path)
  return {
    added: laid.filter(path => !own.has(path)),
    over: [...laid.filter(path => own.has(path)), ...[...own.keys()].filter(path => !root.has(path))].sort(),
  }
}

/** Kernel, device trees and firmware; the initramfs of the base only where it has a root to find. */
async function baseBootFiles({base: {bundle, folder}, deployment}: ComposeRequest): Promise<BootFile[]> {
  const {entries} = await readFolderLayer(join(folder, BOOT_FOLDER), bundle.sourceDateEpoch)
  return entries.flatMap(({type, path, size, content}) =>
    type === 'file' && content !== undefined && !(deployment.root === 'ram' && path === bundle.initramfs) ? [{path, size, content}] : [])
}

function configFiles({spec, deployment, base: {bundle}, templates}: ComposeRequest, archives: readonly string[]): BootFile[] {
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
    return {path, size: content.length, content}
  })
}
