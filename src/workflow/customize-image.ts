import {mkdir, mkdtemp, open, readdir, realpath, rename, rm, stat, symlink} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {applyToFat, applyToRoot} from '../customize/apply-changes.js'
import {UNMOUNTED} from '../customize/image-tree.js'
import {isNothing} from '../customize/parts-changes.js'
import {readUndone} from '../customize/read-back.js'
import {readImageParts, type ImageParts} from '../customize/read-image-parts.js'
import {findExt4Faults, findFatFaults, refuseFaulty, refuseUnsound} from '../customize/run-checks.js'
import type {ApplyRequest} from '../customize/tool-requests.js'
import {writeCopy} from '../customize/write-copy.js'
import {writeFatSkeleton} from '../customize/write-fat-skeleton.js'
import {BrmcError} from '../errors.js'
import {writeWhole} from '../files/write-whole.js'
import type {ImageManifest} from '../image/manifest.js'
import {run} from '../process/run.js'
import {alone} from './alone.js'
import {listChanges, type Change} from './list-changes.js'
import {planCustomizing, type Plan} from './plan-customizing.js'
import {runSteps, type Reporting, type Show} from './reporting.js'
import {manifestOf, openSite, type Site} from './site-of-image.js'
import {siteManifest} from './site-manifest.js'

export interface CustomizeRequest {
  image: string
  /** Where the changed image is to be. */
  output: string
  /** Folders and archives laid over what the running system sees, boot partitions at their mount points among it. */
  overlays: readonly string[]
  /** The same, laid over the boot partition itself. */
  bootOverlays: readonly string[]
  /** A deployment that takes the place of the one in an image of brmc's own; `folder` is the project's, or one below it. */
  deployment?: {name: string, folder: string}
  rootPartition?: number
  bootPartition?: number
  /** Time of whatever is made, in place of when the image was written: seconds since 1970. */
  epoch?: number
  reporting: Reporting
}

export interface CustomizedImage {
  output: string
  /** Bytes. */
  size: number
  changes: Change[]
}

interface Customizing {
  request: CustomizeRequest
  folder: string
  signal: AbortSignal
  manifest?: ImageManifest
  site?: Site
  parts?: ImageParts
  copying?: Promise<unknown>
  plan?: Plan
  list: Change[]
}

const SOURCE = 'source'
const COPY = 'image'
const SKELETON = 'fat'

/** `image` with overlays laid over it, as the new file `output`: whole or not at all. `image` is only read. */
export async function customizeImage(request: CustomizeRequest): Promise<CustomizedImage> {
  const image = resolve(request.image)
  const output = resolve(request.output)
  await refuseOutput(image, output)
  const manifest = await manifestOf(image, {needed: request.deployment !== undefined})
  const site = manifest && request.deployment && await openSite({...request.deployment, manifest}, request.reporting)
  await mkdir(dirname(output), {recursive: true})
  return alone({folder: dirname(output), purpose: `customize ${basename(output)}`}, request.reporting, async () => {
    const folder = await scratchFor(output)
    const abort = new AbortController()
    const context: Customizing = {request: {...request, image, output}, folder, signal: AbortSignal.any([abort.signal, request.reporting.signal]), list: [],
      ...manifest && {manifest}, ...site && {site}}
    try {
      await symlink(image, join(folder, SOURCE))
      const {list, plan} = await runSteps<Customizing>([
        {title: `Look at ${request.image}`, run: look},
        {title: 'Copy it', run: copy},
        {title: 'Change the copy', run: change},
        {title: 'Check the copy', run: check},
      ], context, request.reporting)
      await sync(join(folder, COPY))
      await rm(`${output}.json`, {force: true})
      await rename(join(folder, COPY), output)
      // Nobody else's image has a manifest: nobody said what it is to do.
      if (manifest) await writeWhole(`${output}.json`, siteManifest(manifest, {output, site, laid: plan?.laid, secretFiles: plan?.secretFiles ?? [], changed: list.length}))
      return {output, size: (await stat(output)).size, changes: list}
    } finally {
      // Whoever still copies or checks has no more to do it for.
      abort.abort()
      await context.copying?.catch(() => undefined)
      context.parts?.close()
      await rm(folder, {recursive: true, force: true})
    }
  })
}

/** Before anything is made: the image must be a file, and what is to be written another one. */
async function refuseOutput(image: string, output: string): Promise<void> {
  const found = await stat(image).catch(() => undefined)
  if (!found?.isFile()) throw new BrmcError('USAGE', `there is no image ${image}`, {suggestions: found ? ['a card is read first: sudo dd if=/dev/sdX of=card.img bs=4M status=progress'] : []})
  const packed = /\.(xz|gz|zst|zip|bz2)$/.exec(image)
  if (packed) throw new BrmcError('IMAGE_INVALID', `${image} is compressed`, {suggestions: [`unpack it first: ${UNPACK[packed[1] ?? ''] ?? 'unpack'} ${basename(image)}`]})
  const there = await stat(output).catch(() => undefined)
  if (there && there.dev === found.dev && there.ino === found.ino) throw new BrmcError('USAGE', `${output} is the image itself, which is never changed`, {suggestions: ['give another name: -o OTHER.img']})
  if (there && !there.isFile()) throw new BrmcError('USAGE', `${output} is no file that could be written`, {suggestions: ['write an image first, then flash it']})
}

const UNPACK: Readonly<Record<string, string>> = {xz: 'xz -dk', gz: 'gunzip -k', zst: 'zstd -d', zip: 'unzip', bz2: 'bunzip2 -k'}

/** On the same disk as the output. What a killed run left for this output goes first. */
async function scratchFor(output: string): Promise<string> {
  const folder = await realpath(dirname(output))
  const prefix = `.${basename(output).slice(0, 100)}.customize-`
  const left = (await readdir(folder)).filter(name => name.startsWith(prefix) && name.length === prefix.length + 6)
  await Promise.all(left.map(name => rm(join(folder, name), {recursive: true, force: true})))
  return mkdtemp(join(folder, prefix))
}

async function look(context: Customizing, show: Show): Promise<void> {
  const {request: {image, bootOverlays, rootPartition, bootPartition}, folder, signal, manifest, site} = context
  const rootInMemory = manifest?.spec['root'] === 'ram'
  const parts = await readImageParts({
    folder, image: SOURCE, wantsBoot: bootOverlays.length > 0 || rootInMemory || site !== undefined, rootInMemory, run, signal,
    ...rootPartition !== undefined && {rootPartition}, ...bootPartition !== undefined && {bootPartition},
  })
  context.parts = parts
  // The image is copied while it is checked and while the overlays are read: what changes is the copy alone.
  context.copying = writeCopy(image, join(folder, COPY), {run, signal})
  context.copying.catch(() => undefined)
  const {root} = parts
  if (root) {
    const {offset, number} = root.partition
    refuseFaulty(await findExt4Faults(offset, {folder, image: SOURCE, run, signal}), `the root file system (partition ${number})`)
  }

  context.plan = await planCustomizing({
    ...context.request, epoch: epochOf(context), scratch: folder, run, signal, ...manifest && {manifest}, ...site && {site},
  }, parts)
  context.list.push(...listChanges(context.plan.changes))
  const places = parts.fats.map(({number, at}) => `, partition ${number}${at === UNMOUNTED ? '' : ` at /${at}`}`)
  show.conclude(`Look at ${basename(image)}: ${root ? `root on partition ${root.partition.number}` : 'root in memory'}${places.join('')}`)
}

/** Time of whatever is made. */
function epochOf({request, manifest, parts}: Customizing): number {
  return request.epoch ?? manifest?.sourceDateEpoch ?? parts?.root?.tree.reader.volume.time ?? 0
}

async function copy({copying}: Customizing): Promise<void> {
  await copying
}

async function change(context: Customizing, show: Show): Promise<void> {
  const {folder, signal, list} = context
  const {parts: {root, fats}, changes} = planned(context)
  const apply: ApplyRequest = {folder, image: COPY, epoch: epochOf(context), run, signal}
  if (root && !isNothing(changes.root)) await applyToRoot(changes.root, {tree: root.tree, offset: root.partition.offset}, apply)
  for (const fat of fats) {
    const own = changes.fats.get(fat.at)
    if (own && !isNothing(own)) await applyToFat(own, {fat, offset: fat.partition.offset}, apply)
  }

  show.conclude(`Change the copy: ${list.length} ${list.length === 1 ? 'path' : 'paths'}`)
}

async function check(context: Customizing): Promise<void> {
  const {folder, signal} = context
  const {parts: {root, fats}, changes} = planned(context)
  if (root && !isNothing(changes.root)) {
    const {offset} = root.partition
    refuseUnsound(await findExt4Faults(offset, {folder, image: COPY, run, signal}), 'the root file system')
    refuseUnsound(readUndone(changes.root, {folder, image: COPY, offset}), 'the root file system')
  }

  for (const {at, number, partition} of fats) {
    const own = changes.fats.get(at)
    if (!own || isNothing(own)) continue
    await writeFatSkeleton({folder, image: COPY, ...partition}, SKELETON)
    refuseUnsound(await findFatFaults({folder, image: SKELETON, run, signal}), `the boot partition (${number})`)
  }
}

function planned({parts, plan}: Customizing): {parts: ImageParts, changes: Plan['changes']} {
  if (!parts || !plan) throw new BrmcError('INTERNAL', 'the image is looked at first')
  return {parts, changes: plan.changes}
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
