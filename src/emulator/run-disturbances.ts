import {setTimeout as sleep} from 'node:timers/promises'

import type {Deployment} from '../spec/deployment.js'
import type {Guest} from './boot-guest.js'
import type {Routed} from './expectations/arrival.js'
import {bootProbe, type BootProbe} from './expectations/boot-probe.js'
import {planToProve, routedGroups} from './expectations/expectations-of.js'
import {usbCard} from './qemu/qemu-arguments.js'
import {runMonitor, type Monitor} from './qemu/run-monitor.js'
import {ROUNDS, type Disturbances, type Recovery} from './recovery.js'
import type {Lab} from './run-lab.js'
import {now} from './run-wire.js'
import {cablesOf, cardName} from './topology.js'

export interface DisturbanceOptions {
  deployment: Deployment
  guest: Guest
  lab: Lab
  disturbances: Disturbances
  onRound: (what: string, round: number) => void
  signal: AbortSignal
}

const PROBE_EVERY_MS = 10
/** Receivers say again what they want, as hosts do. */
const JOIN_EVERY_PROBES = 100
/** How long a hand holds the card, and how long is waited for a router that does not route again. */
const OUT_MS = 500
const PATIENCE_MS = 15_000
/** Of a file with many groups some stand for all: each is sent in turn. */
const GROUPS = 4

/** Kills the daemon and pulls cards while packets flow, and tells how long it took each time until all of them came out again as promised. */
export async function runDisturbances(options: DisturbanceOptions): Promise<Recovery[]> {
  const {guest, lab, disturbances: {killDaemon, replug}, signal} = options
  const recoveries: Recovery[] = []
  if (killDaemon) {
    recoveries.push(await runRounds(options, {id: 'kill-daemon', what: 'the routing daemon, killed', touches: () => true}, async () => {
      const since = now()
      await guest.console.command('kill -9 $(pidof smcrouted mrouted igmpproxy)')
      return since
    }))
  }

  const monitor = guest.monitorPath === undefined ? undefined : await runMonitor(guest.monitorPath, signal)
  try {
    for (const name of monitor ? replug : []) {
      const pulled = lab.places.filter(({host}) => host.interface === name).map(({host}) => cardName(host))
      const cables = cablesOf(lab.places)
      const index = cables.findIndex(({host}) => pulled.includes(cardName(host)))
      const place = cables[index]
      if (!place || !monitor) continue
      const card = usbCard(place, index)
      const touches = ({from, forwarding}: Routed): boolean => from === name || forwarding.to.includes(name)
      recoveries.push(await runRounds(options, {id: `replug-${name}`, what: `${name}, pulled and plugged in again`, touches}, async () => replugCard(monitor, card, signal)))
    }
  } finally {
    monitor?.close()
  }

  return recoveries
}

/** When it was plugged in again. */
async function replugCard(monitor: Monitor, card: ReturnType<typeof usbCard>, signal: AbortSignal): Promise<number> {
  await monitor.unplug(card.id)
  await sleep(OUT_MS, undefined, {signal})
  const since = now()
  await monitor.plug(card)
  return since
}

interface Trial {
  id: string
  what: string
  touches: (routed: Routed) => boolean
}

/** Each round begins when all is routed; `strike` returns when time is counted from. */
async function runRounds({deployment, lab, onRound, signal}: DisturbanceOptions, {id, what, touches}: Trial, strike: () => Promise<number>): Promise<Recovery> {
  const plan = planToProve(deployment, lab.places.map(({host}) => host), 1)
  const routed = routedGroups(plan).filter(touches).slice(0, GROUPS)
  const rounds: (number | undefined)[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    onRound(what, round)
    const isRouted = await timeUntilRouted(lab, bootProbe(plan, routed, `${id}-${round}-before`), {since: now(), signal})
    // Only packets of the new name count: what was sent before the blow may still be on its way.
    const since = isRouted === undefined ? now() : await strike()
    rounds.push(isRouted === undefined ? undefined : await timeUntilRouted(lab, bootProbe(plan, routed, `${id}-${round}`), {since, signal}))
  }

  return {id, what, rounds}
}

/** Seconds from `since` until every group came out of each of its interfaces as the sender that the file promises there. */
async function timeUntilRouted(lab: Lab, probe: BootProbe, {since, signal}: {since: number, signal: AbortSignal}): Promise<number | undefined> {
  const from = lab.sightings.length
  for (let count = 0; now() - since < PATIENCE_MS; count++) {
    if (count % JOIN_EVERY_PROBES === 0) for (const join of probe.joins) lab.act(join)
    const stimulus = probe.at(count)
    if (stimulus) lab.act(stimulus)
    await sleep(PROBE_EVERY_MS, undefined, {signal})
    const {last} = probe.arrived(lab.sightings.slice(from))
    if (last !== undefined) return (last - since) / 1000
  }

  return undefined
}
