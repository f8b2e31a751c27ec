import {setTimeout as sleep} from 'node:timers/promises'

import type {Deployment} from '../spec/deployment.js'
import type {GuestConsole} from './console.js'
import {milestone, PROMPT} from './console-text.js'
import {bootProbe, type BootProbe} from './expectations/boot-probe.js'
import {planToProve, routedGroups} from './expectations/expectations-of.js'
import type {BootTimes} from './report.js'
import type {Lab} from './run-lab.js'
import {now} from './run-wire.js'

export interface BootOptions {
  deployment: Deployment
  console: GuestConsole
  lab: Lab
  /** When QEMU was started, milliseconds since 1970. */
  started: number
  timeoutSeconds: number
  onEvent: (event: BootEvent) => void
  signal: AbortSignal
}

export interface BootEvent {
  kind: 'init' | 'ready' | 'first forwarded'
  /** Since QEMU was started. */
  seconds: number
}

const PROBE_EVERY_MS = 25
/** Receivers say again what they want, as hosts do. */
const JOIN_EVERY_PROBES = 40
/** Nothing at boot waits for an interface: leases, and the daemon's restarts they cause, may come after the ready line. */
const SETTLE_MS = 6000

/** A late interface makes the daemon start again a moment later (overlays/router/usr/libexec/brmc/restart-multicast-daemon). */
const RESTART_DONE = 'i=0; while [ -e /run/brmc/restart ] && [ $i -lt 60 ]; do usleep 50000; i=$((i+1)); done'

/** Sends packets from the first moment on and waits until the guest is ready, its leases are given and each route has let one through. */
export async function observeBoot(options: BootOptions): Promise<BootTimes> {
  const {deployment, lab, console, started, timeoutSeconds, onEvent, signal} = options
  const plan = planToProve(deployment, lab.places.map(({host}) => host), 1)
  const probe = bootProbe(plan, routedGroups(plan))
  const secondsAt = (time: number): number => (time - started) / 1000
  const reached = async (name: 'init' | 'ready'): Promise<{seconds: number, uptime: number}> => {
    const match = await console.waitFor(milestone(name), `its line "brmc: ${name}"`, timeoutSeconds * 1000)
    const seconds = secondsAt(now())
    onEvent({kind: name, seconds})
    return {seconds, uptime: Number(match[1])}
  }

  const probing = new AbortController()
  const sending = sendProbes(lab, probe, AbortSignal.any([signal, probing.signal]))
  try {
    const init = await reached('init')
    const ready = await reached('ready')
    await settle(lab, probe, {since: started, signal})
    await console.waitFor(new RegExp(`^${PROMPT}`, 'm'), 'a shell on its console', timeoutSeconds * 1000)
    await console.command(RESTART_DONE)
    await settle(lab, probe, {since: now(), signal})
    const {first} = probe.arrived(lab.sightings)
    if (first !== undefined) onEvent({kind: 'first forwarded', seconds: secondsAt(first)})
    return {
      guestInit: init.seconds,
      guestReady: ready.seconds,
      ...first !== undefined && {firstForwarded: secondsAt(first)},
      guestUptime: {init: init.uptime, ready: ready.uptime},
    }
  } finally {
    probing.abort()
    await sending
  }
}

async function sendProbes(lab: Lab, probe: BootProbe, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    if (count % JOIN_EVERY_PROBES === 0) for (const join of probe.joins) lab.act(join)
    const stimulus = probe.at(count)
    if (stimulus) lab.act(stimulus)
    await sleep(PROBE_EVERY_MS, undefined, {signal}).catch(() => undefined)
  }
}

/** Does not insist: what has not come by then is for the expectations to tell. */
async function settle(lab: Lab, probe: BootProbe, {since, signal}: {since: number, signal: AbortSignal}): Promise<void> {
  const deadline = now() + SETTLE_MS
  const lessees = lab.places.filter(({host}) => host.lease)
  while (now() < deadline) {
    const leased = lessees.every(({host}) => lab.sightings.some(one => one.kind === 'lease given' && one.on === host.interface))
    if (leased && probe.arrived(lab.sightings.filter(one => one.time >= since)).all) return
    await sleep(PROBE_EVERY_MS, undefined, {signal})
  }
}
