import {mkdir} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

import {BrmcError} from '../errors.js'
import type {Run} from '../process/run.js'
import type {Start} from '../process/start.js'
import type {Deployment} from '../spec/deployment.js'
import {bootGuest, bootOnTerminal, type Guest} from './boot-guest.js'
import {likelyCause} from './causes.js'
import {isFinal} from './expectations/expectation.js'
import {expectationsOf} from './expectations/expectations-of.js'
import {observeBoot, type BootEvent} from './observe-boot.js'
import {observeGuest} from './observe-guest.js'
import type {ReadBootFile} from './qemu/boot-files.js'
import {busyNotes, recoveryLimit, resultOfRecovery, type Disturbances} from './recovery.js'
import {notesOf, resultOf, timingsOf, type Report} from './report.js'
import {runDisturbances} from './run-disturbances.js'
import {runExpectations, type Judged, type Pace} from './run-expectations.js'
import {runLab, type Lab} from './run-lab.js'
import {now} from './run-wire.js'
import {virtualHostsOf, type Machine} from './topology.js'

export interface ProofOptions {
  image: string
  deployment: Deployment
  readBootFile: ReadBootFile
  machine: Machine
  /** Where `<interface>.pcap` is written for each wire; absent: nowhere. */
  pcapFolder?: string
  /** How long the guest may take to boot. */
  timeoutSeconds: number
  onEvent: (event: ProofEvent) => void
  run: Run
  start: Start
  signal: AbortSignal
  /** What is done to the router while packets flow, once all else is judged. */
  disturbances?: Disturbances
  /** Lines for the guest's shell once it is up, before the expectations: to see what a fault looks like. */
  guestCommands?: readonly string[]
}

export type ProofEvent = BootEvent | {kind: 'booting' | 'asking the guest'} | {kind: 'disturbing', what: string, round: number} | {kind: 'probing' | 'probing again', expectations: number}

const PACES: Readonly<Record<Machine, Pace>> = {
  virt: {spacingMs: 4, arrivalMs: 1500, silenceMs: 500},
  // Its network cards hang on an emulated USB bus, which loses packets that come faster (measured: 209 of 1000 at 500/s).
  raspi3b: {spacingMs: 40, arrivalMs: 4000, silenceMs: 1500},
}

/** Between two tries: a daemon that an interface event restarts is back by then. */
const SECOND_TRY_AFTER_MS = 2000

/** Boots the image between virtual hosts, sends real packets through it and judges from outside. QEMU is ended in any case. */
export async function proveImage(options: ProofOptions): Promise<Report> {
  const {deployment, machine, pcapFolder, readBootFile, image, run, start, signal, onEvent} = options
  const ending = new AbortController()
  const pluggable = options.disturbances?.replug ?? []
  const hosts = virtualHostsOf(deployment, machine, pluggable)
  if (pcapFolder !== undefined) await mkdir(pcapFolder, {recursive: true})
  const lab = await runLab(hosts, pcapFolder)
  try {
    onEvent({kind: 'booting'})
    const guest = await bootGuest({image, readBootFile, machine, lab, pluggable, run, start, signal: AbortSignal.any([signal, ending.signal])})
    try {
      return await prove(options, {guest, lab})
    } finally {
      ending.abort()
      await guest.ended
    }
  } catch (error) {
    if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted', {cause: error})
    throw error
  } finally {
    await lab.close()
  }
}

interface Running {
  guest: Guest
  lab: Lab
}

async function prove(options: ProofOptions, {guest, lab}: Running): Promise<Report> {
  const {deployment, machine, timeoutSeconds, onEvent, signal, guestCommands = [], disturbances} = options
  const {started} = guest
  const times = await observeBoot({deployment, console: guest.console, lab, started, timeoutSeconds, onEvent, signal})
  for (const line of guestCommands) await guest.console.command(line)
  const first = await runTry(options, lab, 1)
  const open = new Set(first.filter(({verdict}) => !isFinal(verdict)).map(({expectation}) => expectation.id))
  if (open.size > 0) await sleep(SECOND_TRY_AFTER_MS, undefined, {signal})
  const second = open.size > 0 ? await runTry(options, lab, 2, open) : []
  const recoveries = disturbances ? await runDisturbances({
    deployment, guest, lab, disturbances, signal, onRound: (what, round) => { onEvent({kind: 'disturbing', what, round}) },
  }) : []
  onEvent({kind: 'asking the guest'})
  const guestState = await observeGuest(guest.console)
  const expectations = first.map(judged => {
    const again = second.find(other => other.expectation.id === judged.expectation.id)
    const {expectation, verdict} = again ?? judged
    const cause = verdict.passed ? undefined : likelyCause({expectation, verdict}, deployment, guestState)
    return resultOf(expectation, verdict, {attempts: again ? 2 : 1, likelyCause: cause})
  })
  const timings = timingsOf(times, guestState)
  expectations.push(...recoveries.map(recovery => resultOfRecovery(recovery, recoveryLimit(machine, timings.kernelAtInit))))
  return {
    version: 1,
    passed: expectations.every(one => one.passed),
    deployment: deployment.name,
    machine,
    timings: {...timings, total: (now() - started) / 1000},
    expectations,
    guestState,
    notes: [...notesOf(deployment, machine), ...recoveries.length > 0 ? busyNotes(machine, timings.kernelAtInit) : []],
  }
}

async function runTry(options: ProofOptions, lab: Lab, attempt: number, only?: ReadonlySet<string>): Promise<Judged[]> {
  const {deployment, machine, disturbances, onEvent, signal} = options
  const all = expectationsOf(deployment, lab.places.map(({host}) => host), attempt)
  const wanted = only ? all.filter(({id}) => only.has(id)) : all
  onEvent({kind: attempt === 1 ? 'probing' : 'probing again', expectations: wanted.length})
  // Of the board's machine all cards are USB cards.
  return runExpectations(lab, wanted, (disturbances?.replug.length ?? 0) > 0 ? PACES.raspi3b : PACES[machine], signal)
}

/** The image on the user's terminal, with virtual hosts on its wires so that DHCP and pings work. QEMU's exit status. */
export async function runGuest(options: Pick<ProofOptions, 'image' | 'deployment' | 'readBootFile' | 'machine' | 'pcapFolder' | 'run' | 'start' | 'signal'>): Promise<number> {
  const {deployment, machine, pcapFolder} = options
  if (pcapFolder !== undefined) await mkdir(pcapFolder, {recursive: true})
  const lab = await runLab(virtualHostsOf(deployment, machine), pcapFolder)
  try {
    return await bootOnTerminal({...options, lab})
  } finally {
    await lab.close()
  }
}
