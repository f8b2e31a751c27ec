import {expectationsOf} from '../../src/emulator/expectations/expectations-of.js'
import type {DatagramSeen} from '../../src/emulator/host/host.js'
import {bootGuest} from '../../src/emulator/boot-guest.js'
import type {GuestConsole} from '../../src/emulator/console.js'
import {observeBoot} from '../../src/emulator/observe-boot.js'
import {runExpectations} from '../../src/emulator/run-expectations.js'
import {runLab, type Lab} from '../../src/emulator/run-lab.js'
import {now} from '../../src/emulator/run-wire.js'
import {virtualHostsOf} from '../../src/emulator/topology.js'
import {specOf} from '../../src/image/manifest.js'
import {readBootFileOf} from '../../src/image/read-boot-file.js'
import {run} from '../../src/process/run.js'
import {start, type Start} from '../../src/process/start.js'
import {resolveDeployment} from '../../src/spec/resolve.js'
import {readImageManifest} from '../../src/workflow/read-image.js'

/** A booted image whose wlan0 is a virtual radio, and its virtual hosts: that of wlan0's wire speaks by way of a station. */
export interface OnAir {
  console: GuestConsole
  lab: Lab
  /** What was expected of the routes and not seen, tried twice or as often as said. */
  failed: (tries?: number) => Promise<string[]>
  /** Packets of `group` that reached the host behind `interface`. */
  seen: (group: string) => (DatagramSeen & {on: string})[]
}

/** Boots the image, does `deed` with it, and ends QEMU in any case. `pluggable`: interfaces whose cards hang on USB; `begin` may change QEMU's arguments. */
export async function onAir<T>(image: string, deed: (air: OnAir) => Promise<T>, pluggable: readonly string[] = [], begin: Start = start): Promise<T> {
  const manifest = await readImageManifest(image)
  const spec = specOf(manifest, new Map())
  if (!spec) throw new Error('the image depends on a secret')
  const deployment = resolveDeployment(spec, manifest.deployment)
  const hosts = virtualHostsOf(deployment, 'virt', pluggable)
  const lab = await runLab(hosts, undefined)
  const ending = new AbortController()
  const {signal} = ending
  try {
    const started = now()
    const guest = await bootGuest({image, readBootFile: readBootFileOf(image), machine: 'virt', lab, pluggable, run, start: begin, signal})
    await observeBoot({deployment, console: guest.console, lab, started, timeoutSeconds: 300, onEvent: () => undefined, signal})
    const failed = async (tries = 2): Promise<string[]> => {
      let open: ReadonlySet<string> | undefined
      for (let attempt = 1; attempt <= tries; attempt++) {
        const all = expectationsOf(deployment, hosts, attempt).filter(({id}) => open?.has(id) ?? true)
        const judged = await runExpectations(lab, all, {spacingMs: 8, arrivalMs: 3000, silenceMs: 1000}, signal)
        const missed = judged.filter(({verdict}) => !verdict.passed)
        if (missed.length === 0 || attempt === tries) return missed.map(({expectation, verdict}) => `${expectation.title}: ${verdict.seen}`)
        open = new Set(missed.map(({expectation}) => expectation.id))
      }

      return []
    }

    const groupBits = (group: string): bigint => group.split('.').reduce((bits, octet) => bits << 8n | BigInt(octet), 0n)
    const seen: OnAir['seen'] = group => lab.sightings.flatMap(one => one.kind === 'datagram' && one.destination.bits === groupBits(group) ? [one] : [])
    const done = await deed({console: guest.console, lab, failed, seen})
    ending.abort()
    await guest.ended
    return done
  } finally {
    ending.abort()
    await lab.close()
  }
}
