import {availableParallelism} from 'node:os'
import {join, resolve} from 'node:path'

import {BrmcError} from '../../errors.js'
import {readSha256} from '../../files/read-sha256.js'
import {makeFolder} from '../../files/write-folder.js'
import {secretUses} from '../../spec/fill-secrets.js'
import {sortFindings, type Finding} from '../../spec/finding.js'
import {formatFindings} from '../../spec/format-findings.js'
import {sitesChecker} from '../../spec/inventory/check-sites.js'
import {standInAt} from '../../spec/stand-ins.js'
import type {Inventory} from '../../spec/inventory/inventory.js'
import {alone} from '../alone.js'
import {makeImages, type ImagesRequest, type MadeImage} from '../make-images.js'
import {openProject, type NamedBySites, type OpenProject} from '../open-project.js'
import type {SecretsWanted} from '../project-secrets.js'
import {runSteps, type Reporting} from '../reporting.js'
import type {MadeSite, MadeStem, SitesRequest} from './make-sites.js'
import {readInventory} from './read-inventory.js'
import {checkInThreads, makeInThreads} from './run-shards.js'
import {partOf, WHOLE, type Shard} from './shard.js'

export interface FleetRequest extends Omit<ImagesRequest, 'names' | 'releaseFolder'> {
  /** Path of a CSV or JSON file; `-`: standard input. */
  inventory: string
  shard?: Shard
  /** Threads. */
  jobs?: number
  /** Folder of the images or packs. */
  output?: string
  form: SitesRequest['form']
  /** Called with sites as they are done. */
  onSites: (sites: MadeSite[]) => void
  reporting: Reporting
}

export interface MadeFleet {
  /** Rows of the whole inventory. */
  rows: number
  made: number
  unchanged: number
  /** Bytes of images or packs; of what in them is not the stem's. */
  bytes: number
  differing: number
  seconds: number
  output: string
  warnings: string[]
}

/** To start a thread takes as long as eighty sites do (0.35 s and 4.2 ms): a second one is worth it from twice as many on, where it has a core of its own. */
const SITES_A_THREAD = 150

/** Every site of an inventory, or of a shard of it: checked all, then the deployments they lie over made, then each site from what it differs in. */
export async function makeFleet(request: FleetRequest): Promise<MadeFleet> {
  const {reporting, shard = WHOLE, form} = request
  const started = Date.now()
  const {text, inventory, project} = await openInventory(request)
  const own = partOf(inventory.sites, shard)
  const jobs = request.jobs ?? Math.max(1, Math.min(availableParallelism(), Math.ceil(own.length / SITES_A_THREAD)))
  const output = resolve(request.output ?? join(project.folder, 'build', form))
  const plain: SitesRequest = {project: project.text, inventory: text, deployments: project.checked.deployments, stems: [], shard, output, form}
  const warnings = await checkAll(plain, {inventory, jobs, reporting})
  const names = [...new Set(own.map(({over}) => over))]
  const stems = names.length === 0 ? undefined : await makeImages({...request, names})
  const fleet = {rows: inventory.sites.length, made: 0, unchanged: 0, bytes: 0, differing: 0, output, warnings: [...warnings, ...stems?.warnings ?? []]}
  if (stems) {
    await makeFolder(output)
    const made: SitesRequest = {...plain, stems: await Promise.all(stems.images.map(async image => stemOf(image, form)))}
    await alone({folder: output, purpose: `sites-${shard.index}-of-${shard.of}`}, reporting, async () => runSteps<object>([{
      title: `Make ${own.length} sites`,
      async run(_, show) {
        await makeInThreads(made, jobs, {signal: reporting.signal, onSites(sites) {
          for (const {status, size, differing} of sites) {
            fleet[status] += 1
            fleet.bytes += size
            fleet.differing += differing
          }

          request.onSites(sites)
          show.say(`${fleet.made + fleet.unchanged} of ${own.length}`)
        }})
        show.conclude(`Make ${own.length} sites: ${fleet.made} made, ${fleet.unchanged} unchanged`)
      },
    }], {}, reporting))
  }

  return {...fleet, seconds: (Date.now() - started) / 1000}
}

interface InventoryRequest {
  folder: string
  inventory: string
  secrets: SecretsWanted
  reporting: Reporting
}

interface InventoryFindings {
  findings: Finding[]
  /** Of every file a finding can point into. */
  texts: ReadonlyMap<string, string>
  sites: number
}

/** The inventory and its project, for who only wants to know what is wrong with it, too. */
export async function findingsOfInventory(request: InventoryRequest): Promise<InventoryFindings> {
  const {text, inventory, project} = await openInventory(request)
  const plain: SitesRequest = {project: project.text, inventory: text, deployments: project.checked.deployments, stems: [], shard: WHOLE, output: '', form: 'images'}
  const findings = await findingsOf(plain, {inventory, jobs: 1, reporting: request.reporting})
  return {findings, texts: new Map([...project.checked.texts, [text.file, inventory.shown()]]), sites: inventory.sites.length}
}

interface Opened {
  text: {text: string, file: string}
  inventory: Inventory
  project: OpenProject
}

async function openInventory({inventory: place, folder, secrets = 'values'}: {inventory: string, folder: string, secrets?: SecretsWanted}): Promise<Opened> {
  const {text, inventory} = await readInventory(place)
  return {text, inventory, project: await openProject(folder, secrets, namedBy(inventory, secrets))}
}

/** What rows name and deployments need not. Each row is read once. */
function namedBy({sites}: Inventory, wanted: SecretsWanted): NamedBySites {
  const [overlays, secrets] = [new Set<string>(), new Set<string>()]
  for (const site of sites) {
    const {value} = site.document()
    const named = value?.['overlays']
    for (const overlay of Array.isArray(named) ? named : []) if (typeof overlay === 'string') overlays.add(overlay.replace(/\/+$/, ''))
    for (const {name, path} of secretUses(value)) if (wanted === 'values' || standInAt(path) === undefined) secrets.add(name)
  }

  return {overlays: [...overlays], secrets: [...secrets]}
}

interface Checking {
  inventory: Inventory
  jobs: number
  reporting: Reporting
}

async function findingsOf(request: SitesRequest, {inventory, jobs, reporting}: Checking): Promise<Finding[]> {
  const first = [...inventory.findings, ...sitesChecker(inventory.sites, request.project, request.deployments).findings]
  if (first.length > 0) return sortFindings(first)
  // What a deployment says by itself was told of it; of what is left, errors stop, and warnings of the rows are news.
  const found = await checkInThreads(request, jobs, reporting.signal)
  return sortFindings(found.filter(({severity, file}) => severity === 'error' || file === request.inventory.file))
}

/** Throws SPEC_INVALID with all errors; returns warnings in words. */
async function checkAll(request: SitesRequest, checking: Checking): Promise<string[]> {
  const findings = await findingsOf(request, checking)
  const errors = findings.filter(({severity}) => severity === 'error')
  if (errors.length > 0) {
    const texts = new Map([[request.inventory.file, checking.inventory.shown()]])
    throw new BrmcError('SPEC_INVALID', `${errors.length === 1 ? 'one error' : `${errors.length} errors`} in ${request.inventory.file}`, {
      details: formatFindings(errors.slice(0, 20), {texts, colour: false}).trimEnd().split('\n'),
      suggestions: [`see all findings with: brmc check --inventory ${request.inventory.file}`],
    })
  }

  return findings.length === 0 ? [] : [`${request.inventory.file} has ${findings.length === 1 ? 'a warning' : `${findings.length} warnings`}: see brmc check --inventory ${request.inventory.file}`]
}

async function stemOf({target, spec, deployment, secrets, base, inputs}: MadeImage, form: SitesRequest['form']): Promise<MadeStem> {
  return {spec, deployment, secrets, bundle: base.bundle, baseFolder: base.folder, inputs, sha256: form === 'packs' ? await readSha256(target) : ''}
}
