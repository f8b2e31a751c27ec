import {join} from 'node:path'

import {encodeCpio} from '../../archive/cpio.js'
import {boards} from '../../boards/boards.js'
import {sha256} from '../../files/sha256.js'
import type {Run} from '../../process/run.js'
import type {Bundle} from '../bundle.js'
import {bundleKey} from '../key.js'
import {readBundle, writeBundle, type BundleParts} from '../write-bundle.js'
import {fetchLock, findMirror, writeAptFolder} from './fetch-lock.js'
import {fetchPackages} from './fetch-packages.js'
import {firmwarePartition, INITRAMFS_FILE, KERNEL_FILE} from './firmware-partition.js'
import {initramfsEntries} from './initramfs.js'
import {findKernel, hasModule, type Kernel} from './kernel.js'
import {lockedPackages, type Lock, type LockedPackage} from './lock.js'
import {contentOf} from './package-tree.js'
import {readLock, writeLock} from './write-lock.js'
import {readModules} from './read-modules.js'
import {readPackages} from './read-package.js'
import {refuseWithoutDrivers} from './refusals.js'
import {BUSYBOX, rootEntries} from './root.js'
import {skeletonEntries} from './skeleton.js'
import {rootModules, type ModuleSet} from './wanted-modules.js'
import {packagesWanted, type BaseWish} from './wanted-packages.js'

/** Raised when the code makes other bytes from the same tables: a base made before is then not taken for one made now. */
const BASE_FORMAT = 3

/** What is being done, and how much of how much of it is done; bytes for packages, else steps. */
export interface BaseProgress {
  step: 'index' | 'packages' | 'unpack' | 'modules' | 'write'
  done: number
  total: number
}

export interface DebianBaseOptions {
  deployment: BaseWish
  /** Holds the lock. */
  projectFolder: string
  /** build/ of the project: packages/, bases/ and apt's own folder below it. Absolute. */
  cacheFolder: string
  run: Run
  /** The text of board/common/initramfs/init. */
  initScript: string
  /** Seconds since 1970 in place of the date of the suite (SOURCE_DATE_EPOCH). */
  epochOverride?: number | undefined
  onProgress?: ((progress: BaseProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface DebianBase {
  bundle: Bundle
  folder: string
  /** True if it was there already. */
  cached: boolean
  /** What this base lacks on this board, in words; known only when it is made. */
  warnings: readonly string[]
}

/**
 * The base bundle of Debian's packages for `deployment`: taken from the cache when nothing changed, else made. Writes the lock if there is none.
 * Throws BrmcError PACKAGE_LOCK_STALE, PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, BASE_UNSUPPORTED, DISK_FULL, TOOL_MISSING, INTERRUPTED.
 */
export async function makeDebianBase(options: DebianBaseOptions): Promise<DebianBase> {
  const {deployment, cacheFolder, initScript} = options
  const lock = await takeLock(options)
  const packages = lockedPackages(lock, deployment.debian, packagesWanted(deployment).map(wanted => wanted.package))
  const sourceDateEpoch = options.epochOverride ?? lock.date
  const key = debianKey({deployment, packages, sourceDateEpoch, initScript})
  const folder = join(cacheFolder, 'bases', key)
  const bundle = await readBundle(folder)
  if (bundle?.key === key) return {bundle, folder, cached: true, warnings: []}

  const {parts, warnings} = await assemble(options, packages, {key, sourceDateEpoch})
  options.onProgress?.({step: 'write', done: 0, total: 1})
  const written = await writeBundle(folder, parts, options.signal)
  options.onProgress?.({step: 'write', done: 1, total: 1})
  return {bundle: written, folder, cached: false, warnings}
}

/** The project's lock, or a new one of what the mirror has now. */
async function takeLock({deployment: {debian}, projectFolder, cacheFolder, run, onProgress, signal}: DebianBaseOptions): Promise<Lock> {
  const there = await readLock(projectFolder)
  if (there) return there
  onProgress?.({step: 'index', done: 0, total: 1})
  const source = {mirror: await findMirror(debian, run), suite: debian.suite, components: debian.components, dated: debian.mirror !== undefined}
  const lock = await fetchLock(source, {folder: join(cacheFolder, 'apt'), run, signal})
  await writeLock(projectFolder, lock)
  onProgress?.({step: 'index', done: 1, total: 1})
  return lock
}

/** The name of the base: all that goes into it, and the tables that say what. */
function debianKey({deployment, packages, sourceDateEpoch, initScript}: {
  deployment: BaseWish, packages: readonly LockedPackage[], sourceDateEpoch: number, initScript: string,
}): string {
  const board = boards[deployment.board]
  return bundleKey({
    format: BASE_FORMAT,
    provider: 'debian',
    board: {name: board.name, firmware: board.firmware, deviceTrees: board.deviceTrees, radioFirmware: board.radioFirmware},
    packages: packages.map(({name, version, sha256}) => ({name, version, sha256})),
    files: packagesWanted(deployment).flatMap(({files}) => files),
    modules: rootModules(moduleSet(deployment)).map(({name}) => name),
    skeleton: sha256(JSON.stringify(skeletonEntries())),
    initScript: sha256(initScript),
    sourceDateEpoch,
  })
}

async function assemble(
  options: DebianBaseOptions, packages: readonly LockedPackage[], {key, sourceDateEpoch}: {key: string, sourceDateEpoch: number},
): Promise<{parts: BundleParts, warnings: string[]}> {
  const {deployment, run, signal, initScript, onProgress} = options
  const paths = await fetchAll(options, packages)
  onProgress?.({step: 'unpack', done: 0, total: 1})
  const tree = await readPackages(paths, {run, signal})
  onProgress?.({step: 'modules', done: 0, total: 1})
  const kernel = findKernel(tree)
  refuseWithoutDrivers(deployment.board, kernel)
  const wanted = rootModules(moduleSet(deployment))
  const modules = await readModules(tree, kernel, wanted.map(({name}) => name), {run, signal})
  const files = packagesWanted(deployment).flatMap(pack => pack.files)
  const root = rootEntries({tree, kernel, modules, files, board: deployment.board, sourceDateEpoch})
  const sets: ModuleSet[] = moduleSet(deployment) === 'virt' ? ['virt'] : ['virt', 'raspberrypi']
  const initramfs = encodeCpio(initramfsEntries({busybox: contentOf(tree, BUSYBOX), kernel, modules, initScript, sets}))
  return {
    parts: {
      bundle: {
        version: 1, key, provider: 'debian', board: deployment.board, kernelRelease: kernel.release,
        kernel: KERNEL_FILE, initramfs: INITRAMFS_FILE, sourceDateEpoch,
        packages: packages.map(({name, version}) => ({name, version})),
      },
      entries: root.entries,
      boot: new Map([
        ...firmwarePartition(tree, kernel, deployment.board),
        [KERNEL_FILE, contentOf(tree, kernel.image)],
        [INITRAMFS_FILE, initramfs],
      ]),
    },
    warnings: [...root.warnings, ...missingModules(kernel, wanted)],
  }
}

async function fetchAll(options: DebianBaseOptions, packages: readonly LockedPackage[]): Promise<string[]> {
  const {deployment: {debian}, cacheFolder, run, onProgress, signal} = options
  const found = await fetchPackages(packages, {
    mirror: () => findMirror(debian, run),
    folder: join(cacheFolder, 'packages'),
    settings: await writeAptFolder(join(cacheFolder, 'apt')),
    run, signal,
    onProgress: (done, total) => onProgress?.({step: 'packages', done, total}),
  })
  return packages.map(({name}) => found.get(name) ?? '')
}

function missingModules(kernel: Kernel, wanted: ReturnType<typeof rootModules>): string[] {
  const missing = wanted.filter(({name, optional}) => !optional && !hasModule(kernel, name))
  return missing.map(({name, reason}) => `kernel ${kernel.release} has no module ${name} (${reason})`)
}

function moduleSet({board}: BaseWish): ModuleSet {
  return board === 'virt' ? 'virt' : 'raspberrypi'
}
