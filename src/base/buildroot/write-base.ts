import {copyFile, link, mkdir, stat} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {boards} from '../../boards/boards.js'
import type {Pins} from '../../boards/pins.js'
import {builderTag} from '../../container/builder-image.js'
import {openWorkshop} from '../../container/open-workshop.js'
import type {BuilderRecipe, BuildInputs, BuildStores, Programs, Store, User, Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {sha256} from '../../files/sha256.js'
import type {Web} from '../../process/web.js'
import type {Deployment} from '../../spec/deployment.js'
import type {Bundle} from '../bundle.js'
import {misfit} from '../transport/misfit.js'
import {importBundle} from '../transport/write-import.js'
import {readBundle} from '../write-bundle.js'
import {applyStaging} from './apply-staging.js'
import {askedOfDefconfig, textOf} from './asked-files.js'
import {fetchBuildroot} from './fetch-buildroot.js'
import {buildrootBaseKey, ingredientsOf, type Ingredients} from './key.js'
import {readOutputFile} from './output.js'
import {readBaseTree, type BaseTreeFile} from './read-base-tree.js'
import {readBuildrootIdentity, readFolderIdentities, type BuildrootIdentity} from './read-folder-identity.js'
import {runBuild, type BuildWatch, type Configured} from './run-build.js'
import {holdFinalConfig, holdModules, runBuildrootContract, runSourceContracts} from './run-contract.js'
import {LOCAL_MK, localMk} from './settings.js'
import {writeCollected} from './write-collected.js'

/** What of a deployment decides about its base. */
export type BaseWish = Pick<Deployment, 'board' | 'buildroot' | 'kernel'>

export interface BuildrootBaseOptions {
  wish: BaseWish
  pins: Pins
  /** Holds br2-external/; paths of brmc.yaml are relative to it. Absolute. */
  projectFolder: string
  /** build/ of the project. Absolute. */
  cacheFolder: string
  /** Files of board/builder/, by name. */
  builderFiles: ReadonlyMap<string, Buffer>
  /** Image that the builder image starts from, in place of the Dockerfile's own. */
  builderBase?: string
  /** Programs at once where the file does not say. */
  jobs: number
  user: User
  environment: Readonly<Record<string, string | undefined>>
  programs: Programs
  fetch: Web
  /** Seconds since 1970 in place of the release's own date (SOURCE_DATE_EPOCH). */
  epochOverride?: number | undefined
  watch: Omit<BuildWatch, 'onConfigured' | 'onPatched'> & {onPreparing: (what: string) => void}
  signal: AbortSignal
}

export interface BuildrootBase {
  bundle: Bundle
  folder: string
  /** True if it was there already. */
  cached: boolean
}

const DOCKERFILE = 'Dockerfile'
const NO_CONTAINER = 'none'
const KERNEL_FILE = 'Image'

/**
 * The base bundle that Buildroot makes of the project's tree: taken from the cache when nothing that goes into it changed, else built.
 * Throws BrmcError ENGINE_UNAVAILABLE, CONTRACT_BROKEN, BUILD_FAILED, PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, DISK_FULL, USAGE, INTERRUPTED.
 */
export async function makeBuildrootBase(options: BuildrootBaseOptions): Promise<BuildrootBase> {
  const prepared = await prepare(options)
  const folder = join(options.cacheFolder, 'bases', prepared.key)
  const there = await readBundle(folder)
  if (there?.key === prepared.key) return {bundle: there, folder, cached: true}
  const bundle = options.wish.buildroot.bundle ? await takeFinished(options, prepared) : await build(options, prepared, folder)
  return {bundle, folder, cached: false}
}

/** A base that was built elsewhere. Throws BUNDLE_MISFIT, before the whole of it is fetched, where it is not the one that this project would build. */
async function takeFinished(options: BuildrootBaseOptions, prepared: Prepared): Promise<Bundle> {
  const {wish: {board, buildroot: {bundle: finished}}, projectFolder, cacheFolder, programs: {run}, fetch, signal, watch} = options
  const source = finished?.source ?? ''
  return importBundle({source: source.includes('://') ? source : resolve(projectFolder, source), sha256: finished?.sha256}, {
    folder: join(cacheFolder, 'bases'), run, fetch, signal,
    judge(bundle) {
      const differences = misfit(bundle, {key: prepared.key, provider: 'buildroot', board, ingredients: {...prepared.ingredients}})
      if (differences.length > 0) throw new BrmcError('BUNDLE_MISFIT', `buildroot.bundle: ${source} is not the base that this project asks for`, {
        details: differences,
        suggestions: ['build it here: take buildroot.bundle out of brmc.yaml', 'or take a base that was exported from the same project as it is now: brmc base export'],
      })
    },
    onProgress: ({step, done, total}) => { watch.onPreparing(`finished base, ${step}: ${Math.round(done / 1024 / 1024)}${total === undefined ? '' : ` of ${Math.round(total / 1024 / 1024)}`} MiB`) },
  })
}

interface Prepared {
  key: string
  ingredients: Ingredients
  tree: readonly BaseTreeFile[]
  checkout?: {folder: string, identity: BuildrootIdentity}
  toolchain: string
  overrides: Readonly<Record<string, {folder: string, identity: string}>>
  builder: string
  epoch: number
}

/** What the base would be made of; nothing is written, no engine is asked. */
async function prepare(options: BuildrootBaseOptions): Promise<Prepared> {
  const {wish: {board, buildroot}, pins, projectFolder, programs: {run}} = options
  const at = (path: string): string => resolve(projectFolder, path)
  const [tree, identity, toolchain, overrides] = await Promise.all([
    readBaseTree(join(projectFolder, 'br2-external'), board),
    buildroot.path === undefined ? undefined : readBuildrootIdentity(at(buildroot.path), run),
    toolchainOf(buildroot, {at, run}),
    overridesOf(buildroot, {at, run}),
  ])
  const epoch = options.epochOverride ?? pins.buildroot.epoch
  const builder = buildroot.engine === NO_CONTAINER ? NO_CONTAINER : builderTag(recipeOf(options))
  const ingredients = ingredientsOf({
    board, pins, tree, toolchain, builder, epoch,
    overrides: Object.fromEntries(Object.entries(overrides).map(([name, {identity: id}]) => [name, id])),
    ...identity && {checkout: identity},
  })
  return {
    key: buildrootBaseKey(ingredients), ingredients, tree, toolchain, overrides, builder, epoch,
    ...identity && buildroot.path !== undefined && {checkout: {folder: at(buildroot.path), identity}},
  }
}

interface Places {
  /** A path of brmc.yaml, in full. */
  at: (path: string) => string
  run: Programs['run']
}

async function toolchainOf({toolchain}: BaseWish['buildroot'], {at, run}: Places): Promise<string> {
  if (typeof toolchain === 'string') return toolchain
  const name = 'buildroot.toolchain.external'
  return (await readFolderIdentities({[name]: at(toolchain.external)}, run))[name] ?? ''
}

async function overridesOf({override}: BaseWish['buildroot'], {at, run}: Places): Promise<Prepared['overrides']> {
  const keyOf = (name: string): string => `buildroot.override.${name}`
  const identities = await readFolderIdentities(Object.fromEntries(Object.entries(override).map(([name, path]) => [keyOf(name), at(path)])), run)
  return Object.fromEntries(Object.entries(override).map(([name, path]) => [name, {folder: at(path), identity: identities[keyOf(name)] ?? ''}]))
}

async function build(options: BuildrootBaseOptions, prepared: Prepared, folder: string): Promise<Bundle> {
  const {wish: {board, buildroot}, watch} = options
  const workshop = await workshopFor(options, prepared)
  const path = `configs/brmc_${board}_defconfig`
  const contract = {answerScript: builderText(options, 'kconfig-answer.py'), tree: prepared.tree}
  const configured = await runBuild({
    workshop,
    epoch: prepared.epoch,
    defconfig: textOf(prepared.tree, path),
    jobs: buildroot.jobs ?? options.jobs,
    ccache: buildroot.ccache !== false,
    toolchainFacts: builderText(options, 'toolchain-facts.sh'),
    ground: {buildroot: JSON.stringify(prepared.ingredients['buildroot']), builder: prepared.builder, toolchain: prepared.toolchain},
    tree: Object.fromEntries(prepared.tree.map(file => [file.path, file.sha256])),
    overrides: Object.fromEntries(Object.entries(prepared.overrides).map(([name, {identity}]) => [name, identity])),
    watch: {
      ...watch,
      onConfigured: async current => runBuildrootContract(current, askedOfDefconfig(prepared.tree, path, current.defconfig), contract),
      onPatched: async current => runSourceContracts(current, contract),
    },
  })
  watch.onStep('collect')
  return writeCollected(configured.output, folder, await describe(options, prepared, configured))
}

async function describe({wish: {board, kernel}}: BuildrootBaseOptions, prepared: Prepared, configured: Configured): Promise<Omit<Bundle, 'sizes'>> {
  const {output, printed} = configured
  const built = (folder: string, file: string): Promise<string | undefined> => readOutputFile(output, `build/${basename(folder)}/${file}`)
  const [kernelConfig, release, busyboxConfig] = await Promise.all([
    built(printed.LINUX_DIR, '.config'), built(printed.LINUX_DIR, 'include/config/kernel.release'), built(printed.BUSYBOX_DIR, '.config'),
  ])
  holdFinalConfig('linux', configured, {tree: prepared.tree, config: kernelConfig ?? ''})
  await holdModules(configured, {release: release?.trim() ?? '', config: kernelConfig ?? ''})
  holdFinalConfig('busybox', configured, {tree: prepared.tree, config: busyboxConfig ?? ''})
  return {
    version: 1,
    key: prepared.key,
    provider: 'buildroot',
    board,
    kernelRelease: release?.trim() ?? '',
    kernel: KERNEL_FILE,
    ...kernel !== 'raspberrypi' && {upstreamKernel: kernel.names === 'upstream'},
    sourceDateEpoch: prepared.epoch,
    packages: configured.packages.filter(({host, version}) => !host && version !== '').map(({name, version}) => ({name, version})),
    ingredients: {...prepared.ingredients},
  }
}

async function workshopFor(options: BuildrootBaseOptions, prepared: Prepared): Promise<Workshop> {
  const {wish: {buildroot}, environment, programs, user, signal, watch} = options
  const scratch = join(options.cacheFolder, 'buildroot', options.wish.board)
  await mkdir(scratch, {recursive: true})
  return openWorkshop({
    engine: buildroot.engine,
    inputs: await inputsFor(options, prepared, scratch),
    stores: await storesFor(options, scratch),
    builder: recipeOf(options),
    scratch, user, environment, programs, signal,
  }, watch.onPreparing)
}

async function inputsFor(options: BuildrootBaseOptions, prepared: Prepared, scratch: string): Promise<BuildInputs> {
  const {wish: {buildroot, kernel}, pins, programs: {run}, signal, watch} = options
  const [tree, settings] = [join(scratch, 'tree'), join(scratch, 'settings')]
  await applyStaging(tree, prepared.tree)
  const places = Object.fromEntries(Object.keys(prepared.overrides).map(name => [name, buildroot.engine === NO_CONTAINER ? prepared.overrides[name]?.folder ?? '' : `/brmc/override/${name}`]))
  await applyStaging(settings, [{path: LOCAL_MK, content: localMk(places)}])
  return {
    buildroot: prepared.checkout?.folder ?? await fetchBuildroot(pins, {
      folder: join(options.cacheFolder, 'buildroot'), run, fetch: options.fetch, signal,
      onProgress: (done, total) => { watch.onPreparing(`downloading Buildroot ${pins.buildroot.version}: ${Math.round(done / 1024)} of ${Math.round(total / 1024)} KiB`) },
    }),
    tree,
    settings,
    ...typeof buildroot.toolchain !== 'string' && {toolchain: resolve(options.projectFolder, buildroot.toolchain.external)},
    ...kernel !== 'raspberrypi' && !kernel.source.includes('://') && {kernel: await kernelFolder(resolve(options.projectFolder, kernel.source), {sha: kernel.sha256, options})},
    overrides: Object.fromEntries(Object.entries(prepared.overrides).map(([name, {folder}]) => [name, folder])),
  }
}

/** A folder with the kernel's archive alone: what else lies beside it is nobody's business in the container. */
async function kernelFolder(archive: string, {sha, options}: {sha: string, options: BuildrootBaseOptions}): Promise<string> {
  const folder = join(options.cacheFolder, 'buildroot', 'kernel', sha.slice(0, 12))
  const target = join(folder, basename(archive))
  const source = await stat(archive).catch((error: unknown) => {
    throw new BrmcError('USAGE', `kernel.source: there is no file ${archive}`, {cause: error, suggestions: ['write its path relative to brmc.yaml, or its address']})
  })
  const there = await stat(target).catch(() => undefined)
  if (there?.size === source.size && there.mtimeMs === source.mtimeMs) return folder
  await mkdir(dirname(target), {recursive: true})
  await link(archive, target).catch(() => copyFile(archive, target))
  return folder
}

/** Volumes, unless the file names folders: on a file system of the engine's own case counts and access is quick. Downloads and compiled objects are shared by all projects. */
async function storesFor({wish: {board, buildroot}, projectFolder, cacheFolder}: BuildrootBaseOptions, scratch: string): Promise<BuildStores> {
  const own = buildroot.engine === NO_CONTAINER
  const store = async (path: string | undefined, fallback: {volume: string, folder: string}): Promise<Store> => {
    if (path === undefined && !own) return {volume: fallback.volume}
    const folder = path === undefined ? fallback.folder : resolve(projectFolder, path)
    await mkdir(folder, {recursive: true})
    return {folder}
  }
  const outputOf = sha256(`${projectFolder}\0${board}`).slice(0, 12)
  return {
    output: await store(buildroot.output, {volume: `brmc-output-${boards[board].name}-${outputOf}`, folder: join(scratch, 'output')}),
    downloads: await store(buildroot.downloads, {volume: 'brmc-downloads', folder: join(cacheFolder, 'buildroot', 'downloads')}),
    ccache: await store(typeof buildroot.ccache === 'string' ? buildroot.ccache : undefined, {volume: 'brmc-ccache', folder: join(cacheFolder, 'buildroot', 'ccache')}),
  }
}

function recipeOf({builderFiles, builderBase}: BuildrootBaseOptions): BuilderRecipe {
  return {dockerfile: builderFiles.get(DOCKERFILE)?.toString() ?? '', files: new Map(), ...builderBase !== undefined && {base: builderBase}}
}

function builderText({builderFiles}: BuildrootBaseOptions, name: string): string {
  const content = builderFiles.get(name)
  if (!content) throw new BrmcError('INTERNAL', `board/builder/${name} is not part of this package`)
  return content.toString()
}
