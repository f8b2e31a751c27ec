import {mkdir, mkdtemp, readdir, rm, statfs} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import type {Bundle} from '../base/bundle.js'
import {BrmcError} from '../errors.js'
import {writeWhole} from '../files/write-whole.js'
import type {ImageManifest} from '../image/manifest.js'
import {refuseFullDisk} from '../image/layout.js'
import {writeImage, type HashedRange} from '../image/write-image.js'
import {ReplacementWatch} from '../overlay/replacement-watch.js'
import type {Run} from '../process/run.js'
import {valueAt} from '../spec/finding.js'
import {standInAt} from '../spec/stand-ins.js'
import type {TemplateSet, TreeFile} from '../tree/template-set.js'
import {refuseWrongArchives} from './archive-texts.js'
import {imageManifest, laidOver} from './image-manifest.js'
import type {ChosenDeployment, OpenProject} from './open-project.js'
import {overlayWarnings} from './overlay-warnings.js'
import {planCard, readCardBase} from './plan-card.js'
import {readDeviceTable, readLayers, rootOf} from './read-layers.js'

export interface ComposeRequest extends ChosenDeployment {
  project: OpenProject
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
  /** What its layers may not have been meant to do. */
  warnings: readonly string[]
}

const SCRATCH_PREFIX = '.compose-'

/** Lays a deployment's layers over the base and writes the card and its manifest. Nothing is left behind where it fails. */
export async function composeImage(request: ComposeRequest): Promise<ComposedImage> {
  refuseStandIns(request)
  const folder = dirname(request.target)
  await mkdir(folder, {recursive: true})
  await clearScratch(folder)
  return withScratch(folder, async scratch => composeWith(request, scratch))
}

/** A folder that is there while `work` runs. */
async function withScratch<T>(folder: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(folder, SCRATCH_PREFIX))
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, {recursive: true, force: true})
  }
}

/** Who opens a project for its image asks for the values of its secrets. */
function refuseStandIns({spec, secrets}: ChosenDeployment): void {
  const wrong = secrets.find(({path}) => standInAt(path) !== undefined && valueAt(spec, path) === standInAt(path))
  if (wrong) throw new BrmcError('INTERNAL', `the value of the secret ${wrong.name} is not known where an image is composed`)
}

/** What a killed run left. */
async function clearScratch(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter(name => name.startsWith(SCRATCH_PREFIX) || name.endsWith('.partial'))
  await Promise.all(left.map(name => rm(join(folder, name), {recursive: true, force: true})))
}

async function composeWith(request: ComposeRequest, scratch: string): Promise<ComposedImage> {
  const {project: {folder}, base: {bundle}, target, signal, hash} = request
  const base = await readCardBase(request.base)
  const layers = await readLayers({...request, folder, base: base.rootfs, epoch: bundle.sourceDateEpoch, scratch})
  await refuseWrongArchives({...request, layers})
  const watch = new ReplacementWatch(layers)
  const root = rootOf(layers, await readDeviceTable(folder), bundle.sourceDateEpoch, watch)
  const {plan} = await planCard({...request, base, root, scratch})
  const warnings = await overlayWarnings({...request, folder, layers, root, replacements: watch.seen, plan})
  const {bavail, bsize} = await statfs(dirname(target))
  refuseFullDisk({target, needed: plan.allocated, free: bavail * bsize})
  const {sha256, mappedRanges} = await writeImage({
    target, size: plan.size, regions: plan.regions, signal, hash: {image: hash, ranges: hash},
    ...request.onProgress && {onProgress: done => request.onProgress?.(done, plan.size)},
  })
  // Beside a root in memory all that is laid over the base is in archives of its own.
  const laid = request.deployment.root === 'ext4' ? laidOver(base.rootfs.entries, root) : undefined
  const manifest = imageManifest(request, {bundle, plan, sha256, laid, root})
  await writeWhole(`${target}.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  return {target, manifest, mappedRanges, warnings}
}
