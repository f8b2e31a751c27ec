import {once} from 'node:events'
import type {Writable} from 'node:stream'

import {execa} from 'execa'

import {BrmcError} from '../errors.js'
import {missingTool} from './missing-tool.js'

export interface RunOptions {
  cwd?: string
  /** Added to the environment; undefined removes a variable. */
  env?: Record<string, string | undefined>
  /** Standard input. Without it, or with `holdInput`, standard input stays open until the program ends. */
  input?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Keeps standard input open behind `input`: its end tells the program that brmc is gone, however that came about. */
  holdInput?: boolean
  /** A session of its own: no terminal signals it, and the signal ends all that it started: politely, and after ten seconds for good. */
  ownGroup?: boolean
  /** Each line of standard output and error as it comes. */
  onLine?: (line: string) => void
  /** Takes standard output as bytes while it comes; the result's `stdout` is then empty. */
  consume?: (output: AsyncIterable<Uint8Array>) => Promise<void>
  signal?: AbortSignal
  /** Exit statuses that are an answer, not a failure. Default: [0]. */
  accept?: readonly number[]
}

export interface RunResult {
  stdout: string
  stderr: string
  exitCode: number
}

/** The one door to other programs: callers receive it as an argument, so a test passes a function. */
export type Run = (file: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>

const LINES_THAT_MATTER = 12
const POLITE_MS = 10_000
/** Tools for file systems lie where Debian lets only root look (login.defs, ENV_PATH). */
const SEARCHED = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

/** Runs a program with its arguments as a list (never a shell string) and waits for it. Throws BrmcError. */
export const run: Run = async (file, args, options = {}) => {
  const {cwd, env, onLine, consume, signal, ownGroup = false, accept = [0]} = options
  const child = execa(file, args, {
    // NODE_DEBUG=execa would print what programs say, and a secret may be among it.
    verbose: 'none',
    ...cwd !== undefined && {cwd},
    env: {PATH: SEARCHED, ...env, LC_ALL: 'C.UTF-8'},
    ...signal && !ownGroup && {cancelSignal: signal},
    detached: ownGroup,
    reject: false,
    stripFinalNewline: false,
    all: onLine !== undefined,
    buffer: {stdout: consume === undefined},
  })
  const feeding = feed(child.stdin, options).then(() => undefined, (error: unknown) => {
    child.kill()
    return {error}
  })
  const endRest = ownGroup ? watchGroup(child.pid, signal) : undefined
  // A program that nobody reads any more is ended, and then the reader's own error is the one that matters.
  const reading = consume?.(child.stdout).then(() => undefined, (error: unknown) => {
    child.kill()
    return {error}
  })
  if (onLine) {
    for await (const line of child.iterable({from: 'all'})) onLine(line)
  }

  const {stdout: buffered, stderr, exitCode, failed, isTerminated, code, shortMessage, cause} = await child
  endRest?.()
  const unfed = await feeding
  const stdout = consume ? '' : buffered
  const unread = await reading
  if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  if (unfed) throw unfed.error
  if (unread && (exitCode === 0 || isTerminated)) throw unread.error
  if (failed && exitCode === undefined) throw cannotStart(file, {code, cause, why: shortMessage})
  if (!accept.includes(exitCode ?? -1)) throw failure({file, args, exitCode, output: `${stdout}${stderr}`})
  return {stdout, stderr, exitCode: exitCode ?? -1}
}

/** Hands the input over, and no more than the program wants of it. Throws what reading the input threw. */
async function feed(stdin: Writable, {input, holdInput = false}: RunOptions): Promise<void> {
  // The program may be gone while something is still being written to it; its exit status tells what that means.
  stdin.on('error', () => undefined)
  if (input === undefined) return
  if (typeof input === 'string' || input instanceof Uint8Array) stdin.write(input)
  else {
    for await (const chunk of input) {
      if (stdin.destroyed || stdin.errored) break
      if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => undefined)
    }
  }

  if (!holdInput) stdin.end()
}

/** At the signal ends the group that `pid` leads. Returns what is to be done when the leader has ended: what it left behind ends with it. */
function watchGroup(pid: number | undefined, signal: AbortSignal | undefined): () => void {
  if (pid === undefined) return () => undefined
  let timer: NodeJS.Timeout | undefined
  const kill = (name: NodeJS.Signals): void => {
    // There may be nobody left.
    try { process.kill(-pid, name) } catch { clearTimeout(timer) }
  }
  const end = (): void => {
    kill('SIGTERM')
    timer = setTimeout(() => { kill('SIGKILL') }, POLITE_MS)
  }
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end)
  return () => {
    signal?.removeEventListener('abort', end)
    clearTimeout(timer)
    kill('SIGKILL')
  }
}

function cannotStart(file: string, {code, cause, why}: {code: string | undefined, cause: unknown, why: string | undefined}): BrmcError {
  return code === 'ENOENT'
    ? missingTool(file, cause)
    : new BrmcError('TOOL_FAILED', why ?? `${file} could not be run`, {cause})
}

function failure({file, args, exitCode, output}: {file: string, args: readonly string[], exitCode: number | undefined, output: string}): BrmcError {
  const details = output.trimEnd().split('\n').filter(line => line.trim() !== '').slice(-LINES_THAT_MATTER)
  return new BrmcError('TOOL_FAILED', `${file} ${args[0] ?? ''} failed with status ${exitCode ?? 'none'}`, {details})
}
