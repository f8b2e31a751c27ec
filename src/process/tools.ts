import {BrmcError, messageOf} from '../errors.js'
import type {Run} from './run.js'

/** A program of the machine that brmc calls. */
export interface Tool {
  name: string
  /** Arguments that make it tell its version. */
  versionArgs: readonly string[]
  /** Debian's package. */
  package: string
  neededFor: string
  /** Lowest version that is known to work; absent: any. */
  minimum?: string
}

export interface ToolState extends Omit<Tool, 'versionArgs'> {
  state: 'ok' | 'missing' | 'too old' | 'broken'
  version?: string
  problem?: string
}

export const TOOLS: readonly Tool[] = [
  {name: 'apt-get', versionArgs: ['--version'], package: 'apt', neededFor: 'brmc image (base debian)', minimum: '2.0'},
  {name: 'dpkg-deb', versionArgs: ['--version'], package: 'dpkg', neededFor: 'brmc image (base debian)', minimum: '1.20'},
  {name: 'xz', versionArgs: ['--version'], package: 'xz-utils', neededFor: 'brmc image', minimum: '5.2'},
  // Names are put into hashed directories rightly from 1.46 on.
  {name: 'debugfs', versionArgs: ['-V'], package: 'e2fsprogs', neededFor: 'brmc customize', minimum: '1.46'},
  {name: 'sfdisk', versionArgs: ['--version'], package: 'fdisk', neededFor: 'brmc customize', minimum: '2.35'},
  {name: 'mtools', versionArgs: ['--version'], package: 'mtools', neededFor: 'brmc customize (boot files)', minimum: '4.0.23'},
  {name: 'fatlabel', versionArgs: ['--version'], package: 'dosfstools', neededFor: 'brmc customize (boot files)', minimum: '4.1'},
  // -netdev dgram, the wire to a virtual host, came with 7.2.
  {name: 'qemu-system-aarch64', versionArgs: ['--version'], package: 'qemu-system-arm', neededFor: 'brmc test, brmc run', minimum: '7.2'},
]

/** Asks every tool for its version. */
export async function checkTools(run: Run, tools: readonly Tool[] = TOOLS): Promise<ToolState[]> {
  return Promise.all(tools.map(async ({versionArgs, ...tool}) => {
    try {
      const {stdout, stderr} = await run(tool.name, versionArgs)
      const version = /\d+(?:\.\d+)+/.exec(stdout === '' ? stderr : stdout)?.[0]
      if (version === undefined) return {...tool, state: 'broken' as const, problem: 'it does not tell its version'}
      return {...tool, version, state: tool.minimum !== undefined && isOlder(version, tool.minimum) ? 'too old' as const : 'ok' as const}
    } catch (error) {
      const missing = error instanceof BrmcError && error.code === 'TOOL_MISSING'
      return {...tool, state: missing ? 'missing' as const : 'broken' as const, problem: messageOf(error)}
    }
  }))
}

/** Compares dotted versions number by number. */
function isOlder(version: string, minimum: string): boolean {
  const [ours, theirs] = [version, minimum].map(text => text.split('.').map(Number)) as [number[], number[]]
  const at = theirs.findIndex((part, index) => (ours[index] ?? 0) !== part)
  return at !== -1 && (ours[at] ?? 0) < (theirs[at] ?? 0)
}
