export interface FatEntry {
  /** The long name where there is one. */
  name: string
  shortName: string
  directory: boolean
  /** 0: nothing there. */
  cluster: number
  /** Bytes; 0 for directories. */
  size: number
}

const ENTRY = 32
const LONG_NAME = 0x0f
const LABEL = 0x08
const DIRECTORY = 0x10
const DELETED = 0xe5
/** Stands for 0xe5 as a first byte that is meant. */
const MEANT_E5 = 0x05
const LOWER_BASE = 0x08
const LOWER_EXTENSION = 0x10
const UNITS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]

/** The entries of a folder's bytes, without `.`, `..`, the label and what is deleted. */
export function decodeFatEntries(bytes: Buffer): FatEntry[] {
  const entries: FatEntry[] = []
  let long = ''
  for (let at = 0; at + ENTRY <= bytes.length && bytes[at] !== 0; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY)
    const attributes = entry[11] ?? 0
    if (entry[0] === DELETED) {
      long = ''
    } else if (attributes === LONG_NAME) {
      // The parts come last one first.
      long = longPart(entry) + long
    } else {
      const shortName = decodeShort(entry)
      if ((attributes & LABEL) === 0 && shortName !== '.' && shortName !== '..') {
        entries.push({
          name: long === '' ? shortName : long,
          shortName,
          directory: (attributes & DIRECTORY) !== 0,
          cluster: entry.readUInt16LE(20) << 16 | entry.readUInt16LE(26),
          size: entry.readUInt32LE(28),
        })
      }

      long = ''
    }
  }

  return entries
}

function longPart(entry: Buffer): string {
  const units = UNITS.map(at => entry.readUInt16LE(at))
  const end = units.indexOf(0)
  return String.fromCharCode(...end === -1 ? units : units.slice(0, end))
}

function decodeShort(entry: Buffer): string {
  const flags = entry[12] ?? 0
  const first = entry[0] === MEANT_E5 ? '\u00e5' : entry.toString('latin1', 0, 1)
  const base = `${first}${entry.toString('latin1', 1, 8)}`.trimEnd()
  const extension = entry.toString('latin1', 8, 11).trimEnd()
  // Windows NT and mkfs tools keep "all lower case" as a flag.
  const name = (flags & LOWER_BASE) === 0 ? base : base.toLowerCase()
  const end = (flags & LOWER_EXTENSION) === 0 ? extension : extension.toLowerCase()
  return end === '' ? name : `${name}.${end}`
}
