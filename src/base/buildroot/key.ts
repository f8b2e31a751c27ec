import type {BoardName} from '../../boards/boards.js'
import type {Pins} from '../../boards/pins.js'
import {bundleKey} from '../key.js'
import type {BaseTreeFile} from './read-base-tree.js'
import type {BuildrootIdentity} from './read-folder-identity.js'

/** Raised when the same ingredients would make another bundle. */
const FORMAT = 1

/** All that goes into a base from Buildroot. */
export interface BaseInputs {
  board: BoardName
  pins: Pins
  /** Absent: the pinned release. */
  checkout?: BuildrootIdentity
  tree: readonly BaseTreeFile[]
  toolchain: string
  /** Package → identity of its folder. */
  overrides: Readonly<Record<string, string>>
  /** Tag of the builder image; `none` for this machine's own tools. */
  builder: string
  /** SOURCE_DATE_EPOCH. */
  epoch: number
}

export type Ingredients = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>

/** By name, so that two bases can be compared in words. */
export function ingredientsOf({board, pins, checkout, tree, toolchain, overrides, builder, epoch}: BaseInputs): Ingredients {
  return {
    format: FORMAT,
    provider: 'buildroot',
    board,
    buildroot: buildrootName(pins, checkout),
    tree: Object.fromEntries(tree.map(({path, sha256, executable}) => [path, `${sha256}${executable ? ' x' : ''}`])),
    toolchain,
    overrides: Object.fromEntries(Object.entries(overrides).sort(([a], [b]) => a < b ? -1 : 1)),
    builder,
    epoch,
  }
}

export const buildrootBaseKey = (ingredients: Ingredients): string => bundleKey(ingredients)

/** A clean checkout of the pinned release is that release. */
function buildrootName({buildroot}: Pins, checkout?: BuildrootIdentity): string {
  if (!checkout || (checkout.commit !== undefined && checkout.commit === buildroot.commit)) return buildroot.version
  return [checkout.version, checkout.commit ?? checkout.folder ?? ''].join(' ')
}
