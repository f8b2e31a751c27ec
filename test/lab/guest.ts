import {rm} from 'node:fs/promises'
import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {run, type RunResult} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {makeGuestRoot} from './guest-root.js'

const GUEST_LAB = fileURLToPath(new URL('guest-lab', import.meta.url))

/** A guest booted in namespaces: BusyBox init is process 1, wlan0 leads to the host `near`, usb0 to the host `far`. */
export interface Guest {
  /** What the console has printed so far. */
  console: () => string
  type: (line: string) => void
  /** Runs a shell command inside; its output. */
  inside: (command: string) => Promise<string>
  /** Runs a program in the network of a host: near, far, guest, or the one behind a further card. */
  on: (host: string, file: string, ...args: string[]) => Promise<RunResult>
  stop: () => Promise<void>
}

interface GuestOptions {
  /** Names of further cards, each with a host of that name behind it. */
  cards?: readonly string[]
  /** Files to write into the root, by path: in place of those of the deployment. */
  files?: Readonly<Record<string, string>>
}

let booted = 0

/** Boots the guest with cards that have one another's names, and waits for its boot scripts. */
export async function bootGuest(deployment: Deployment, commandLine: string, {cards = [], files = {}}: GuestOptions = {}): Promise<Guest> {
  const root = await makeGuestRoot(deployment, files)
  const id = `brmc${process.pid}n${++booted}`
  const ending = new AbortController()
  let console = ''
  const lab = start('script', ['--quiet', '--flush', '--return', '--command', `exec '${GUEST_LAB}' '${root}' ${id} '${commandLine}' ${cards.join(' ')}`, '/dev/null'], {stdio: 'piped', signal: ending.signal})
  lab.stdout?.on('data', (chunk: Buffer) => {
    console += chunk.toString()
  })
  const on: Guest['on'] = (host, ...command) => run('ip', ['netns', 'exec', `${id}-${host}`, ...command])
  const stop = async () => {
    // Without process 1 guest-lab tears down; script(1), where it is told to end, waits a second for whoever has the terminal.
    const init = await initOf(`${id}-guest`).catch(() => '')
    if (init === '') ending.abort()
    else await run('kill', ['-9', init], {accept: [0, 1]})
    void setTimeout(POLITE_MS, undefined, {ref: false}).then(() => { ending.abort() })
    await lab.ended
    await eventually('the end of the namespaces', async () => !(await run('ip', ['netns', 'list'])).stdout.includes(`${id}-`))
    await rm(root, {recursive: true})
  }
  await eventually('brmc: ready on the console', () => Promise.resolve(console.includes('brmc: ready')), () => `${console}${lab.errorOutput()}`)
  const init = await initOf(`${id}-guest`)
  const inside = async (command: string) => (await run('nsenter', [
    '--target', init, '--mount', '--net', '--pid', '--uts', '--root', '--wd', '/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin', '/bin/sh', '-c', command])).stdout
  return {console: () => console, type: line => lab.stdin?.write(`${line}\n`), inside, on, stop}
}

/** Waits until the guest answers to its IPv6 addresses: for a second or two nobody else may turn out to have them (RFC 4862, 5.4). */
export const untilAddressesCount = (guest: Guest): Promise<number> =>
  eventually('addresses that count', async () => (await guest.on('guest', 'ip', '-6', 'addr', 'show', 'tentative')).stdout === '', guest.console)

async function initOf(namespace: string): Promise<string> {
  const {stdout: pids} = await run('ip', ['netns', 'pids', namespace])
  const {stdout} = await run('ps', ['-o', 'pid=,comm=', '-p', pids.trim().split('\n').join(',')])
  return /(\d+) init\b/.exec(stdout)?.[1] ?? ''
}

const POLL_MS = 50
const POLITE_MS = 5000
const PATIENCE_MS = 20_000

/** Waits until `holds`; how long it took, in milliseconds. Throws after 20 seconds or as many as said, with what `explain` says. */
export async function eventually(what: string, holds: () => Promise<boolean>, explain: () => string = () => '', patienceMs = PATIENCE_MS): Promise<number> {
  const since = performance.now()
  while (!await holds()) {
    if (performance.now() - since > patienceMs) throw new Error(`no ${what} after ${patienceMs} ms\n${explain()}`)
    await setTimeout(POLL_MS)
  }

  return performance.now() - since
}
