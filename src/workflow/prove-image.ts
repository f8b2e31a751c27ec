import {basename, dirname, join} from 'node:path'

import {formatReport} from '../emulator/format-report.js'
import {ROUNDS, type Disturbances} from '../emulator/recovery.js'
import type {Report} from '../emulator/report.js'
import {proveImage as prove, runGuest, type ProofEvent} from '../emulator/run-proof.js'
import type {Machine} from '../emulator/topology.js'
import {BrmcError} from '../errors.js'
import {writeWhole} from '../files/write-whole.js'
import {readBootFileOf} from '../image/read-boot-file.js'
import type {ImageManifest} from '../image/manifest.js'
import {run} from '../process/run.js'
import {start} from '../process/start.js'
import type {Deployment} from '../spec/deployment.js'
import {resolveDeployment} from '../spec/resolve.js'
import {alone} from './alone.js'
import {chooseDeployments, openProject} from './open-project.js'
import {findImage, readImageManifest, readSpecOf} from './read-image.js'
import {runSteps, type Reporting, type Show} from './reporting.js'
import {jsonWithoutWithheld} from './withheld-values.js'

export interface ProofRequest {
  /** Path of an image, or the name of a deployment whose image was made. */
  image: string
  /** Folder of the project: where images of deployments are looked for. */
  folder: string
  /** A deployment of the project that the image is held against, in place of the one in its manifest. */
  against?: string
  machine: Machine
  timeoutSeconds: number
  /** What is done to the router while packets flow. */
  disturbances?: Disturbances
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

async function proveChosen({image, deployment}: Chosen, evidence: string, {reporting, machine, timeoutSeconds, disturbances}: ProofRequest): Promise<Proof> {
  refuseUnknown(disturbances?.replug ?? [], deployment)
  const done = await runSteps<{report?: Report}>([{
    title: `Boot ${image} on ${machine} and send packets through it`,
    async run(context, show) {
      context.report = await prove({
        image, deployment, machine, timeoutSeconds, pcapFolder: evidence, run, start, signal: reporting.signal,
        readBootFile: readBootFileOf(image), ...disturbances && {disturbances},
        onEvent: event => { showEvent(event, show) },
      })
    },
  }], {}, reporting)
  if (!done.report) throw new BrmcError('INTERNAL', 'the proof ended without a report')
  const report = jsonWithoutWithheld(done.report) as Report
  const text = formatReport(report)
  await writeWhole(join(evidence, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeWhole(join(evidence, 'report.txt'), text)
  return {report, text, evidence}
}

/** The image with its console on the user's terminal, virtual hosts on its wires. Throws TOOL_FAILED where QEMU ends badly, INTERRUPTED. */
export async function runImage(request: Omit<ProofRequest, 'timeoutSeconds'>): Promise<void> {
  const {machine, reporting: {signal}} = request
  const {image, deployment} = await chooseImage(request)
  const status = await runGuest({image, deployment, machine, readBootFile: readBootFileOf(image), run, start, signal})
  if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  if (status !== 0) throw new BrmcError('TOOL_FAILED', `QEMU ended with status ${status}`)
}

async function chooseImage({image, folder, against}: Pick<ProofRequest, 'image' | 'folder' | 'against'>): Promise<Chosen> {
  const path = await findImage(image, folder)
  const manifest = await readImageManifest(path)
  if (against === undefined) return {image: path, manifest, deployment: resolveDeployment(await readSpecOf(path, manifest, folder), manifest.deployment)}
  const [chosen] = chooseDeployments(await openProject(folder), [against])
  if (!chosen) throw new BrmcError('USAGE', `there is no deployment ${against}`)
  return {image: path, manifest, deployment: chosen.deployment}
}

function refuseUnknown(replug: readonly string[], {name, interfaces, routes, daemon}: Deployment): void {
  for (const wanted of replug) {
    const names = interfaces.map(one => one.name)
    if (!names.includes(wanted)) throw new BrmcError('USAGE', `the deployment ${name} has no interface ${wanted} to pull: it has ${names.join(', ')}`)
    const isRouted = daemon === 'mrouted' || routes.some(({from, to}) => from === wanted || to.includes(wanted))
    if (!isRouted) throw new BrmcError('USAGE', `no route of the deployment ${name} goes by ${wanted}: nobody would see that it is pulled`)
  }
}

const EVENT_WORDS: Readonly<Record<ProofEvent['kind'], string>> = {
  'booting': 'booting',
  'init': 'the first program runs',
  'ready': 'the guest is ready',
  'first forwarded': 'the first packet was forwarded',
  'probing': 'sending packets',
  'probing again': 'sending again what was not as expected',
  'disturbing': 'disturbing the router',
  'asking the guest': 'asking the guest what it knows',
}

function showEvent(event: ProofEvent, {say}: Show): void {
  if (event.kind === 'disturbing') say(`${event.what}: ${event.round} of ${ROUNDS}`)
  else say('seconds' in event ? `${EVENT_WORDS[event.kind]} after ${event.seconds.toFixed(1)} s` : EVENT_WORDS[event.kind])
}
