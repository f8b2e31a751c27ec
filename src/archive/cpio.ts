import {BrmcError} from '../errors.js'
import {bytesOfName} from '../files/name-bytes.js'
import type {RootEntry} from '../overlay/entry.js'
import {pieceOf, sizeOf, type Piece} from './piece.js'

/** An entry whose content, if it has any, is in memory; `size` is taken from the content. */
export type CpioEntry = Omit<RootEntry, 'content' | 'size'> & {size?: number, content?: Buffer}

const TYPE_BITS = {
  file: 0o100000,
  hardlink: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const satisfies Record<RootEntry['type'], number>

const ALIGNMENT = 4
const MAX_FIELD = 0xffff_ffff
const NOTHING = Buffer.alloc(0)
const ZEROS = Buffer.alloc(ALIGNMENT)

interface Member {
  name: string
  mode: number
  uid: number
  gid: number
  mtime: number
  inode: number
  links: number
  device: {major: number, minor: number}
  body: Piece
}

/**
 * A `newc` cpio archive as Linux unpacks an initramfs (Documentation/driver-api/early-userspace/buffer-format.rst): in order of path, so
 * parents come before children; inode numbers count from 1; a file of several names carries its body with the last, as GNU cpio does.
 * It ends on a multiple of 4 bytes, so that a second archive may follow. Parents that are not among `entries` are not invented: a
 * site's archive must not change the modes of folders that an earlier archive made.
 *
 * Throws BrmcError OVERLAY_INVALID for what the format cannot carry: extended attributes (see pathsWithXattrs), bodies or times beyond 32 bits.
 */
export function encodeCpio(entries: Iterable<CpioEntry>): Buffer {
  const chunks: Buffer[] = []
  for (const piece of cpioPieces(Array.from(entries, entry => ({...entry, size: entry.content?.length ?? 0})))) {
    if (Buffer.isBuffer(piece)) chunks.push(piece)
  }

  return Buffer.concat(chunks)
}

/** The same archive as encodeCpio's, piece by piece: bodies that are on disk stay there. */
export function* cpioPieces(entries: Iterable<RootEntry>): Generator<Piece, void, undefined> {
  const sorted = [...entries].sort((a, b) => a.path < b.path ? -1 : Number(a.path > b.path))
  refuseXattrs(sorted)
  for (const member of membersOf(sorted)) {
    yield header(member)
    yield member.body
    const padding = pad(sizeOf(member.body))
    if (padding.length > 0) yield padding
  }

  yield header({name: 'TRAILER!!!', mode: 0, uid: 0, gid: 0, mtime: 0, inode: 0, links: 1, device: {major: 0, minor: 0}, body: Buffer.alloc(0)})
}

/** Paths of the entries that cpio cannot carry whole, because they have extended attributes (file capabilities are one). */
export function pathsWithXattrs(entries: Iterable<Pick<RootEntry, 'path' | 'xattrs'>>): string[] {
  return Array.from(entries).filter(({xattrs}) => xattrs && Object.keys(xattrs).length > 0).map(({path}) => path)
}

function refuseXattrs(entries: readonly RootEntry[]): void {
  const paths = pathsWithXattrs(entries)
  if (paths.length === 0) return
  throw new BrmcError('OVERLAY_INVALID', `${paths.length} files have extended attributes (file capabilities, ACLs), which an initramfs cannot carry`, {
    details: paths,
    suggestions: ['use root: ext4, which keeps them', 'or remove the attributes and run what needs them as root'],
  })
}

function* membersOf(entries: readonly RootEntry[]): Generator<Member, void, undefined> {
  const byPath = new Map(entries.map(entry => [entry.path, entry]))
  const names = new Map<string, string[]>()
  for (const entry of entries) {
    const owner = ownerOf(entry, byPath).path
    // Almost every file has one name.
    const known = names.get(owner)
    if (known) known.push(entry.path)
    else names.set(owner, [entry.path])
  }

  const inodes = new Map<string, number>()
  for (const entry of entries) {
    const owner = ownerOf(entry, byPath)
    const inode = inodes.get(owner.path) ?? inodes.size + 1
    inodes.set(owner.path, inode)
    const links = names.get(owner.path) ?? []
    yield {
      name: entry.path === '' ? '.' : entry.path,
      mode: TYPE_BITS[owner.type] | owner.mode,
      uid: owner.uid,
      gid: owner.gid,
      mtime: owner.mtime,
      inode,
      links: entry.type === 'directory' ? 2 : links.length,
      device: owner.device ?? {major: 0, minor: 0},
      body: links.at(-1) === entry.path ? bodyOf(owner) : NOTHING,
    }
  }
}

/** The entry that `entry` is one more name for; itself unless it is a hard link. */
function ownerOf(entry: RootEntry, byPath: ReadonlyMap<string, RootEntry>): RootEntry {
  if (entry.type !== 'hardlink') return entry
  const owner = byPath.get(entry.target ?? '')
  if (owner && owner.type !== 'hardlink' && owner.type !== 'directory') return owner
  throw new BrmcError('OVERLAY_INVALID', `${entry.path} is a hard link to ${entry.target ?? 'nothing'}, which is not a file of the same archive`)
}

function bodyOf(entry: RootEntry): Piece {
  if (entry.type === 'symlink') return bytesOfName(entry.target ?? '')
  return entry.type === 'file' ? pieceOf(entry) : NOTHING
}

function header({name, mode, uid, gid, mtime, inode, links, device, body}: Member): Buffer {
  const bytes = bytesOfName(name)
  const fields = [
    inode, mode, uid, gid, links, mtime, sizeOf(body),
    0, 0, device.major, device.minor,
    bytes.length + 1, 0,
  ]
  const outside = fields.find(field => !Number.isInteger(field) || field < 0 || field > MAX_FIELD)
  if (outside !== undefined) throw new BrmcError('OVERLAY_INVALID', `${name} cannot go into an initramfs: ${outside} does not fit in 32 bits`)
  const head = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`
  const length = head.length + bytes.length + 1
  return Buffer.concat([Buffer.from(head), bytes, Buffer.alloc(1), pad(length)])
}

function pad(length: number): Buffer {
  return ZEROS.subarray(0, (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT)
}
