import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'

import {cpioPieces, pathsWithXattrs} from '../archive/cpio.js'
import {sizeOf as bytesOf, type Piece} from '../archive/piece.js'
import {readPieces} from '../archive/read-pieces.js'
import {writePieces} from '../archive/write-tar.js'
import {BrmcError} from '../errors.js'
import {isMissing} from '../files/system-error.js'
import type {BootFile} from '../image/boot-file.js'
import type {RootEntry, RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'

/** The base's root as an initramfs; made once for a base and kept beside its rootfs.tar. */
export const BASE_ARCHIVE = 'root.cpio'
/** What layers that all deployments of a kind share put on top of it. */
export const LAYERS_ARCHIVE = 'layers.cpio'
/** What one deployment has of its own. */
export const SITE_ARCHIVE = 'site.cpio'
/** Larger archives are put on the disk, not into memory. */
const IN_MEMORY = 4 * 1024 * 1024

export interface RamRootRequest {
  /** All layers merged. */
  root: RootTree
  base: Layer
  baseFolder: string
  epoch: number
  /** Paths of files that only this deployment has in this form: they are left to its siteArchive. */
  ownPaths: ReadonlySet<string>
  /** For archives that are too large to be held; it has to stay until the image is written. */
  scratch: string
  signal: AbortSignal
}

/**
 * A ram root as files of the boot partition, unpacked by the kernel one after the other (Documentation/driver-api/early-userspace/buffer-format.rst):
 * the base's archive and one with what layers add or change; what is a deployment's own comes behind them, as its siteArchive. Where something of
 * the base has to go, which no later archive can say, these two are one. Throws OVERLAY_INVALID for extended attributes: the format has no place for them.
 */
export async function ramArchives({root, base, baseFolder, epoch, ownPaths, scratch, signal}: RamRootRequest): Promise<BootFile[]> {
  const below = mergeLayers([base], epoch)
  const layers = await layersArchive(root, below, {ownPaths, scratch, signal})
  if (layers) return [await baseArchive(below, baseFolder, signal), layers]
  return [await archive(BASE_ARCHIVE, [...root.values()].filter(({path}) => !ownPaths.has(path)), {scratch, signal})]
}

/** What `root` has on top of `below` but for its own files, to be unpacked after it; undefined where no archive can say it. Throws OVERLAY_INVALID. */
export async function layersArchive(root: RootTree, below: RootTree, {ownPaths, ...places}: Pick<RamRootRequest, 'ownPaths' | 'scratch' | 'signal'>): Promise<BootFile | undefined> {
  refuseXattrs(root)
  const added = [...root.values()].filter(entry => !isSame(below.get(entry.path), entry))
  const linked = new Set([...below.values()].flatMap(({type, path, target = ''}) => type === 'hardlink' ? [path, target] : []))
  const changesWhatIsThere = [...below.values()].some(entry => isInTheWay(entry, root.get(entry.path))) || added.some(({path}) => linked.has(path))
  return changesWhatIsThere ? undefined : archive(LAYERS_ARCHIVE, added.filter(({path}) => !ownPaths.has(path)), places)
}

/** The archive of a deployment's own files, whose bodies are in memory. */
export function siteArchive(files: readonly RootEntry[]): BootFile {
  const content = Buffer.concat(piecesOf(files).map(piece => {
    if (Buffer.isBuffer(piece)) return piece
    throw new BrmcError('INTERNAL', `${piece.file} is not in memory`)
  }))
  return {path: SITE_ARCHIVE, size: content.length, content, varies: true}
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
  const size = totalOf(pieces)
  if (await sizeOf(file) !== size) {
    await writePieces(file, pieces, signal)
  }

  return {path: BASE_ARCHIVE, size, content: {file, offset: 0}}
}

async function archive(path: string, entries: readonly RootEntry[], {scratch, signal}: {scratch: string, signal: AbortSignal}): Promise<BootFile> {
  const pieces = piecesOf(entries)
  const size = totalOf(pieces)
  if (size <= IN_MEMORY) return {path, size, content: await buffer(Readable.from(readPieces(pieces)))}
  const file = join(scratch, path)
  await writePieces(file, pieces, signal)
  return {path, size, content: {file, offset: 0}}
}

/**
 * Not compressed: every zlib makes bytes of its own, and the same inputs shall make the same card whatever Node runs here. It also boots
 * faster in the emulator, and what is released is compressed as a whole.
 */
function piecesOf(entries: Iterable<RootEntry>): Piece[] {
  return [...cpioPieces(Array.from(entries).filter(({path}) => path !== ''))]
}

const totalOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, piece) => sum + bytesOf(piece), 0)

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(({size}) => size, (error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}
