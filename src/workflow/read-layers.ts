import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {packingOf} from '../overlay/archive-name.js'
import {withDeviceTable} from '../overlay/device-nodes.js'
import {parseDeviceTable} from '../overlay/device-table.js'
import type {RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {readFolderLayer} from '../overlay/read-folder-layer.js'
import {readTarLayer} from '../overlay/read-tar-layer.js'
import type {Run} from '../process/run.js'
import {DEVICE_TABLE, overlayPlaces} from './overlay-places.js'
import type {ChosenDeployment} from './open-project.js'

export interface LayersRequest extends Pick<ChosenDeployment, 'deployment'> {
  /** Absolute path of the project. */
  folder: string
  /** The bottom: the base's root. */
  base: Layer
  /** Seconds since 1970. */
  epoch: number
  /** An existing folder for unpacked archives; bodies are read from there until the image is written. */
  scratch: string
  run: Run
  signal: AbortSignal
}

/** All layers of a deployment's root, the base first: docs/architecture.md, "Layers of a root file system". Bodies stay on disk. */
export async function readLayers({folder, deployment, base, epoch, scratch, run, signal}: LayersRequest): Promise<Layer[]> {
  const layers = await Promise.all(overlayPlaces(deployment).map(async path => {
    const place = join(folder, path)
    return packingOf(path) === undefined ? readFolderLayer(place, epoch) : readTarLayer(place, {scratch, run, signal})
  }))
  return [base, ...layers]
}

/** The root that `layers` and the tree's device table come to. */
export async function readRoot(layers: readonly Layer[], {folder, epoch}: Pick<LayersRequest, 'folder' | 'epoch'>): Promise<RootTree> {
  const table = parseDeviceTable(await readFile(join(folder, DEVICE_TABLE), 'utf8'), DEVICE_TABLE)
  return withDeviceTable(mergeLayers(layers, epoch), table, {file: DEVICE_TABLE, epoch})
}
