import {BrmcError} from '../errors.js'
import {nameLength, textOfName} from '../files/name-bytes.js'
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
/** An empty part, `.` or `..` in a path, or a zero byte. */
const UNUSUAL = /(?:^|\/)\.{0,2}(?:\/|$)|\0/
/** NAME_MAX and PATH_MAX without its closing zero (include/uapi/linux/limits.h). */
const MAX_NAME = 255
const MAX_PATH = 4095
const MAX_ID = 0xffff_ffff
/** What an inode of ext4 can hold (fs/ext4/ext4.h, "extra" time bits): 1901 to 2446. */
const TIMES = {first: -(2 ** 31), last: 2 ** 34 - 1}
/** MAJOR and MINOR of the kernel have 12 and 20 bits (include/linux/kdev_t.h). */
const MAX_DEVICE = {major: 2 ** 12 - 1, minor: 2 ** 20 - 1}
/** XATTR_LIST_MAX: more the kernel does not list of one file. */
const MAX_XATTRS = 65_536
const NO_RECORDS: PaxRecords = new Map()

/**
 * A tar member as an entry of a root; undefined for what is no file at all. Throws BrmcError OVERLAY_INVALID for a path with `..`,
 * types that a root cannot hold, and numbers that no file can have.
 */
export function entryOfMember(header: TarHeader, long: LongNames, content: ContentAt): RootEntry | undefined {
  if (header.typeflag === VOLUME_LABEL) return undefined
  const records = long.records ?? NO_RECORDS
  const name = nameOf(records, 'path') ?? long.name ?? header.name
  const linkname = nameOf(records, 'linkpath') ?? long.linkname ?? header.linkname
  const plain = TYPES[header.typeflag]
  if (!plain) throw new BrmcError('OVERLAY_INVALID', `${name} has the unknown tar member type ${JSON.stringify(header.typeflag)}`)
  const type = plain === 'file' && name.endsWith('/') ? 'directory' : plain
  const xattrs = xattrsOf(records, name)
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
  refuseNumbers(entry, name)
  if (type === 'symlink') entry.target = linkText(linkname, name)
  if (type === 'hardlink') entry.target = rootPath(linkname)
  if (type === 'character' || type === 'block') entry.device = deviceOf(header, name)
  if (xattrs && type !== 'hardlink') entry.xattrs = xattrs
  if (size > 0) entry.content = content
  return entry
}

const nameOf = (records: PaxRecords, keyword: string): string | undefined => {
  const value = records.get(keyword)
  return value && textOfName(value)
}

/** A member's name as a path of a root: no leading `/` or `./`. Throws BrmcError OVERLAY_INVALID for `..` and for what the kernel takes for no name. */
function rootPath(name: string): string {
  const start = name.startsWith('./') ? 2 : 0
  const plain = name.slice(start, name.endsWith('/') ? Math.max(name.length - 1, start) : name.length)
  // No text has more bytes than three times its length.
  if (!UNUSUAL.test(plain) && plain.length <= MAX_NAME / 3) return plain
  if (name.includes('\0')) throw new BrmcError('OVERLAY_INVALID', `the name ${name} has a zero byte in it`)
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..')) throw new BrmcError('OVERLAY_INVALID', `${name} leaves the root by ".."`)
  const long = parts.find(part => nameLength(part) > MAX_NAME)
  if (long !== undefined) throw new BrmcError('OVERLAY_INVALID', `the name ${long} has more than ${MAX_NAME} bytes`)
  if (nameLength(name) > MAX_PATH) throw new BrmcError('OVERLAY_INVALID', `${name} has more than ${MAX_PATH} bytes`)
  return parts.join('/')
}

function linkText(target: string, name: string): string {
  if (target === '' || target.includes('\0')) throw new BrmcError('OVERLAY_INVALID', `${name} is a symlink to ${target === '' ? 'nothing' : 'a name with a zero byte in it'}`)
  return target
}

function deviceOf({major, minor}: TarHeader, name: string): {major: number, minor: number} {
  if (isBetween(major, 0, MAX_DEVICE.major) && isBetween(minor, 0, MAX_DEVICE.minor)) return {major, minor}
  throw new BrmcError('OVERLAY_INVALID', `${name} is the device ${major}:${minor}, which no kernel knows`)
}

function refuseNumbers({uid, gid, mtime}: RootEntry, name: string): void {
  if (!isBetween(uid, 0, MAX_ID) || !isBetween(gid, 0, MAX_ID)) throw new BrmcError('OVERLAY_INVALID', `${name} belongs to ${uid}:${gid}, which no user can be`)
  if (!isBetween(mtime, TIMES.first, TIMES.last)) throw new BrmcError('OVERLAY_INVALID', `${name} has a time that no file system holds`)
}

const isBetween = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most

function numberOf(records: PaxRecords, keyword: string): number | undefined {
  const value = records.get(keyword)
  return value && Number(value.toString())
}

function xattrsOf(records: PaxRecords, name: string): Record<string, Buffer> | undefined {
  if (records.size === 0) return undefined
  const found = Array.from(records).filter(([keyword]) => keyword.startsWith(XATTR_KEYWORD))
  if (found.reduce((sum, [keyword, value]) => sum + keyword.length + value.length, 0) > MAX_XATTRS) throw new BrmcError('OVERLAY_INVALID', `${name} has more than ${MAX_XATTRS} bytes of extended attributes`)
  return found.length === 0 ? undefined : Object.fromEntries(found.map(([keyword, value]) => [keyword.slice(XATTR_KEYWORD.length), value]))
}
