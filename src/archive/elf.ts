import {BrmcError} from '../errors.js'

/** What brmc needs to know of a program, library or kernel module for a 64-bit little-endian machine (System V ABI, ELF-64 object file format). */
export interface Elf {
  /** e_machine; EM_AARCH64 is 183. */
  machine: number
  /** PT_INTERP: path of the program that loads this one; none for libraries, modules and static programs. */
  interpreter?: string
  /** DT_SONAME: the name that others need it by. */
  soname?: string
  /** DT_NEEDED, in order: file names of libraries. */
  needed: readonly string[]
}

export const EM_AARCH64 = 183

const ELFCLASS64 = 2
const ELFDATA2LSB = 1
const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const DT_NEEDED = 1n
const DT_STRTAB = 5n
const DT_SONAME = 14n

interface Segment {
  type: number
  offset: number
  address: number
  size: number
}

/** `bytes` read as ELF; undefined if it is something else, or for another class of machine. Throws BrmcError PACKAGE_CORRUPT when it is cut short. */
export function readElf(bytes: Buffer): Elf | undefined {
  if (!isElf64(bytes)) return undefined
  return orCorrupt(() => {
    const segments = readSegments(bytes)
    const interpreter = segments.find(({type}) => type === PT_INTERP)
    const dynamic = readDynamic(bytes, segments)
    const soname = dynamic.find(({tag}) => tag === DT_SONAME)?.text
    return {
      machine: bytes.readUInt16LE(18),
      ...interpreter && {interpreter: textAt(bytes, interpreter.offset)},
      ...soname !== undefined && {soname},
      needed: dynamic.filter(({tag}) => tag === DT_NEEDED).map(({text}) => text),
    }
  })
}

/** The bytes of the section `name`; undefined if `bytes` is no such ELF file or has none. Throws BrmcError PACKAGE_CORRUPT when it is cut short. */
export function elfSection(bytes: Buffer, name: string): Buffer | undefined {
  if (!isElf64(bytes)) return undefined
  return orCorrupt(() => {
    const table = wide(bytes, 40)
    const [entrySize, count, nameTable] = [bytes.readUInt16LE(58), bytes.readUInt16LE(60), bytes.readUInt16LE(62)]
    const names = wide(bytes, table + nameTable * entrySize + 24)
    for (let index = 0; index < count; index++) {
      const header = table + index * entrySize
      if (textAt(bytes, names + bytes.readUInt32LE(header)) !== name) continue
      const [offset, size] = [wide(bytes, header + 24), wide(bytes, header + 32)]
      if (offset + size > bytes.length) throw new RangeError(`${name} ends behind the file`)
      return bytes.subarray(offset, offset + size)
    }

    return undefined
  })
}

function isElf64(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('latin1') === '\x7fELF' && bytes[4] === ELFCLASS64 && bytes[5] === ELFDATA2LSB
}

function readSegments(bytes: Buffer): Segment[] {
  const [table, entrySize, count] = [wide(bytes, 32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)]
  return Array.from({length: count}, (_, index) => {
    const at = table + index * entrySize
    return {type: bytes.readUInt32LE(at), offset: wide(bytes, at + 8), address: wide(bytes, at + 16), size: wide(bytes, at + 32)}
  })
}

/** The entries of the dynamic section whose value is a place in its string table, with the text there. */
function readDynamic(bytes: Buffer, segments: readonly Segment[]): {tag: bigint, text: string}[] {
  const dynamic = segments.find(({type}) => type === PT_DYNAMIC)
  if (!dynamic) return []
  const entries = Array.from({length: Math.floor(dynamic.size / 16)}, (_, index) => {
    const at = dynamic.offset + index * 16
    return {tag: bytes.readBigInt64LE(at), value: wide(bytes, at + 8)}
  })
  const strings = entries.find(({tag}) => tag === DT_STRTAB)
  if (!strings) return []

  // The string table is named by its address in memory, not by its place in the file.
  const load = segments.find(({type, address, size}) => type === PT_LOAD && strings.value >= address && strings.value < address + size)
  if (!load) throw new RangeError('the string table is in no segment')
  const start = load.offset + strings.value - load.address
  return entries.filter(({tag}) => tag === DT_NEEDED || tag === DT_SONAME).map(({tag, value}) => ({tag, text: textAt(bytes, start + value)}))
}

function wide(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset))
}

function textAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset)
  if (offset >= bytes.length || end === -1) throw new RangeError('a text ends behind the file')
  return bytes.toString('utf8', offset, end)
}

function orCorrupt<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new BrmcError('PACKAGE_CORRUPT', 'an ELF file is cut short or damaged', {cause})
  }
}
