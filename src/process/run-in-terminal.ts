import {execa} from 'execa'

import {BrmcError} from '../errors.js'
import {missingTool} from './missing-tool.js'

interface TerminalOptions {
  /** Added to the environment; undefined removes a variable. */
  env?: Record<string, string | undefined>
  signal?: AbortSignal
}

/** The door to programs that talk to the user. Like Run it is an argument, so a test passes a function. */
export type RunInTerminal = (file: string, args: readonly string[], options?: TerminalOptions) => Promise<number>

/** Lends the user's terminal to a program and waits for it; its exit status. Throws BrmcError. */
export const runInTerminal: RunInTerminal = async (file, args, {env, signal} = {}) => {
  const {exitCode, code, shortMessage, cause} = await execa(file, args, {
    // NODE_DEBUG=execa would print what programs say, and a secret may be among it.
    verbose: 'none',
    ...env && {env},
    ...signal && {cancelSignal: signal},
    stdio: 'inherit',
    reject: false,
  })
  if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
  if (exitCode !== undefined) return exitCode
  throw code === 'ENOENT' ? missingTool(file, cause) : new BrmcError('TOOL_FAILED', shortMessage ?? `${file} could not be run`, {cause})
}
