import type {Readable, Writable} from 'node:stream'

import {execa} from 'execa'

import {BrmcError} from '../errors.js'
import {missingTool} from './missing-tool.js'

export interface StartOptions {
  /** piped: the caller talks to the program; terminal: the user does. */
  stdio: 'piped' | 'terminal'
  /** Ends the program: politely, and after a second for good. */
  signal: AbortSignal
}

export interface StartedProgram {
  /** With stdio terminal both streams are absent. */
  stdin?: Writable
  stdout?: Readable
  /** Standard error so far (stdio piped). */
  errorOutput: () => string
  /** Settles, never rejects, when the program has ended: its status, or the error that kept it from starting. */
  ended: Promise<{exitCode?: number, error?: BrmcError}>
}

/** Starts a program that goes on running. Like Run it is an argument, so a test passes a function. */
export type Start = (file: string, args: readonly string[], options: StartOptions) => StartedProgram

/** Ends the program with brmc even where brmc is killed and can end nothing any more (PR_SET_PDEATHSIG, prctl(2)); it becomes the program itself. */
const UNTIL_BRMC_ENDS = ['setpriv', '--pdeathsig', 'KILL', '--'] as const
/** What setpriv(1), as env(1) and shells, ends with where there is no such program. */
const NOT_FOUND = 127

const POLITE_MS = 1000
const ERROR_OUTPUT_LIMIT = 64_000

/** The door to long-running programs: arguments as a list, ended with the signal and with brmc itself. */
export const start: Start = (file, args, {stdio, signal}) => {
  const [guard, ...guardArgs] = UNTIL_BRMC_ENDS
  const child = execa(guard, [...guardArgs, file, ...args], {
    // NODE_DEBUG=execa would print what programs say, and a secret may be among it.
    verbose: 'none',
    stdin: stdio === 'piped' ? 'pipe' : 'inherit',
    stdout: stdio === 'piped' ? 'pipe' : 'inherit',
    stderr: stdio === 'piped' ? 'pipe' : 'inherit',
    buffer: false,
    cancelSignal: signal,
    forceKillAfterDelay: POLITE_MS,
    reject: false,
  })
  let errorOutput = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errorOutput = `${errorOutput}${chunk.toString()}`.slice(-ERROR_OUTPUT_LIMIT)
  })
  // The program may be gone when something is still being typed to it; `ended` tells that.
  child.stdin?.on('error', () => undefined)
  const ended = child.then(({exitCode, code, shortMessage}) => {
    if (exitCode === NOT_FOUND) return {error: missingTool(file)}
    if (exitCode !== undefined) return {exitCode}
    if (code === 'ENOENT') return {error: missingTool(guard)}
    return signal.aborted ? {} : {error: new BrmcError('TOOL_FAILED', shortMessage ?? `${file} ended`)}
  })
  return {
    ...child.stdin && {stdin: child.stdin},
    ...child.stdout && {stdout: child.stdout},
    errorOutput: () => errorOutput,
    ended,
  }
}
