import type {RunOptions, RunResult} from '../process/run.js'
import {engineTrouble} from './engine-trouble.js'
import type {EngineName, Programs} from './workshop.js'

export type ContainerEngineName = Exclude<EngineName, 'none'>

/** Variables that lead an engine's program to its daemon, and what those in turn need. */
const LEADING = [
  'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'DOCKER_API_VERSION',
  'CONTAINER_HOST', 'CONTAINER_CONNECTION', 'CONTAINER_SSHKEY', 'CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'HOME', 'PATH',
]

/** docker or podman, as this caller reaches it. */
export interface Engine {
  name: ContainerEngineName
  /** Runs the engine's program. A status not accepted is told in the engine's own terms: BrmcError ENGINE_UNAVAILABLE, DISK_FULL, TOOL_FAILED. */
  call: (args: readonly string[], options?: RunOptions) => Promise<RunResult>
  callInTerminal: (args: readonly string[], signal?: AbortSignal) => Promise<number>
}

/** Docker's way to end with an error of its own, and not of the program in the container. */
export const ENGINE_FAILED = 125

/** Any status; what it means is for the caller to say. */
export const ANY_STATUS: readonly number[] = Array.from({length: 256}, (_, status) => status)

export function engineOf(name: ContainerEngineName, {run, runInTerminal}: Programs, environment: Readonly<Record<string, string | undefined>>): Engine {
  const env = Object.fromEntries(LEADING.map(key => [key, environment[key]]))
  return {
    name,
    call: async (args, {accept = [0], ...options} = {}) => {
      const result = await run(name, args, {...options, env, accept: ANY_STATUS})
      if (accept.includes(result.exitCode)) return result
      throw engineTrouble(name, result, {what: `${name} ${args[0] ?? ''}`})
    },
    callInTerminal: async (args, signal) => runInTerminal(name, args, {env, ...signal && {signal}}),
  }
}
