import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'

export const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

export interface CommandOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
  /** The package to run, in place of this checkout. */
  packageRoot?: string
  uid?: number
  gid?: number
  /** Sees standard error as far as it has come, and may send a signal. */
  onOutput?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs the built command as a user's shell would, and waits for its end. */
export async function brmc(args: readonly string[], {cwd, env = {}, packageRoot = PACKAGE_ROOT, uid, gid, onOutput}: CommandOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${packageRoot}/bin/run.js`, ...args], {
      cwd,
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
      ...uid !== undefined && {uid},
      ...gid !== undefined && {gid},
    })
    const output = {stdout: '', stderr: ''}
    let signalled = false
    child.stdout.on('data', (chunk: Buffer) => { output.stdout += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString()
      onOutput?.(output.stderr, signal => {
        // One Ctrl-C is one signal, however many lines follow.
        if (!signalled) signalled = child.kill(signal)
      })
    })
    child.on('error', reject)
    child.on('close', status => { resolve({status, ...output}) })
  })
}

/** The one object that --json prints; fails where standard output holds anything else. */
export function jsonOf({stdout}: Ended): unknown {
  return JSON.parse(stdout)
}
