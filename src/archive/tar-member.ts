import {BrmcError} from '../errors.js'
import type {ContentAt, RootEntry} from '../overlay/entry.js'
import type {PaxRecords} from './pax.js'
import type {TarHeader} from './tar-header.js'
import {XATTR_KEYWORD} from './tar.js'

/** What the headers before a member say about it. */
export interface LongNames {
  name?: string
  linkname?: string
  records?: PaxRecords
}

const TYPES: Readonly<Record<string, RootEntry['type']>> = {
  0: 'file',
  7: 'file',
  1: 'hardlink',
  2: 'symlink',
  3: 'character',
  4: 'block',
  5: 'directory',
  6: 'fifo',
}
/** A GNU volume label is no file. */
const VOLUME_LABEL = 'V'
const PERMISSIONS = 0o7777
/** An empty part, `.` or `..` in a path, or what UTF-8 could not decode. */
const UNUSUAL = /(?:^|\/)\.{0,2}(?:\/|$)|\uFFFD/
const NO_RECORDS: PaxRecords = new Map()

/**
 * A tar member as an entry of a root; undefined for what is no file at all. Throws BrmcError OVERLAY_INVALID for a path with `..`,
 * a sparse member (its body is not the file's) and for types that a root cannot hold.
 */
export function entryOfMember(header: TarHeader, long: LongNames, content: ContentAt): RootEntry | undefined {
  if (header.typeflag === VOLUME_LABEL) return undefined
  const records = long.records ?? NO_RECORDS
  const name = records.get('path')?.toString() ?? long.name ?? header.name
  const linkname = records.get('linkpath')?.toString() ?? long.linkname ?? header.linkname
  if (header.typeflag === 'S' || Array.from(records.keys()).some(keyword => keyword.startsWith('GNU.sparse.'))) throw new BrmcError('OVERLAY_INVALID', `${name} is stored as a sparse member`, {suggestions: ['make the archive without --sparse']})
  const plain = TYPES[header.typeflag]
  if (!plain) throw new BrmcError('OVERLAY_INVALID', `${name} has the unknown tar member type ${JSON.stringify(header.typeflag)}`)
  const type = plain === 'file' && name.endsWith('/') ? 'directory' : plain
  const xattrs = xattrsOf(records)
  const size = type === 'file' ? header.size : 0
  const entry: RootEntry = {
    path: rootPath(name),
    type,
    mode: header.mode & PERMISSIONS,
    uid: numberOf(records, 'uid') ?? header.uid,
    gid: numberOf(records, 'gid') ?? header.gid,
    mtime: Math.floor(numberOf(records, 'mtime') ?? header.mtime),
    size,
  }
  if (type === 'symlink') entry.target = linkname
  if (type === 'hardlink') entry.target = rootPath(linkname)
  if (type === 'character' || type === 'block') entry.device = {major: header.major, minor: header.minor}
  if (xattrs && type !== 'hardlink') entry.xattrs = xattrs
  if (size > 0) entry.content = content
  return entry
}

/** A member's name as a path of a root: no leading `/` or `./`. Throws BrmcError OVERLAY_INVALID for `..` and for names that are not UTF-8. */
function rootPath(name: string): string {
  const start = name.startsWith('./') ? 2 : 0
  const plain = name.slice(start, name.endsWith('/') ? Math.max(name.length - 1, start) : name.length)
  if (!UNUSUAL.test(plain)) return plain
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..')) throw new BrmcError('OVERLAY_INVALID', `${name} leaves the root by ".."`)
  if (name.includes('\uFFFD')) throw new BrmcError('OVERLAY_INVALID', `the name ${name} is not UTF-8`)
  return parts.join('/')
}

function numberOf(records: PaxRecords, keyword: string): number | undefined {
  const value = records.get(keyword)
  return value && Number(value.toString())
}

function xattrsOf(records: PaxRecords): Record<string, Buffer> | undefined {
  if (records.size === 0) return undefined
  const found = Array.from(records).filter(([keyword]) => keyword.startsWith(XATTR_KEYWORD))
  return found.length === 0 ? undefined : Object.fromEntries(found.map(([keyword, value]) => [keyword.slice(XATTR_KEYWORD.length), value]))
}
