import {join, resolve} from 'node:path'

import {builderTag} from '../../container/builder-image.js'
import type {Programs} from '../../container/workshop.js'
import {NO_CONTAINER, recipeOf, type BaseWish, type OpeningOptions} from './base-options.js'
import {buildrootBaseKey, ingredientsOf, type Ingredients} from './key.js'
import {readBaseTree, type BaseTreeFile} from './read-base-tree.js'
import {readBuildrootIdentity, readFolderIdentities, type BuildrootIdentity} from './read-folder-identity.js'

/** All that a base is made of, and its name. */
export interface Prepared {
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
export async function readPrepared(options: OpeningOptions): Promise<Prepared> {
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
