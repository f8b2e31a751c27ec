import {BrmcError} from '../errors.js'
import type {Run} from '../process/run.js'
import type {Start, StartedProgram} from '../process/start.js'
import {checkTools, TOOLS} from '../process/tools.js'
import {GuestConsole} from './console.js'
import type {ReadBootFile} from './qemu/boot-files.js'
import {adaptCommandLine} from './qemu/kernel-command-line.js'
import {qemuArguments} from './qemu/qemu-arguments.js'
import {writeBootFolder} from './qemu/write-boot-folder.js'
import type {Lab} from './run-lab.js'
import {now} from './run-wire.js'
import {cablesOf, cardName, interfaceNames, type Machine} from './topology.js'

const QEMU = 'qemu-system-aarch64'

export interface GuestOptions {
  image: string
  readBootFile: ReadBootFile
  machine: Machine
  lab: Lab
  /** Interfaces whose cards can be pulled; with any, QEMU takes commands. */
  pluggable?: readonly string[]
  run: Run
  start: Start
  signal: AbortSignal
}

export interface Guest {
  console: GuestConsole
  /** When QEMU was started, in milliseconds since 1970. */
  started: number
  /** Where QEMU takes commands (runMonitor); absent where no card can be pulled. */
  monitorPath?: string
  ended: StartedProgram['ended']
}

/** Starts QEMU with the image, its console piped; QEMU lives until the signal. Throws TOOL_MISSING, TOOL_TOO_OLD, IMAGE_INVALID. */
export async function bootGuest(options: GuestOptions): Promise<Guest> {
  const {stdin, stdout, ended, errorOutput, started, monitorPath} = await startQemu(options, 'proof')
  if (!stdin || !stdout) throw new BrmcError('INTERNAL', 'QEMU was started without its console')
  const console = new GuestConsole(stdin, stdout)
  void ended.then(({exitCode, error}) => {
    console.end(error?.message ?? `QEMU ended with status ${exitCode ?? 'none'}: ${errorOutput().trim() || 'the guest stopped'}`)
  })
  return {console, ended, started, ...monitorPath !== undefined && {monitorPath}}
}

/** The image with the terminal as its console, until QEMU ends (Ctrl-A X). The exit status of QEMU. */
export async function bootOnTerminal(options: GuestOptions): Promise<number> {
  const {ended} = await startQemu(options, 'terminal')
  const {exitCode, error} = await ended
  if (error) throw error
  return exitCode ?? 0
}

type StartedQemu = StartedProgram & Pick<Guest, 'started' | 'monitorPath'>

async function startQemu({image, readBootFile, machine, lab, pluggable = [], run, start, signal}: GuestOptions, console: 'proof' | 'terminal'): Promise<StartedQemu> {
  await checkQemu(run)
  const folder = await writeBootFolder(image, machine, readBootFile)
  const monitored = pluggable.length > 0
  const args = qemuArguments({
    ...monitored && {monitor: folder.monitor},
    machine,
    kernel: folder.kernel,
    ...folder.initrd !== undefined && {initrd: folder.initrd},
    ...folder.deviceTree !== undefined && {deviceTree: folder.deviceTree},
    image: folder.image,
    commandLine: adaptCommandLine(folder.cmdline, {
      machine,
      interfaceNames: interfaceNames(lab.places.map(({host}) => host)),
      quiet: console === 'proof',
    }),
    cards: cablesOf(lab.places).map(({host, wire}) => ({
      host,
      ports: wire.ports,
      pluggable: lab.places.some(other => cardName(other.host) === cardName(host) && pluggable.includes(other.host.interface)),
    })),
    console,
  })
  const started = now()
  const program = start(QEMU, args, {stdio: console === 'proof' ? 'piped' : 'terminal', signal})
  return {
    ...program,
    started,
    ...monitored && {monitorPath: folder.monitor},
    ended: program.ended.finally(async () => folder.remove()),
  }
}

async function checkQemu(run: Run): Promise<void> {
  // process/start.ts ties QEMU's life to ours with it.
  await run('setpriv', ['--version'])
  const [state] = await checkTools(run, TOOLS.filter(tool => tool.name === QEMU))
  if (!state || state.state === 'ok') return
  const suggestions = [`on Debian: apt-get install --no-install-recommends ${state.package}`]
  if (state.state === 'too old') {
    throw new BrmcError('TOOL_TOO_OLD', `${QEMU} ${state.version ?? ''} is too old: its UDP wires (-netdev dgram) came with ${state.minimum ?? ''}`, {suggestions})
  }

  throw new BrmcError('TOOL_MISSING', `${QEMU} is not installed or does not run: the proof boots the image in it`, {suggestions, details: state.problem === undefined ? [] : [state.problem]})
}
