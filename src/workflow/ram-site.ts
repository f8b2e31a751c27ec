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
import {BASE_ARCHIVE, SITE_ARCHIVE, siteArchive} from './ram-root.js'

/** The archives of an image whose root is in memory: the base, and what its deployment has on top of it. Throws BrmcError IMAGE_INVALID. */
export async function readRamLayers(readBootFile: (path: string) => Promise<Buffer | undefined>): Promise<{base: Layer, site: Layer}> {
  const layer = async (name: string): Promise<Layer> => {
    const archive = await readBootFile(name)
    if (!archive) {
      throw new BrmcError('IMAGE_INVALID', `the image has no ${name}: its root in memory is one archive, of which base and deployment cannot be told apart`, {suggestions: ['make it anew: brmc image']})
    }

    return {name, kind: 'archive', entries: decodeCpio(archive)}
  }
  return {base: await layer(BASE_ARCHIVE), site: await layer(SITE_ARCHIVE)}
}

/** The archive that lays `layers` over `base`, as a file of the boot partition; `folder` is that of a project whose device table counts. Throws BrmcError OVERLAY_INVALID. */
export async function ramSite(base: Layer, layers: readonly Layer[], {epoch, folder}: {epoch: number, folder?: string}): Promise<RootEntry> {
  const merged = mergeLayers([base, ...layers], epoch, {nearest: didYouMean})
  const root = folder === undefined ? merged
    : withDeviceTable(merged, parseDeviceTable(await readFile(join(folder, DEVICE_TABLE), 'utf8'), DEVICE_TABLE), {file: DEVICE_TABLE, epoch})
  const archive = await siteArchive(root, mergeLayers([base], epoch))
  if (!archive) {
    throw new BrmcError('OVERLAY_INVALID', 'something of the base would be taken away, which an image with its root in memory cannot say once it is made', {suggestions: ['make it anew with the overlay in brmc.yaml: brmc image', 'or use root: ext4']})
  }

  return {path: archive.path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch, size: archive.size, content: archive.content}
}
