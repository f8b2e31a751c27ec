import {copyFile, link, mkdir, rm, stat, utimes} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {boards} from '../../boards/boards.js'
import {openWorkshop} from '../../container/open-workshop.js'
import type {BuildInputs, BuildStores, Store, Workshop} from '../../container/workshop.js'
import {BrmcError} from '../../errors.js'
import {sha256} from '../../files/sha256.js'
import {applyStaging} from './apply-staging.js'
import {NO_CONTAINER, recipeOf, type OpeningOptions} from './base-options.js'
import {fetchBuildroot} from './fetch-buildroot.js'
import type {Prepared} from './read-prepared.js'
import {LOCAL_MK, localMk} from './settings.js'

/** Where the build of this base runs, with all that it reads in place. Throws BrmcError as openWorkshop and fetchBuildroot do. */
export async function writeWorkshop(options: OpeningOptions, prepared: Prepared): Promise<Workshop> {
  const {wish: {buildroot}, environment, programs, user, signal, watch} = options
  const scratch = join(options.cacheFolder, 'buildroot', options.wish.board)
  await mkdir(scratch, {recursive: true})
  return openWorkshop({
    engine: buildroot.engine,
    inputs: await inputsFor(options, prepared, scratch),
    stores: storesFor(options, scratch),
    builder: recipeOf(options),
    scratch, user, environment, programs, signal,
  }, watch.onPreparing)
}

async function inputsFor(options: OpeningOptions, prepared: Prepared, scratch: string): Promise<BuildInputs> {
  const {wish: {buildroot, kernel}, pins, programs: {run}, signal, watch} = options
  const [tree, settings] = [join(scratch, 'tree'), join(scratch, 'settings')]
  await applyStaging(tree, prepared.tree)
  const places = Object.fromEntries(Object.keys(prepared.overrides).map(name => [name, buildroot.engine === NO_CONTAINER ? prepared.overrides[name]?.folder ?? '' : `/brmc/override/${name}`]))
  await applyStaging(settings, [{path: LOCAL_MK, content: localMk(places)}])
  return {
    buildroot: prepared.checkout?.folder ?? await fetchBuildroot(pins.buildroot, {
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
async function kernelFolder(archive: string, {sha, options}: {sha: string, options: OpeningOptions}): Promise<string> {
  const folder = join(options.cacheFolder, 'buildroot', 'kernel', sha.slice(0, 12))
  const target = join(folder, basename(archive))
  const source = await stat(archive).catch((error: unknown) => {
    throw new BrmcError('USAGE', `kernel.source: there is no file ${archive}`, {cause: error, suggestions: ['write its path relative to brmc.yaml, or its address']})
  })
  const there = await stat(target).catch(() => undefined)
  if (there?.size === source.size && Math.trunc(there.mtimeMs) === Math.trunc(source.mtimeMs)) return folder
  await mkdir(dirname(target), {recursive: true})
  await rm(target, {force: true})
  await link(archive, target).catch(async () => {
    await copyFile(archive, target)
    // By which the copy is known as the same the next time.
    await utimes(target, source.atime, source.mtime)
  })
  return folder
}

/** Volumes, unless the file names folders: on a file system of the engine's own case counts and access is quick. Downloads and compiled objects are shared by all projects. */
function storesFor({wish: {board, buildroot}, projectFolder, cacheFolder}: OpeningOptions, scratch: string): BuildStores {
  const own = buildroot.engine === NO_CONTAINER
  const store = (path: string | undefined, fallback: {volume: string, folder: string}): Store => {
    if (path === undefined && !own) return {volume: fallback.volume}
    return {folder: path === undefined ? fallback.folder : resolve(projectFolder, path)}
  }
  const outputOf = sha256(`${projectFolder}\0${board}`).slice(0, 12)
  return {
    output: store(buildroot.output, {volume: `brmc-output-${boards[board].name}-${outputOf}`, folder: join(scratch, 'output')}),
    downloads: store(buildroot.downloads, {volume: 'brmc-downloads', folder: join(cacheFolder, 'buildroot', 'downloads')}),
    ccache: store(typeof buildroot.ccache === 'string' ? buildroot.ccache : undefined, {volume: 'brmc-ccache', folder: join(cacheFolder, 'buildroot', 'ccache')}),
  }
}
