import {join, resolve} from 'node:path'

import {BrmcError} from '../../errors.js'
import type {Bundle} from '../bundle.js'
import {misfit} from '../transport/misfit.js'
import {importBundle} from '../transport/write-import.js'
import {readBundle} from '../write-bundle.js'
import {askedOfDefconfig, textOf} from './asked-files.js'
import {builderText, type BuildrootBaseOptions} from './base-options.js'
import {describeBase} from './describe-base.js'
import {readPrepared, type Prepared} from './read-prepared.js'
import {runBuild} from './run-build.js'
import {runBuildrootContract, runSourceContracts} from './run-contract.js'
import {sharedCacheOf} from './shared-cache.js'
import {writeCollected} from './write-collected.js'
import {writeWorkshop} from './write-workshop.js'

export interface BuildrootBase {
  bundle: Bundle
  folder: string
  /** True if it was there already. */
  cached: boolean
}

/**
 * The base bundle that Buildroot makes of the project's tree: taken from the cache when nothing that goes into it changed, else built.
 * Throws BrmcError ENGINE_UNAVAILABLE, CONTRACT_BROKEN, BUILD_FAILED, PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, DISK_FULL, USAGE, INTERRUPTED.
 */
export async function makeBuildrootBase(options: BuildrootBaseOptions): Promise<BuildrootBase> {
  const prepared = await readPrepared(options)
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

async function build(options: BuildrootBaseOptions, prepared: Prepared, folder: string): Promise<Bundle> {
  const {wish: {board, buildroot}, watch, environment} = options
  const cache = buildroot.ccache === false ? undefined : sharedCacheOf(buildroot.sharedCache, environment)
  const workshop = await writeWorkshop(options, prepared)
  const path = `configs/brmc_${board}_defconfig`
  const contract = {answerScript: builderText(options, 'kconfig-answer.py'), tree: prepared.tree}
  const configured = await runBuild({
    workshop,
    epoch: prepared.epoch,
    defconfig: textOf(prepared.tree, path),
    jobs: buildroot.jobs ?? options.jobs,
    ccache: buildroot.ccache !== false,
    ...cache && {sharedCache: {cache, script: builderText(options, 'shared-cache.py')}},
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
  return writeCollected(configured.output, folder, await describeBase(options, prepared, configured))
}
