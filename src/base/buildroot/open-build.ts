import {sha256} from '../../files/sha256.js'
import type {Workshop} from '../../container/workshop.js'
import {builderText, type OpeningOptions} from './base-options.js'
import type {BaseTreeFile} from './read-base-tree.js'
import {readPrepared} from './read-prepared.js'
import {settingsOf} from './run-build.js'
import {writeWorkshop} from './write-workshop.js'

/** A build's workshop with all that goes into the build, for who wants to ask or change its configuration. */
export interface OpenBuild {
  workshop: Workshop
  tree: readonly BaseTreeFile[]
  /** SOURCE_DATE_EPOCH. */
  epoch: number
  /** Lines that brmc puts in place of the defconfig's own. */
  settings: readonly string[]
  /** Changes with whatever may change the sources that the build unpacks. */
  ground: string
}

/** Makes the workshop ready in which the base would be built, and builds nothing. Throws what makeBuildrootBase throws before it builds. */
export async function openBuild(options: OpeningOptions): Promise<OpenBuild> {
  const {wish: {buildroot}} = options
  const prepared = await readPrepared(options)
  const workshop = await writeWorkshop(options, prepared)
  const {tree, epoch, overrides, builder, toolchain, ingredients} = prepared
  const patches = tree.filter(({path}) => path.startsWith('board/common/patches/')).map(file => [file.path, file.sha256])
  return {
    workshop, tree, epoch,
    settings: await settingsOf({
      workshop, jobs: buildroot.jobs ?? options.jobs, ccache: buildroot.ccache !== false, toolchainFacts: builderText(options, 'toolchain-facts.sh'),
    }, Object.keys(overrides).length > 0),
    ground: sha256(JSON.stringify([ingredients['buildroot'], builder, toolchain, ingredients['overrides'], patches])),
  }
}
