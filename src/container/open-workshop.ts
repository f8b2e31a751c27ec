import {createHash, randomUUID} from 'node:crypto'

import {BrmcError} from '../errors.js'
import {builderTag, buildImage, hasImage, pruneImages} from './builder-image.js'
import {containerArguments, type ContainerRun} from './container-arguments.js'
import type {Engine} from './engine.js'
import {findEngine} from './find-engine.js'
import {judgeStores, storeName} from './judge-stores.js'
import {removeLeftovers} from './leftovers.js'
import {openNativeWorkshop} from './native.js'
import {networkOf, proxiesOf} from './network.js'
import {allStores, containerPlaces, hostPathsIn, inputPairs, mountsOf, type Mount} from './places.js'
import {parseProbe, probeCommand, type ProbeResult} from './probe.js'
import {namesDigest} from './read-input.js'
import {runContainer, runContainerInTerminal, type Container} from './run-container.js'
import {sendFolder, type Ordinary} from './stand-ins.js'
import {buildUser} from './user.js'
import {giveToUser, makeVolume} from './volumes.js'
import type {Workshop, WorkshopRequest, WorkshopRunOptions} from './workshop.js'
import {makeStoreFolder, withScratchFolder} from './write-scratch.js'

/** What openWorkshop knows as soon as there are an engine and an image. */
interface Site {
  request: WorkshopRequest
  engine: Engine
  ordinary: Ordinary
  nextName: () => string
}

const LABEL_DIGITS = 16
const NONCE_PLACE = '/brmc/nonce'

/**
 * Makes ready where the build runs: finds the engine, makes the builder image where it is missing, ends what a killed run left, gives new volumes to the build's user, sends
 * folders that the engine does not see, and looks at all of it from inside. Throws BrmcError ENGINE_UNAVAILABLE, DISK_FULL, USAGE, INTERRUPTED, in words and before anything is built.
 */
export async function openWorkshop(request: WorkshopRequest, onProgress: (line: string) => void): Promise<Workshop> {
  const {engine: wanted, stores, signal} = request
  if (wanted === 'none') return openNativeWorkshop(request)
  const engine = await findEngine({...request, engine: wanted})
  const user = buildUser(request.user)
  if (request.user.uid === 0) onProgress(`called by root: the build runs as user ${user.uid}, group ${user.gid}`)
  const image = await readyImage(engine, request, onProgress)
  const label = createHash('sha256').update(storeName(stores.output)).digest('hex').slice(0, LABEL_DIGITS)
  if (await removeLeftovers(engine, label, signal) > 0) onProgress('ended what an earlier run had left running')
  let count = 0
  const site: Site = {request, engine, ordinary: {engine: engine.name, image, label, user}, nextName: () => `brmc-${label}-${++count}`}
  const mounts = await readyMounts(site, onProgress)
  return workshopOf(site, mounts)
}

async function readyImage(engine: Engine, {builder, environment, scratch, signal}: WorkshopRequest, onProgress: (line: string) => void): Promise<string> {
  const tag = builderTag(builder)
  if (await hasImage(engine, tag, signal)) return tag
  onProgress(`making the builder image ${tag}`)
  const files = new Map<string, Uint8Array | string>([...builder.files, ['Dockerfile', builder.dockerfile]])
  await withScratchFolder(scratch, files, async context => {
    await buildImage(engine, {tag, context, base: builder.base, network: networkOf(environment), proxies: proxiesOf(environment), signal, onLine: onProgress})
  })
  await pruneImages(engine, tag, signal)
  return tag
}

/** Sees to it that every place of the build is there and as it must be; what the containers then mount. */
async function readyMounts(site: Site, onProgress: (line: string) => void): Promise<Mount[]> {
  const {request: {inputs, stores, signal}, engine, ordinary, nextName} = site
  await Promise.all(allStores(stores).map(async store => 'folder' in store
    ? makeStoreFolder(store.folder, ordinary.user)
    : makeVolume(engine, store.volume, {label: 'brmc.store=1', signal})))
  const {unseen, found} = await lookAround(site)
  const mounts = mountsOf(inputs, stores, await sendAll(unseen, site, onProgress))
  // A new volume is root's.
  const fresh = found?.written.filter(({writable, owner}) => !writable && owner === 0).map(({place}) => place)
  const volumes = mounts.filter(({source, target, readOnly}) => !readOnly && 'volume' in source && (fresh?.includes(target) ?? true))
  if (volumes.length > 0) await giveToUser(engine, {...ordinary, mounts: volumes, name: nextName()}, signal)
  const last = found && unseen.length === 0 && volumes.length === 0 ? found : await ask(site, mounts)
  judgeStores(last, {engine: engine.name, stores, places: containerPlaces(inputs), user: ordinary.user})
  return mounts
}

interface Surroundings {
  /** Input folders that the build's user does not find in a container as they are here: on another machine's engine, or where only their owner may read. */
  unseen: string[]
  /** What the build would meet; absent where no folder of this machine is seen. */
  found?: ProbeResult
}

/** Throws USAGE where the build is to be kept in a folder that the engine does not see. */
async function lookAround(site: Site): Promise<Surroundings> {
  const {inputs, stores, scratch} = site.request
  const pairs = inputPairs(inputs, containerPlaces(inputs))
  const nonce = randomUUID()
  const found = await withScratchFolder(scratch, new Map([['nonce', nonce]]), async folder => {
    const look: Mount = {source: {folder}, target: NONCE_PLACE, readOnly: true}
    // A folder that is not there ends the whole question; then only what is asked of each is an answer.
    return await tryAsk(site, [look, ...mountsOf(inputs, stores)]) ?? await tryAsk(site, [look])
  })
  if (found?.nonce !== nonce) {
    refuseFolders(site)
    return {unseen: pairs.map(({folder}) => folder)}
  }

  const unseen: string[] = []
  for (const {folder, place} of pairs) {
    if (found.read.find(one => one.place === place)?.names !== await namesDigest(folder)) unseen.push(folder)
  }

  return found.written.length > 0 ? {unseen, found} : {unseen}
}

/** Folder → the volume with its copy. */
async function sendAll(folders: readonly string[], site: Site, onProgress: (line: string) => void): Promise<Map<string, string>> {
  const {request: {programs: {run}, signal}, ...rest} = site
  const standIns = new Map<string, string>()
  for (const folder of folders) {
    onProgress(`the engine does not see ${folder}: a copy is sent to it`)
    standIns.set(folder, await sendFolder(folder, {...rest, run, signal}))
  }

  return standIns
}

const NOT_SEEN = /bind source path does not exist|no such file or directory|mounts denied|not shared/

async function tryAsk(site: Site, mounts: readonly Mount[]): Promise<ProbeResult | undefined> {
  try {
    return await ask(site, mounts)
  } catch (error) {
    if (error instanceof BrmcError && error.details.some(line => NOT_SEEN.test(line))) return undefined
    throw error
  }
}

async function ask({request: {inputs, signal}, engine, ordinary, nextName}: Site, mounts: readonly Mount[]): Promise<ProbeResult> {
  const argv = probeCommand(containerPlaces(inputs), NONCE_PLACE)
  const name = nextName()
  const args = containerArguments({...ordinary, name, mounts, standardInput: {kind: 'lifeline'}, argv})
  const {stdout} = await runContainer(engine, {name, argv, args}, {signal, holdInput: true})
  return parseProbe(stdout)
}

function refuseFolders({request: {stores}, engine}: Site): void {
  const folders = allStores(stores).filter(store => 'folder' in store)
  if (folders.length === 0) return
  throw new BrmcError('USAGE', `${engine.name} runs where the folders of this machine are not seen, so the build cannot be kept in ${folders.map(({folder}) => folder).join(', ')}`, {
    suggestions: ['leave buildroot.output, buildroot.downloads and a folder for buildroot.ccache out of brmc.yaml: volumes of the engine are then used', 'or use the engine of this machine: unset DOCKER_HOST'],
  })
}

function workshopOf({request, engine, ordinary, nextName}: Site, mounts: readonly Mount[]): Workshop {
  const container = (argv: readonly string[], options: WorkshopRunOptions, standardInput: ContainerRun['standardInput']): Container => {
    const name = nextName()
    const {network = false, environment} = options
    const outside = network ? {network: networkOf(request.environment)} : {}
    const surroundings = {...network && proxiesOf(request.environment), ...environment}
    return {name, argv, args: containerArguments({...ordinary, name, mounts, ...outside, environment: surroundings, standardInput, argv})}
  }

  return {
    engine: engine.name,
    places: containerPlaces(request.inputs),
    user: ordinary.user,
    run: async (argv, options = {}) => {
      const {input, consume, onLine, accept, signal = request.signal} = options
      const held = typeof input === 'string' || input instanceof Uint8Array || input === undefined
      const standardInput = held ? {kind: 'lifeline', ...input !== undefined && {inputBytes: Buffer.byteLength(input)}} as const : {kind: 'stream'} as const
      return runContainer(engine, container(argv, options, standardInput), {
        holdInput: held, signal, ...input !== undefined && {input}, ...consume && {consume}, ...onLine && {onLine}, ...accept && {accept},
      })
    },
    runInTerminal: async (argv, {environment, signal = request.signal} = {}) => {
      const term = request.environment['TERM'] ?? 'xterm'
      return runContainerInTerminal(engine, container(argv, {environment: {TERM: term, ...environment}}, {kind: 'terminal'}), signal)
    },
    toHostPaths: hostPathsIn(mounts),
  }
}
