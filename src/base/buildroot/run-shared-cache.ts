import type {Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {OWN_FOLDER} from './output-files.js'
import type {SharedCache} from './shared-cache.js'

export interface SharedCompiling {
  cache: SharedCache
  /** Text of board/builder/shared-cache.py. */
  script: string
}

const SOCKET = `${OWN_FOLDER}/shared-cache`
const LOG = `${OWN_FOLDER}/shared-cache.log`

/**
 * Does `work` in a workshop whose compilers reach the shared cache, and nothing else: a second container, which has the network, leads from a socket in the output to the
 * one server. The build needs none of it: where the server does not answer, `work` is done in the workshop as it is.
 */
export async function withSharedCache<Result>(
  workshop: Workshop, {cache, script}: SharedCompiling, onNote: (line: string) => void, work: (workshop: Workshop) => Promise<Result>,
): Promise<Result> {
  const {output} = workshop.places
  const gate = openGate(workshop, {cache, script}, onNote)
  const isOpen = await gate.opened
  try {
    if (!isOpen) return await work(workshop)
    const command = ['python3', '-c', script, 'build', `${output}/${SOCKET}`, `${output}/${LOG}`, '--']
    const input = JSON.stringify({storage: cache.storage})
    const result = await work({...workshop, run: async (argv, options) => workshop.run([...command, ...argv], {...options, input})})
    onNote(`compiled objects from the shared cache ${cache.name}: ${await countOf(workshop)}`)
    return result
  } finally {
    await gate.close()
  }
}

/** Opens the way to the server. `opened`: whether it answered as it should. */
function openGate(
  {places: {output}, run}: Workshop, {cache: {name, gate}, script}: SharedCompiling, onNote: (line: string) => void,
): {opened: Promise<boolean>, close: () => Promise<void>} {
  const end = new AbortController()
  let tell: (isOpen: boolean) => void
  const opened = new Promise<boolean>(resolve => { tell = resolve })
  const onLine = (line: string): void => {
    const [, state, why = ''] = /^(open|closed|lost)(?: (.*))?$/.exec(line) ?? []
    if (state === 'open') tell(true)
    if (state === 'closed') onNote(`the shared cache ${name} is not used, the build goes on without it: ${why}`)
    if (state === 'lost') onNote(`the shared cache ${name} does not answer any more: ${why}; what it has is compiled here`)
  }
  const running = run(['sh', '-c', 'mkdir -p "$1" && exec python3 -c "$2" gate "$3"', 'sh', `${output}/${OWN_FOLDER}`, script, `${output}/${SOCKET}`], {
    network: true, input: JSON.stringify(gate), onLine, signal: end.signal,
  }).catch((error: unknown) => {
    if (!(error instanceof BrmcError)) throw error
    if (!end.signal.aborted) onNote(`the shared cache ${name} cannot be reached from where the build runs: ${error.message}`)
  }).finally(() => { tell(false) })
  return {
    opened,
    async close() {
      end.abort()
      await running
    },
  }
}

/** ccache writes a line for each thing that happened to each compilation. */
async function countOf({places: {output}, run}: Workshop): Promise<string> {
  const {stdout} = await run(['sh', '-c', 'for what in remote_storage_hit remote_storage_miss remote_storage_error remote_storage_timeout; do grep -cx "$what" "$1"; done; true', 'sh', `${output}/${LOG}`])
  const [hits = 0, misses = 0, errors = 0, timeouts = 0] = stdout.split('\n').map(Number)
  const failed = errors + timeouts
  return `${hits} of ${hits + misses} that this machine did not have${failed > 0 ? `; ${failed} times it did not answer` : ''}`
}
