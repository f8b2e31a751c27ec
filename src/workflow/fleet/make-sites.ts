import {mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {setImmediate as breathe} from 'node:timers/promises'

import type {Bundle} from '../../base/bundle.js'
import {BrmcError} from '../../errors.js'
import {differingRegions} from '../../image/differing-regions.js'
import {StemWriter} from '../../image/write-from-stem.js'
import {run} from '../../process/run.js'
import type {Deployment} from '../../spec/deployment.js'
import {sitesChecker, type CheckedSite} from '../../spec/inventory/check-sites.js'
import {parseInventory, type Site} from '../../spec/inventory/inventory.js'
import type {SecretUse} from '../../spec/fill-secrets.js'
import type {ProjectText} from '../../spec/project-text.js'
import type {Spec} from '../../spec/schema.js'
import {readTemplates} from '../../tree/read-templates.js'
import {inputsOfSite} from './inputs-of-site.js'
import {MadeRecords} from './made-records.js'
import {planSite} from './plan-site.js'
import {partOf, type Shard} from './shard.js'
import {packPath, sitePath} from './site-places.js'
import {prepareStem, type StemCard} from './stem.js'
import {writePack, writeSiteImage} from './write-site.js'

/** A deployment that sites lie over, its image made. */
export interface MadeStem {
  spec: Spec
  deployment: Deployment
  secrets: readonly SecretUse[]
  bundle: Bundle
  baseFolder: string
  /** Hash over all that its image was made of. */
  inputs: string
  /** Of its image; where packs are made. */
  sha256: string
}

/** Plain data: it goes to other threads. */
export interface SitesRequest {
  project: ProjectText
  inventory: {text: string, file: string}
  /** Deployments of the project, checked. */
  deployments: readonly Deployment[]
  stems: readonly MadeStem[]
  shard: Shard
  /** Absolute. */
  output: string
  form: 'images' | 'packs'
}

export interface MadeSite {
  site: string
  status: 'made' | 'unchanged'
  /** Of the image or the pack. */
  path: string
  /** Bytes of the image or the pack. */
  size: number
  /** Bytes that are not the stem's. */
  differing: number
}

/** So often what was made is brought to the disk and told. */
const BATCH_MS = 1000
const BATCH_SITES = 500

interface Making {
  request: SitesRequest
  stems: ReadonlyMap<string, {stem: StemCard, made: MadeStem}>
  records: MadeRecords
  writer: StemWriter
  scratch: string
  signal: AbortSignal
}

/** Makes the sites of a shard, one after the other. Each is told when it is on the disk and written down. */
export async function makeSites(request: SitesRequest, {onSites, signal}: {onSites: (sites: MadeSite[]) => void, signal: AbortSignal}): Promise<void> {
  const {project, inventory, deployments, output, shard} = request
  const {sites} = parseInventory(inventory.text, inventory.file)
  const checker = sitesChecker(sites, project, deployments)
  const own = partOf(sites, shard)
  await mkdir(output, {recursive: true})
  const records = await MadeRecords.open(output, shard)
  await withShardFolder(output, shard, async scratch => {
    const making: Making = {request, stems: await stemsOf(request, own, {scratch, signal}), records, writer: new StemWriter(), scratch, signal}
    let batch: MadeSite[] = []
    let since = Date.now()
    const tell = async (): Promise<void> => {
      await records.writeDown(async () => reachDisk(output))
      onSites(batch)
      batch = []
      since = Date.now()
    }

    for (const [done, site] of own.entries()) {
      if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
      const checked = checker.read(site)
      if (!checked) throw new BrmcError('INTERNAL', `${site.name} was found right before, and is not now`)
      batch.push(await makeSite(making, checked, own.length - done))
      if (batch.length >= BATCH_SITES || Date.now() - since >= BATCH_MS) await tell()
      await breathe()
    }

    await tell()
  })
  await records.conclude()
}

/** For what is too large to be held; what a killed run of the same shard left goes first. */
async function withShardFolder(output: string, {index, of}: Shard, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(output, `.sites-${index}-of-${of}`)
  const clear = async (): Promise<void> => rm(folder, {recursive: true, force: true})
  await clear()
  await mkdir(folder)
  await work(folder).finally(clear)
}

async function stemsOf({project, stems}: SitesRequest, sites: readonly Site[], {scratch, signal}: {scratch: string, signal: AbortSignal}): Promise<Making['stems']> {
  const templates = await readTemplates()
  const wanted = new Set(sites.map(({over}) => over))
  const prepared = new Map<string, {stem: StemCard, made: MadeStem}>()
  for (const made of stems.filter(({deployment}) => wanted.has(deployment.name))) {
    const {spec, deployment, secrets, bundle, baseFolder} = made
    const base = {bundle, folder: baseFolder}
    prepared.set(deployment.name, {made, stem: await prepareStem({folder: project.folder, spec, deployment, secrets, base, templates, scratch, signal})})
  }

  return prepared
}

async function makeSite(making: Making, checked: CheckedSite, left: number): Promise<MadeSite> {
  const {request: {project, output, form}, records, stems, scratch, signal, writer} = making
  const {site: {name, over}, deployment, spec, secrets} = checked
  const chosen = {deployment, spec, secrets}
  const {stem, made} = stems.get(over) ?? refuseMissing(over)
  const inputs = await inputsOfSite(checked, {stem: made.inputs, form, folder: project.folder})
  const file = form === 'packs' ? packPath(output, name) : sitePath(output, name)
  const known = records.freshSize(name, file, inputs)
  if (known !== undefined) return {site: name, status: 'unchanged', path: file, size: known, differing: 0}
  const {root, plan} = await planSite(stem, chosen, {folder: project.folder, scratch, signal})
  const regions = differingRegions(stem.card.plan, plan)
  const differing = regions.reduce((sum, region) => sum + region.size, 0)
  const size = form === 'packs'
    ? writePack({file, site: name, stem, sha256: made.sha256, regions, size: plan.size})
    : await writeSiteImage({file, stem, chosen, root, plan, regions, writer, left})
  records.note(name, file, inputs)
  return {site: name, status: 'made', path: file, size, differing}
}

function refuseMissing(over: string): never {
  throw new BrmcError('INTERNAL', `the image of ${over} is to be made before sites that lie over it`)
}

/** Of the file system that `folder` is on, all at once (coreutils), or of all where that cannot be said. */
async function reachDisk(folder: string): Promise<void> {
  await run('sync', ['-f', folder]).catch(async () => run('sync', []))
}
