import {readFile, stat} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {formatReport} from '../emulator/format-report.js'
import type {Report} from '../emulator/report.js'
import {proveImage as prove, runGuest, type ProofEvent} from '../emulator/run-proof.js'
import type {Machine} from '../emulator/topology.js'
import {BrmcError} from '../errors.js'
import {writeWhole} from '../files/write-whole.js'
import {readBootFileOf} from '../image/read-boot-file.js'
import {ImageManifestSchema, type ImageManifest} from '../image/manifest.js'
import {run} from '../process/run.js'
import {start} from '../process/start.js'
import type {Deployment} from '../spec/deployment.js'
import {findProject} from '../spec/read-project.js'
import {resolveDeployment} from '../spec/resolve.js'
import {alone} from './alone.js'
import {imagePath} from './image-path.js'
import {chooseDeployments, openProject} from './open-project.js'
import {runSteps, type Reporting, type Show} from './reporting.js'

export interface ProofRequest {
  /** Path of an image, or the name of a deployment whose image was made. */
  image: string
  /** Folder of the project: where images of deployments are looked for. */
  folder: string
  /** A deployment of the project that the image is held against, in place of the one in its manifest. */
  against?: string
  machine: Machine
  timeoutSeconds: number
  reporting: Reporting
}

export interface Proof {
  report: Report
  /** What a person reads. */
  text: string
  /** Where report.json, report.txt and one pcap for each wire lie. */
  evidence: string
}

interface Chosen {
  image: string
  manifest: ImageManifest
  deployment: Deployment
}

/** Boots an image between virtual hosts and holds it against the file it was made from. The evidence stays beside the image. */
export async function proveImage(request: ProofRequest): Promise<Proof> {
  const chosen = await chooseImage(request)
  const evidence = join(dirname(chosen.image), `evidence-${request.machine}`)
  return alone({folder: dirname(evidence), purpose: basename(evidence)}, request.reporting, () => proveChosen(chosen, evidence, request))
}

async function proveChosen({image, deployment}: Chosen, evidence: string, {reporting, machine, timeoutSeconds}: ProofRequest): Promise<Proof> {
  const done = await runSteps<{report?: Report}>([{
    title: `Boot ${image} on ${machine} and send packets through it`,
    async run(context, show) {
      context.report = await prove({
        image, deployment, machine, timeoutSeconds, pcapFolder: evidence, run, start, signal: reporting.signal,
        readBootFile: readBootFileOf(image),
        onEvent: event => { showEvent(event, show) },
      })
    },
  }], {}, reporting)
  if (!done.report) throw new BrmcError('INTERNAL', 'the proof ended without a report')
  const text = formatReport(done.report)
  await writeWhole(join(evidence, 'report.json'), `${JSON.stringify(done.report, null, 2)}\n`)
  await writeWhole(join(evidence, 'report.txt'), text)
  return {report: done.report, text, evidence}
}

/** The image with its console on the user's terminal, virtual hosts on its wires. Returns QEMU's exit status. */
export async function runImage(request: Omit<ProofRequest, 'timeoutSeconds'>): Promise<number> {
  const {machine, reporting: {signal}} = request
  const {image, deployment} = await chooseImage(request)
  return runGuest({image, deployment, machine, readBootFile: readBootFileOf(image), run, start, signal})
}

async function chooseImage({image, folder, against}: Pick<ProofRequest, 'image' | 'folder' | 'against'>): Promise<Chosen> {
  const path = await findImage(image, folder)
  const manifest = await readManifest(`${path}.json`)
  if (against === undefined) return {image: path, manifest, deployment: resolveDeployment(manifest.spec, manifest.deployment)}
  const [chosen] = chooseDeployments(await openProject(folder), [against])
  if (!chosen) throw new BrmcError('USAGE', `there is no deployment ${against}`)
  return {image: path, manifest, deployment: chosen.deployment}
}

/** The image of the deployment of that name, or else the file of that name. */
async function findImage(image: string, folder: string): Promise<string> {
  const project = image.includes('/') ? undefined : await projectOf(folder)
  const candidates = [...typeof project === 'string' ? [join(project, imagePath(image))] : [], resolve(image)]
  for (const candidate of candidates) {
    if (await stat(candidate).then(stats => stats.isFile(), () => false)) return candidate
  }

  if (project instanceof BrmcError && !image.includes('.')) throw project
  if (typeof project !== 'string') throw new BrmcError('USAGE', `there is no image ${resolve(image)}`)
  // Is it not made, or is there no such deployment?
  if (!image.includes('.')) chooseDeployments(await openProject(project), [image])
  throw new BrmcError('USAGE', `there is no image ${candidates.join(' or ')}`, {suggestions: [image.includes('.') ? 'make it first: brmc image' : `make it first: brmc image ${image}`]})
}

async function projectOf(folder: string): Promise<string | BrmcError> {
  return findProject(resolve(folder)).catch((error: unknown) => {
    if (error instanceof BrmcError) return error
    throw error
  })
}

async function readManifest(path: string): Promise<ImageManifest> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BrmcError('IMAGE_INVALID', `${path} is missing: without its manifest nobody knows what the image is to do`, {cause, suggestions: ['keep it beside the image, or make the image again: brmc image']})
  })
  const parsed = ImageManifestSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new BrmcError('IMAGE_INVALID', `${path} is not the manifest of an image`, {details: parsed.error.issues.slice(0, 5).map(({path: at, message}) => `${at.join('.')}: ${message}`)})
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const EVENT_WORDS: Readonly<Record<ProofEvent['kind'], string>> = {
  'booting': 'booting',
  'init': 'the first program runs',
  'ready': 'the guest is ready',
  'first forwarded': 'the first packet was forwarded',
  'probing': 'sending packets',
  'probing again': 'sending again what was not as expected',
  'asking the guest': 'asking the guest what it knows',
}

function showEvent(event: ProofEvent, {say}: Show): void {
  say('seconds' in event ? `${EVENT_WORDS[event.kind]} after ${event.seconds.toFixed(1)} s` : EVENT_WORDS[event.kind])
}
