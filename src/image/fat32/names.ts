import {BrmcError} from '../../errors.js'

/** The bytes that lead to a file in its folder: 11 of the short name, and the long one if the short one does not say it all. */
export interface FatName {
  long: string
  /** 8 + 3 bytes, padded with spaces, without the point. */
  short: Buffer
  needsLong: boolean
}

const MAX_LONG = 255
const BASE = 8
const EXTENSION = 3
// Microsoft, "FAT: General Overview of On-Disk Format", 1.03: what no long name may contain, and what a short one may.
const FORBIDDEN = /["*/:<>?\\|]|[^\u0020-\uffff]/
const NOT_SHORT = /[^A-Z0-9$%'\-_@~`!(){}^#&]/g

/**
 * The names of one folder, in the order given: unique short names, made as Windows makes them (`VC4-KM~1.DTB`), and long names where needed.
 * Throws BrmcError IMAGE_INVALID for what FAT does not allow, and for two names that differ only by case.
 */
export function fatNames(names: readonly string[], folder: string): FatName[] {
  const seen = new Set<string>()
  for (const name of names) {
    const place = folder === '' ? name : `${folder}/${name}`
    if (FORBIDDEN.test(name) || /[. ]$/.test(name) || name === '' || name.length > MAX_LONG) throw new BrmcError('IMAGE_INVALID', `${place} cannot be a name on a FAT partition`)
    if (seen.has(name.toUpperCase())) throw new BrmcError('IMAGE_INVALID', `${place} stands twice on the FAT partition, which takes upper and lower case for the same`)
    seen.add(name.toUpperCase())
  }

  // Names that fit as they are come first, so that no made-up name takes their place.
  const taken = new Set(names.flatMap(name => exactShort(name) ?? []))
  return names.map(long => {
    const exact = exactShort(long)
    const short = exact ?? numberedShort(long, taken)
    taken.add(short)
    return {long, short: Buffer.from(short, 'latin1'), needsLong: exact === undefined || long !== long.toUpperCase()}
  })
}

/** `config.txt` -> `CONFIG  TXT`; undefined if the name does not fit into 8 + 3. */
function exactShort(name: string): string | undefined {
  const [base = '', extension = '', ...more] = name.toUpperCase().split('.')
  const fits = more.length === 0 && base.length > 0 && base.length <= BASE && extension.length <= EXTENSION
  return fits && base.replace(NOT_SHORT, '') === base && extension.replace(NOT_SHORT, '') === extension ? padShort(base, extension) : undefined
}

function numberedShort(name: string, taken: ReadonlySet<string>): string {
  const upper = name.toUpperCase().replaceAll(' ', '').replace(/^\.+/, '')
  const point = upper.lastIndexOf('.')
  const clean = (text: string): string => text.replaceAll('.', '').replace(NOT_SHORT, '_')
  const base = clean(point === -1 ? upper : upper.slice(0, point))
  const extension = clean(point === -1 ? '' : upper.slice(point + 1)).slice(0, EXTENSION)
  for (let number = 1; ; number++) {
    const tail = `~${number}`
    const short = padShort(`${base.slice(0, BASE - tail.length)}${tail}`, extension)
    if (!taken.has(short)) return short
  }
}

function padShort(base: string, extension: string): string {
  return base.padEnd(BASE) + extension.padEnd(EXTENSION)
}
