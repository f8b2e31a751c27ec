import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {decodeCpio} from '../archive/decode-cpio.js'
import {BrmcError} from '../errors.js'
import type {RootEntry} from '../overlay/entry.js'
import {withDeviceTable} from '../overlay/device-nodes.js'
import {parseDeviceTable} from '../overlay/device-table.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {didYouMean} from '../spec/suggest.js'
import {DEVICE_TABLE} from './overlay-places.js'
import {ownFiles} from './plan-card.js'
import {BASE_ARCHIVE, LAYERS_ARCHIVE, layersArchive, SITE_ARCHIVE, siteArchive} from './ram-root.js'

export interface RamLayers {
  base: Layer
  /** What its deployment has on top of it and shares with others. */
  shared: Layer
  /** What is the deployment's own. */
  own: Layer
}

/** The archives of an image whose root is in memory. Throws BrmcError IMAGE_INVALID. */
export async function readRamLayers(readBootFile: (path: string) => Promise<Buffer | undefined>): Promise<RamLayers> {
  const layer = async (name: string): Promise<Layer> => {
    const archive = await readBootFile(name)
    if (!archive) {
      throw new BrmcError('IMAGE_INVALID', `the image has no ${name}: its root in memory is one archive, of which base and deployment cannot be told apart`, {suggestions: ['make it anew: brmc image']})
    }

    return {name, kind: 'archive', entries: decodeCpio(archive)}
  }
  return {base: await layer(BASE_ARCHIVE), shared: await layer(LAYERS_ARCHIVE), own: await layer(SITE_ARCHIVE)}
}

export interface RamSiteRequest {
  base: Layer
  /** Over the base, the lowest first. */
  layers: readonly Layer[]
  /** Those whose files are the deployment's own where their bodies are in memory. */
  own: readonly Layer[]
  epoch: number
  /** Of a project whose device table counts. */
  folder?: string
  scratch: string
  signal: AbortSignal
}

/** The archives that lay `layers` over the base, as files of the boot partition. Throws BrmcError OVERLAY_INVALID. */
export async function ramSite({base, layers, own, epoch, folder, scratch, signal}: RamSiteRequest): Promise<RootEntry[]> {
  const merged = mergeLayers([base, ...layers], epoch, {nearest: didYouMean})
  const root = folder === undefined ? merged
    : withDeviceTable(merged, parseDeviceTable(await readFile(join(folder, DEVICE_TABLE), 'utf8'), DEVICE_TABLE), {file: DEVICE_TABLE, epoch})
  const bodies = new Set(own.flatMap(({entries}) => entries.flatMap(({content}) => Buffer.isBuffer(content) ? [content] : [])))
  const files = ownFiles(root).filter(({content}) => Buffer.isBuffer(content) && bodies.has(content))
  const archive = await layersArchive(root, mergeLayers([base], epoch), {ownPaths: new Set(files.map(({path}) => path)), scratch, signal})
  if (!archive) {
    throw new BrmcError('OVERLAY_INVALID', 'something of the base would be taken away, which an image with its root in memory cannot say once it is made', {
      suggestions: ['make it anew with the overlay in brmc.yaml: brmc image', 'or use root: ext4'],
    })
  }

  return [archive, siteArchive(files)].map(({path, size, content}) => ({path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch, size, content}))
}
