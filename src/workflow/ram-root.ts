import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'

import {cpioPieces, pathsWithXattrs} from '../archive/cpio.js'
import {sizeOf as bytesOf, type Piece} from '../archive/piece.js'
import {readPieces} from '../archive/read-pieces.js'
import {writePieces} from '../archive/write-tar.js'
import {BrmcError} from '../errors.js'
import type {BootFile} from '../image/boot-file.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'

/** The base's root as an initramfs; made once for a base and kept beside its rootfs.tar. */
export const BASE_ARCHIVE = 'root.cpio'
/** What a deployment has on top of it: unpacked second, so its files win. */
export const SITE_ARCHIVE = 'site.cpio'

export interface RamRootRequest {
  /** All layers merged. */
  root: RootTree
  base: Layer
  baseFolder: string
  epoch: number
  signal: AbortSignal
}

/**
 * A ram root as files of the boot partition: the base's archive, and a small one with all that the deployment adds or changes. The kernel
 * unpacks them one after the other (Documentation/driver-api/early-userspace/buffer-format.rst). Where something of the base has to go, which
 * no later archive can say, the whole root is one archive. Throws OVERLAY_INVALID for extended attributes: the format has no place for them.
 */
export async function ramArchives({root, base, baseFolder, epoch, signal}: RamRootRequest): Promise<BootFile[]> {
  const below = mergeLayers([base], epoch)
  const site = await siteArchive(root, below)
  return site ? [await baseArchive(below, baseFolder, signal), site] : [await inMemory(BASE_ARCHIVE, root.values())]
}

/** What `root` has on top of `below`, as an archive that is unpacked after it; undefined where that cannot say it. Throws OVERLAY_INVALID. */
export async function siteArchive(root: RootTree, below: RootTree): Promise<BootFile | undefined> {
  refuseXattrs(root)
  const own = [...root.values()].filter(entry => !isSame(below.get(entry.path), entry))
  const linked = new Set([...below.values()].flatMap(({type, path, target = ''}) => type === 'hardlink' ? [path, target] : []))
  const changesWhatIsThere = [...below.values()].some(entry => isInTheWay(entry, root.get(entry.path))) || own.some(({path}) => linked.has(path))
  return changesWhatIsThere ? undefined : inMemory(SITE_ARCHIVE, own)
}

function refuseXattrs(root: RootTree): void {
  const paths = pathsWithXattrs(root.values())
  if (paths.length === 0) return
  throw new BrmcError('OVERLAY_INVALID', 'root: ram cannot hold extended attributes (file capabilities are one)', {
    details: paths.slice(0, 10),
    suggestions: ['use root: ext4', 'or leave the attributes out of the overlay'],
  })
}

/** Gone, or something else now: the kernel unpacks over what is there, into the same inode, and clears no directory away (init/initramfs.c). */
function isInTheWay(below: RootEntry, now: RootEntry | undefined): boolean {
  return now === undefined || below.type === 'directory' && now.type !== 'directory'
}

function isSame(below: RootEntry | undefined, now: RootEntry): boolean {
  return below !== undefined && below.content === now.content
    && (['type', 'mode', 'uid', 'gid', 'mtime', 'size', 'target'] as const).every(key => below[key] === now[key])
    && below.device?.major === now.device?.major && below.device?.minor === now.device?.minor
}

/** What is there is taken if it has the size it must have: one that was cut short is made again. */
async function baseArchive(below: RootTree, baseFolder: string, signal: AbortSignal): Promise<BootFile> {
  const file = join(baseFolder, BASE_ARCHIVE)
  const pieces = piecesOf(below.values())
  const size = pieces.reduce((sum, piece) => sum + bytesOf(piece), 0)
  if (await sizeOf(file) !== size) {
    await writePieces(file, pieces, signal)
  }

  return {path: BASE_ARCHIVE, size, content: {file, offset: 0}}
}

async function inMemory(path: string, entries: Iterable<RootEntry>): Promise<BootFile> {
  const content = await buffer(Readable.from(readPieces(piecesOf(entries))))
  return {path, size: content.length, content}
}

/**
 * Not compressed: every zlib makes bytes of its own, and the same inputs shall make the same card whatever Node runs here. It also boots
 * faster in the emulator, and what is released is compressed as a whole.
 */
function piecesOf(entries: Iterable<RootEntry>): Piece[] {
  return [...cpioPieces(Array.from(entries).filter(({path}) => path !== ''))]
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(({size}) => size, (error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
}
