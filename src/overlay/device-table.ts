import {BrmcError} from '../errors.js'

/** One line of a device table; `undefined` leaves what is there as it is (`-1` in the file). */
export interface DeviceTableRow {
  /** Line of the file, from 1. */
  line: number
  path: string
  type: 'f' | 'F' | 'd' | 'r' | 'c' | 'b' | 'p'
  mode: number | undefined
  uid: number | undefined
  gid: number | undefined
  major: number
  minor: number
  /** The nodes `<path><start>` … `<path><start + count - 1>`, their minors `inc` apart; 0 makes the one node `path`. */
  start: number
  inc: number
  count: number
}

const TYPES = /^[fFdrcbp]$/
const FIELDS = 10

/**
 * Buildroot's device table (Buildroot manual, "Makedev syntax documentation"): `name type mode uid gid major minor start inc count`,
 * `#` starts a comment, `-` stands for no value. Owners are numbers: there is no passwd file to look names up in before a root is put together.
 * Throws BrmcError OVERLAY_INVALID with every bad line as `<file>:<line>: …` in details.
 */
export function parseDeviceTable(text: string, file: string): DeviceTableRow[] {
  const rows: DeviceTableRow[] = []
  const problems: string[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/(^|\s)#.*$/, '').trim()
    if (content === '') continue
    const row = parseRow(content.split(/\s+/), index + 1)
    if (typeof row === 'string') problems.push(`${file}:${index + 1}: ${row}`)
    else rows.push(row)
  }

  if (problems.length === 0) return rows
  throw new BrmcError('OVERLAY_INVALID', `${file} is not a device table`, {
    details: problems,
    suggestions: ['a line is: name type mode uid gid major minor start inc count, for example: /dev/console c 600 0 0 5 1 - - -'],
  })
}

function parseRow(fields: readonly string[], line: number): DeviceTableRow | string {
  const [name = '', type = '', mode = '', uid = '', gid = '', ...numbers] = fields
  if (name === '|xattr') return 'extended attributes are not supported here; put the file into an overlay archive (.tar) made with --xattrs'
  if (fields.length > FIELDS) return `there are ${fields.length} fields, more than ${FIELDS}`
  if (!name.startsWith('/')) return `${name} does not start with /`
  if (name.split('/').includes('..')) return `${name} leaves the root by ".."`
  if (!isType(type)) return `${type === '' ? 'the type is missing' : `${type} is not a type`} (f F d r c b p)`
  if (!/^(-1|-|[0-7]{1,4})$/.test(mode)) return mode === '' ? 'the mode is missing' : `${mode} is not an octal mode`
  const wrong = [uid, gid].find(owner => !/^(-1|-|\d+)$/.test(owner))
  if (wrong !== undefined) return `the owner ${JSON.stringify(wrong)} is not a number`
  const bad = numbers.find(value => !/^(-|\d+)$/.test(value))
  if (bad !== undefined) return `${bad} is not a number`
  const [major = 0, minor = 0, start = 0, inc = 0, count = 0] = numbers.map(value => value === '-' ? 0 : Number(value))
  if ((type === 'c' || type === 'b') && (numbers.length < 2 || numbers[0] === '-' || numbers[1] === '-')) return 'a device needs its major and minor number'
  return {
    line, type, major, minor, start, inc, count,
    path: name.split('/').filter(part => part !== '' && part !== '.').join('/'),
    mode: mode.startsWith('-') ? undefined : Number.parseInt(mode, 8),
    uid: uid.startsWith('-') ? undefined : Number(uid),
    gid: gid.startsWith('-') ? undefined : Number(gid),
  }
}

function isType(type: string): type is DeviceTableRow['type'] {
  return TYPES.test(type)
}
