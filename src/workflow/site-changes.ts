import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import type {PartsChanges} from '../customize/parts-changes.js'
import {BrmcError} from '../errors.js'
import type {ImageManifest} from '../image/manifest.js'
import {withDeviceTable} from '../overlay/device-nodes.js'
import {parseDeviceTable} from '../overlay/device-table.js'
import type {RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {resolveFolder, resolveParents} from '../overlay/resolve-path.js'
import type {TreeOnDemand} from '../overlay/tree-on-demand.js'
import {didYouMean} from '../spec/suggest.js'
import {DEVICE_TABLE} from './overlay-places.js'

type Laid = NonNullable<ImageManifest['laid']>

/** Takes away all that the image's own deployment added to its base. */
export function takenAway({added}: Laid): Layer {
  const owned = {mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0}
  return {name: 'the deployment in the image', kind: 'archive', entries: added.map(path => ({...owned, path: path.replace(/[^/]*$/, '.wh.$&'), type: 'file'}))}
}

/** The layers and the project's device table over an image's root. Throws BrmcError OVERLAY_INVALID. */
export async function mergeSite(layers: readonly Layer[], {folder, epoch, below}: {folder: string, epoch: number, below: TreeOnDemand}): Promise<RootTree> {
  const rows = parseDeviceTable(await readFile(join(folder, DEVICE_TABLE), 'utf8'), DEVICE_TABLE)
  for (const {path, type} of rows) {
    // What the table speaks of has to be read, for it looks at what was read.
    below.get(resolveParents(below, path))
    if (type === 'r') below.loadBelow(resolveFolder(below, path))
  }

  return withDeviceTable(mergeLayers(layers, epoch, {nearest: didYouMean, below}), rows, {file: DEVICE_TABLE, epoch})
}

/** A file of the base that the image's deployment replaced or took away is in the image no more. */
export function refuseLost({over}: Laid, tree: TreeOnDemand, after: RootTree): void {
  const lost = over.filter(path => {
    const now = after.get(path) ?? tree.get(path)
    const was = tree.before.get(path)
    return was === undefined ? now === undefined : was.type !== 'directory' && was === now
  })
  if (lost.length === 0) return
  throw new BrmcError('IMAGE_INVALID', 'the image has lost files of its base that this deployment needs: the one it was made of had its own in their place', {
    details: lost.slice(0, 10).map(path => `/${path}`), suggestions: ['make it anew: brmc image'],
  })
}

/** The record of the next image, after these changes. */
export function laidAfter({added, over}: Laid, {root}: PartsChanges): Laid {
  const own = new Set(added)
  const there = new Set(root.removed.map(({path}) => path))
  const comes = root.added.map(({path}) => path)
  const stays = added.filter(path => !there.has(path))
  const others = [...root.removed.map(({path}) => path), ...root.altered.map(({after}) => after.path)].filter(path => !own.has(path))
  return {
    added: [...new Set([...stays, ...comes.filter(path => own.has(path) || !there.has(path))])].sort(),
    over: [...new Set([...over, ...others])].sort(),
  }
}
