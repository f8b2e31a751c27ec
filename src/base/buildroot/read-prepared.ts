import {join} from 'node:path'

import {builderTag} from '../../container/builder-image.js'
import {NO_CONTAINER, recipeOf, type OpeningOptions} from './base-options.js'
import {buildrootBaseKey, ingredientsOf, type Ingredients} from './key.js'
import {readBaseTree, type BaseTreeFile} from './read-base-tree.js'
import {readSources, type Sources} from './read-sources.js'

/** All that a base is made of, and its name. */
export interface Prepared extends Sources {
  key: string
  ingredients: Ingredients
  tree: readonly BaseTreeFile[]
  builder: string
  epoch: number
}

/** What the base would be made of; nothing is written, no engine is asked. */
export async function readPrepared(options: OpeningOptions): Promise<Prepared> {
  const {wish: {board, buildroot}, pins, projectFolder, programs: {run}} = options
  const [tree, sources] = await Promise.all([
    readBaseTree(join(projectFolder, 'br2-external'), board),
    options.sources ?? readSources(buildroot, {projectFolder, run}),
  ])
  const {checkout, toolchain, overrides} = sources
  const epoch = options.epochOverride ?? pins.buildroot.epoch
  const builder = buildroot.engine === NO_CONTAINER ? NO_CONTAINER : builderTag(recipeOf(options))
  const ingredients = ingredientsOf({
    board, pins, tree, toolchain, builder, epoch,
    overrides: Object.fromEntries(Object.entries(overrides).map(([name, {identity}]) => [name, identity])),
    ...checkout && {checkout: checkout.identity},
  })
  return {...sources, key: buildrootBaseKey(ingredients), ingredients, tree, builder, epoch}
}
