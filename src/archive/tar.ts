import {BrmcError} from '../errors.js'
import {bytesOfName, nameLength} from '../files/name-bytes.js'
import type {RootEntry} from '../overlay/entry.js'
import {encodePax} from './pax.js'
import {pieceOf, sizeOf, type Piece} from './piece.js'
import {encodeTarHeader, TAR_BLOCK, tarPadding, type TarHeader} from './tar-header.js'

const TYPE_FLAGS = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const satisfies Record<RootEntry['type'], string>

/** GNU tar's and libarchive's prefix of an extended attribute's name. */
export const XATTR_KEYWORD = 'SCHILY.xattr.'
const NAME_FIELD = 100
const HARD_LINK_MODE = 0o7777

/**
 * A deterministic tar (pax interchange format) of `entries`: sorted by path, no user names, extended attributes as GNU tar writes
 * them. Of a file's names the first carries the body, whichever of them the tree calls the file.
 * Throws BrmcError OVERLAY_INVALID for a hard link whose target is not among `entries`.
 */
export function* tarPieces(entries: Iterable<RootEntry>): Generator<Piece, void, undefined> {
  const sorted = [...entries].sort((a, b) => a.path < b.path ? -1 : Number(a.path > b.path))
  const byPath = new Map(sorted.map(entry => [entry.path, entry]))
  const firstNames = new Map<RootEntry, string>()
  for (const entry of sorted) {
    const owner = entry.type === 'hardlink' ? byPath.get(entry.target ?? '') : entry
    if (!owner || owner.type === 'hardlink') throw new BrmcError('OVERLAY_INVALID', `${entry.path} is a hard link to ${entry.target ?? 'nothing'}, which is not a file of the same archive`)
    const first = firstNames.get(owner)
    firstNames.set(owner, first ?? entry.path)
    const member: RootEntry = first === undefined ? {...owner, path: entry.path} : {...owner, path: entry.path, type: 'hardlink', target: first, size: 0}
    yield* memberPieces(member)
  }

  yield Buffer.alloc(2 * TAR_BLOCK)
}

function* memberPieces(entry: RootEntry): Generator<Piece, void, undefined> {
  const body: Piece = entry.type === 'file' ? pieceOf(entry) : Buffer.alloc(0)
  const name = nameOf(entry)
  const linkname = entry.type === 'hardlink' ? `./${entry.target ?? ''}` : entry.target ?? ''
  const records = encodePax(new Map([
    ...needsPax(name) ? [['path', bytesOfName(name)] as const] : [],
    ...needsPax(linkname) ? [['linkpath', bytesOfName(linkname)] as const] : [],
    ...entry.type === 'hardlink' ? [] : Object.entries(entry.xattrs ?? {}).sort().map(([key, value]) => [`${XATTR_KEYWORD}${key}`, value] as const),
  ]))
  const {uid, gid, mtime} = entry
  const base: TarHeader = {name, linkname, uid, gid, mtime, mode: entry.mode & HARD_LINK_MODE, size: 0, typeflag: TYPE_FLAGS[entry.type], major: 0, minor: 0}
  if (records.length > 0) {
    yield encodeTarHeader({...base, name: './PaxHeaders/extended', linkname: '', mode: 0o644, uid: 0, gid: 0, size: records.length, typeflag: 'x'})
    yield padded(records)
  }

  yield encodeTarHeader({...base, size: sizeOf(body), major: entry.device?.major ?? 0, minor: entry.device?.minor ?? 0})
  yield body
  yield Buffer.alloc(tarPadding(sizeOf(body)))
}

function nameOf({path, type}: RootEntry): string {
  if (path === '') return './'
  return type === 'directory' ? `./${path}/` : `./${path}`
}

function needsPax(name: string): boolean {
  return nameLength(name) > NAME_FIELD
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc(tarPadding(body.length))])
}
