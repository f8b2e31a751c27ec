import type {FatName} from './names.js'

const FAT_ENTRY = 32
const ARCHIVE = 0x20
const DIRECTORY = 0x10
const LABEL = 0x08
const LONG_NAME = 0x0f
const LAST_LONG = 0x40
/** UTF-16 units in one long-name entry, and where they lie in it. */
const UNITS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]
const DOT = Buffer.from('.          ')
const DOT_DOT = Buffer.from('..         ')
const FIRST_YEAR = 1980
const LAST_YEAR = 2107

export interface FatChild {
  name: FatName
  directory: boolean
  /** 0 for an empty file, and for the root as a parent. */
  cluster: number
  size: number
}

interface FatDirectory {
  children: readonly FatChild[]
  /** The root has a label; any other folder has itself and its parent. */
  head: {label: string} | {self: number, parent: number}
  /** Seconds since 1970. */
  epoch: number
}

/** Bytes of the folder's entries, before they are padded to clusters. */
export function fatDirectorySize(names: readonly FatName[], isRoot: boolean): number {
  return FAT_ENTRY * names.reduce((sum, name) => sum + 1 + longEntries(name), isRoot ? 1 : 2)
}

export function encodeFatDirectory({children, head, epoch}: FatDirectory): Buffer {
  const heads = 'label' in head
    ? [entry(padLabel(head.label), {attributes: LABEL, cluster: 0, size: 0, epoch})]
    : [entry(DOT, {attributes: DIRECTORY, cluster: head.self, size: 0, epoch}), entry(DOT_DOT, {attributes: DIRECTORY, cluster: head.parent, size: 0, epoch})]
  return Buffer.concat([
    ...heads,
    ...children.flatMap(({name, directory, cluster, size}) => [
      ...encodeLongName(name),
      entry(name.short, {attributes: directory ? DIRECTORY : ARCHIVE, cluster, size, epoch}),
    ]),
  ])
}

/** A volume label as its 11 bytes. */
export function padLabel(label: string): Buffer {
  return Buffer.from(label.padEnd(11).slice(0, 11), 'latin1')
}

function entry(short: Buffer, {attributes, cluster, size, epoch}: {attributes: number, cluster: number, size: number, epoch: number}): Buffer {
  const bytes = Buffer.alloc(FAT_ENTRY)
  const {date, time} = dosTime(epoch)
  short.copy(bytes)
  bytes[11] = attributes
  bytes.writeUInt16LE(time, 14)
  bytes.writeUInt16LE(date, 16)
  bytes.writeUInt16LE(date, 18)
  bytes.writeUInt16LE(cluster >>> 16, 20)
  bytes.writeUInt16LE(time, 22)
  bytes.writeUInt16LE(date, 24)
  bytes.writeUInt16LE(cluster & 0xffff, 26)
  bytes.writeUInt32LE(size, 28)
  return bytes
}

/** FAT knows the years 1980 to 2107, two seconds apart, and no time zone: UTC is written. */
function dosTime(epoch: number): {date: number, time: number} {
  const at = new Date(epoch * 1000)
  const year = at.getUTCFullYear()
  if (year < FIRST_YEAR) return {date: 1 << 5 | 1, time: 0}
  const date = (Math.min(year, LAST_YEAR) - FIRST_YEAR) << 9 | (at.getUTCMonth() + 1) << 5 | at.getUTCDate()
  return {date, time: at.getUTCHours() << 11 | at.getUTCMinutes() << 5 | at.getUTCSeconds() >> 1}
}

function longEntries({long, needsLong}: FatName): number {
  return needsLong ? Math.ceil(long.length / UNITS.length) : 0
}

/** The last part of a long name comes first. */
function encodeLongName(name: FatName): Buffer[] {
  const count = longEntries(name)
  const checksum = shortChecksum(name.short)
  return Array.from({length: count}, (_, index) => count - index).map(number => {
    const bytes = Buffer.alloc(FAT_ENTRY)
    bytes[0] = number | (number === count ? LAST_LONG : 0)
    bytes[11] = LONG_NAME
    bytes[13] = checksum
    const first = (number - 1) * UNITS.length
    for (const [index, at] of UNITS.entries()) {
      const unit = first + index
      // One zero ends the name, the rest is filled with ones.
      bytes.writeUInt16LE(unit < name.long.length ? name.long.charCodeAt(unit) : unit === name.long.length ? 0 : 0xffff, at)
    }

    return bytes
  })
}

function shortChecksum(short: Buffer): number {
  return short.reduce((sum, byte) => ((sum & 1) << 7 | sum >> 1) + byte & 0xff, 0)
}
