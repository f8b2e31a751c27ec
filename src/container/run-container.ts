import {setTimeout as sleep} from 'node:timers/promises'

import {BrmcError} from '../errors.js'
import type {RunOptions, RunResult} from '../process/run.js'
import {ANY_STATUS, ENGINE_FAILED, type Engine} from './engine.js'
import {engineTrouble} from './engine-trouble.js'

const POLITE_SECONDS = 10
/** How long an engine may take to stop a container before its program is left to itself. */
const PATIENCE_MS = 20_000
const ASK_AGAIN_MS = 200
/** 128 + SIGKILL, 128 + SIGTERM: what a container ends with that somebody else ends. */
const ENDED_FROM_OUTSIDE = new Set([137, 143])
const LINES_THAT_MATTER = 12

/** A container to be: its name, the program in it, and the engine's arguments. */
export interface Container {
  name: string
  args: readonly string[]
  argv: readonly string[]
}

/**
 * Runs a container to its end. At the signal it is stopped and waited for. Throws BrmcError INTERRUPTED, ENGINE_UNAVAILABLE, DISK_FULL, BUILD_FAILED (ended from
 * outside), TOOL_FAILED (the program's own failure).
 */
export async function runContainer(engine: Engine, {name, args, argv}: Container, {signal, accept = [0], ...options}: RunOptions): Promise<RunResult> {
  if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  const result = await stoppedAt(signal, engine, name, async hard => engine.call(args, {...options, accept: ANY_STATUS, signal: hard}))
  if (accept.includes(result.exitCode)) return result
  throw failureOf(engine, result, argv)
}

/** The same with the user's terminal; the program's exit status. */
export async function runContainerInTerminal(engine: Engine, {name, args}: Container, signal: AbortSignal | undefined): Promise<number> {
  return stoppedAt(signal, engine, name, async hard => engine.callInTerminal(args, hard))
}

/** Does `work`, and at the signal stops the container it runs; `work` itself is told to end only when that did not help. Throws INTERRUPTED. */
async function stoppedAt<Result>(signal: AbortSignal | undefined, engine: Engine, name: string, work: (hard: AbortSignal) => Promise<Result>): Promise<Result> {
  const hard = new AbortController()
  const done = new AbortController()
  let stopping: Promise<void> | undefined
  const stop = (): void => { stopping = stopContainer(engine, name, done.signal).finally(() => { hard.abort() }) }
  signal?.addEventListener('abort', stop, {once: true})
  try {
    return await work(hard.signal)
  } catch (error) {
    // What an interrupt breaks on its way is no news.
    throw signal?.aborted ? new BrmcError('INTERRUPTED', 'interrupted', {cause: error}) : error
  } finally {
    signal?.removeEventListener('abort', stop)
    done.abort()
    await stopping
    if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  }
}

/** Asks the engine to stop the container until it has ended: the interrupt may come before the engine has begun it. */
async function stopContainer(engine: Engine, name: string, ended: AbortSignal): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && !ended.aborted; waited += ASK_AGAIN_MS) {
    await engine.call(['stop', '-t', String(POLITE_SECONDS), name], {accept: ANY_STATUS}).catch(() => undefined)
    await sleep(ASK_AGAIN_MS, undefined, {signal: ended}).catch(() => undefined)
  }
}

function failureOf(engine: Engine, result: RunResult, argv: readonly string[]): BrmcError {
  const program = argv[0] ?? ''
  if (result.exitCode === ENGINE_FAILED || /^(?:docker: |Error: )?(?:error waiting for container|unexpected EOF)/m.test(result.stderr)) {
    return engineTrouble(engine.name, result, {what: `${engine.name} run`})
  }

  const details = `${result.stdout}${result.stderr}`.trimEnd().split('\n').filter(line => line.trim() !== '').slice(-LINES_THAT_MATTER)
  if (!ENDED_FROM_OUTSIDE.has(result.exitCode)) return new BrmcError('TOOL_FAILED', `${program} failed with status ${result.exitCode}`, {details})
  return new BrmcError('BUILD_FAILED', `the container in which ${program} ran was ended by somebody else (status ${result.exitCode})`, {
    details,
    suggestions: [
      'repeat the command: what was built is kept, the build goes on where it was',
      ...result.exitCode === 137 ? ['if it happens again the machine has too little memory for as many compilers at once: set buildroot.jobs in brmc.yaml lower'] : [],
    ],
  })
}
