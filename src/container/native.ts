import {BrmcError} from '../errors.js'
import type {RunOptions} from '../process/run.js'
import {PLAIN_ENVIRONMENT} from './container-arguments.js'
import {judgeStores} from './judge-stores.js'
import {lifelineScript} from './lifeline.js'
import {proxiesOf} from './network.js'
import {allStores, ownPlaces} from './places.js'
import {parseProbe, probeCommand} from './probe.js'
import {usableFolders} from './read-path.js'
import type {Workshop, WorkshopRequest, WorkshopRunOptions} from './workshop.js'
import {makeStoreFolder} from './write-scratch.js'

/** Programs that Buildroot wants of its host before it builds any (its manual, "System requirements"), with Debian's packages. */
const HOST_PROGRAMS: Readonly<Record<string, string>> = {
  'make': 'build-essential', 'gcc': 'build-essential', 'g++': 'build-essential', 'patch': 'patch', 'perl': 'perl', 'python3': 'python3', 'rsync': 'rsync', 'cpio': 'cpio',
  'unzip': 'unzip', 'bzip2': 'bzip2', 'file': 'file', 'bc': 'bc', 'wget': 'wget', 'xz': 'xz-utils', 'flex': 'flex', 'bison': 'bison', 'git': 'git', 'tar': 'tar', 'find': 'findutils',
}

/** This machine's own tools as the workshop. Throws BrmcError ENGINE_UNAVAILABLE (root, or tools missing), DISK_FULL, USAGE. */
export async function openNativeWorkshop(request: WorkshopRequest): Promise<Workshop> {
  const {inputs, stores, user: {uid, gid}, environment, programs, signal} = request
  if (uid === 0) {
    throw new BrmcError('ENGINE_UNAVAILABLE', 'with buildroot.engine none the build would run as root, over this whole machine; some packages refuse that as well', {
      suggestions: ['call brmc as an ordinary user', 'or let a container run the build: buildroot.engine: auto'],
    })
  }

  const places = ownPlaces(inputs, stores)
  if (!places) throw new BrmcError('USAGE', 'with buildroot.engine none the build is kept in folders: there is no engine that has volumes')
  for (const store of allStores(stores)) {
    if ('folder' in store) await makeStoreFolder(store.folder, {uid, gid})
  }

  const path = (await usableFolders(environment['PATH'] ?? '')).join(':')
  const clean = (argv: readonly string[], {network = false, environment: added}: WorkshopRunOptions): string[] => [
    '-i', ...Object.entries({PATH: path, ...PLAIN_ENVIRONMENT, ...network && proxiesOf(environment), ...added}).map(([key, value]) => `${key}=${value}`), ...argv,
  ]
  const run: Workshop['run'] = async (argv, options = {}) => {
    const {input, consume, onLine, accept, signal: own = signal} = options
    const held = typeof input === 'string' || input instanceof Uint8Array || input === undefined
    const script = lifelineScript({group: '-$$', ...input !== undefined && held && {inputBytes: Buffer.byteLength(input)}})
    const guarded = held ? ['/bin/sh', '-c', script, 'brmc', ...argv] : argv
    const rest: RunOptions = {...input !== undefined && {input}, ...consume && {consume}, ...onLine && {onLine}, ...accept && {accept}}
    return programs.run('env', clean(guarded, options), {...rest, holdInput: held, ownGroup: true, signal: own})
  }

  await demandPrograms(run)
  judgeStores(parseProbe((await run(probeCommand(places, '/nonexistent'))).stdout), {engine: 'none', stores, places, user: {uid, gid}})
  return {
    engine: 'none',
    places,
    user: {uid, gid},
    run,
    runInTerminal: async (argv, {environment: added, signal: own = signal} = {}) =>
      programs.runInTerminal('env', clean(argv, {environment: {TERM: environment['TERM'] ?? 'xterm', ...added}}), {signal: own}),
    toHostPaths: line => line,
  }
}

async function demandPrograms(run: Workshop['run']): Promise<void> {
  const {stdout} = await run(['/bin/sh', '-c', 'for name; do command -v "$name" >/dev/null || printf "%s\\n" "$name"; done', 'brmc', ...Object.keys(HOST_PROGRAMS)])
  const missing = stdout.split('\n').filter(name => name !== '')
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(name => HOST_PROGRAMS[name] ?? name))]
  throw new BrmcError('ENGINE_UNAVAILABLE', `with buildroot.engine none this machine builds, and it has no ${missing.join(', ')}`, {
    suggestions: [`on Debian: apt-get install --no-install-recommends ${packages.join(' ')}`, 'or let a container run the build: buildroot.engine: auto'],
  })
}
