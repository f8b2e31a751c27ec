import {execa} from 'execa'

import {BrmcError} from '../errors.js'
import {missingTool} from './missing-tool.js'

export interface RunOptions {
  cwd?: string
  /** Added to the environment; undefined removes a variable. */
  env?: Record<string, string | undefined>
  input?: string | Uint8Array
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

/** Runs a program with its arguments as a list (never a shell string) and waits for it. Throws BrmcError. */
export const run: Run = async (file, args, {cwd, env, input, onLine, consume, signal, accept = [0]} = {}) => {
  const child = execa(file, args, {
    ...cwd !== undefined && {cwd},
    env: {...env, LC_ALL: 'C.UTF-8'},
    ...input !== undefined && {input},
    ...signal && {cancelSignal: signal},
    reject: false,
    stripFinalNewline: false,
    all: onLine !== undefined,
    buffer: {stdout: consume === undefined},
  })
  // A program that nobody reads any more is ended, and then the reader's own error is the one that matters.
  const reading = consume?.(child.stdout).then(() => undefined, (error: unknown) => {
    child.kill()
    return {error}
  })
  if (onLine) {
    for await (const line of child.iterable({from: 'all'})) onLine(line)
  }

  const {stdout: buffered, stderr, exitCode, failed, isTerminated, code, shortMessage, cause} = await child
  const stdout = consume ? '' : buffered
  const unread = await reading
  if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  if (unread && (exitCode === 0 || isTerminated)) throw unread.error
  if (failed && exitCode === undefined) throw cannotStart(file, {code, cause, why: shortMessage})
  if (!accept.includes(exitCode ?? -1)) throw failure({file, args, exitCode, output: `${stdout}${stderr}`})
  return {stdout, stderr, exitCode: exitCode ?? -1}
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
