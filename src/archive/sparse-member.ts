import {BrmcError} from '../errors.js'
import type {PaxRecords} from './pax.js'
import {TAR_BLOCK, tarNumber, tarPadding, type TarHeader} from './tar-header.js'

/** Bytes between two holes, by their place in the file. */
export interface Extent {
  offset: number
  size: number
}

/** A file with holes, of which an archive has only what is between them (GNU tar manual, "Storing Sparse Files"). */
export interface SparseMember {
  /** Bytes of the file, holes and all. */
  size: number
  /** In order of their place; they follow one another in the archive, from `bodyAt` on. */
  extents: readonly Extent[]
  bodyAt: number
  /** Where the next header begins. */
  next: number
  /** The file's name, where the one in the header is made up. */
  name?: Buffer
}

interface Member {
  header: TarHeader
  block: Buffer
  records: PaxRecords
  /** Where the header's block ends. */
  offset: number
  /** Bytes that the header, or pax, says are stored. */
  size: number
  /** Bytes of the archive. */
  read: (offset: number, size: number) => Buffer
}

/** Places in GNU's old header and in the blocks that continue its list (GNU tar, src/tar.h: struct oldgnu_header, struct sparse_header). */
const OLD_GNU = {list: 386, entries: 4, isExtended: 482, realSize: 483, continued: {entries: 21, isExtended: 504}}
const NUMBER = 12
const NEWLINE = 0x0a
/** Bytes of a list of extents in a body, and how many: more no tar makes of a file for a card. */
const MAX_LIST = 4 * 1024 * 1024
const MAX_EXTENTS = 200_000

/**
 * How a member is stored that has holes: GNU's old header (`S`), and pax versions 0.1 and 1.0 of GNU and libarchive; undefined for one without.
 * Throws BrmcError OVERLAY_INVALID for version 0.0 and for lists that cannot be.
 */
export function sparseMember(member: Member): SparseMember | undefined {
  const {header, records} = member
  if (header.typeflag === 'S') return checked(ofOldHeader(member), header.name)
  if (records.has('GNU.sparse.major')) return checked(ofBody(member), header.name)
  if (records.has('GNU.sparse.map')) return checked(ofRecord(member), header.name)
  if (![...records.keys()].some(keyword => keyword.startsWith('GNU.sparse.'))) return undefined
  throw new BrmcError('OVERLAY_INVALID', `${header.name} is stored as a sparse member of pax version 0.0`, {suggestions: ['make the archive without --sparse-version']})
}

function ofOldHeader({block, offset, size, read}: Member): Stored {
  const extents: Extent[] = []
  const take = (from: Buffer, at: number, entries: number): void => {
    // An entry that begins with a zero byte is none.
    for (let index = 0; index < entries && from[at + NUMBER] !== 0; index++, at += 2 * NUMBER) {
      extents.push({offset: tarNumber(from, at, NUMBER), size: tarNumber(from, at + NUMBER, NUMBER)})
    }
  }
  take(block, OLD_GNU.list, OLD_GNU.entries)
  let bodyAt = offset
  for (let more = block[OLD_GNU.isExtended] !== 0; more; bodyAt += TAR_BLOCK) {
    if (extents.length > MAX_EXTENTS) break
    const continued = read(bodyAt, TAR_BLOCK)
    take(continued, 0, OLD_GNU.continued.entries)
    more = continued[OLD_GNU.continued.isExtended] !== 0
  }

  return {size: tarNumber(block, OLD_GNU.realSize, NUMBER), extents, bodyAt, stored: size}
}

/** Version 0.1: the list is a record, `offset,size,offset,size…`. */
function ofRecord({records, offset, size}: Member): Stored {
  const numbers = (records.get('GNU.sparse.map')?.toString('latin1') ?? '').split(',').map(numberOf)
  return {size: numberOf(textOf(records, 'GNU.sparse.size')), extents: pairs(numbers), bodyAt: offset, stored: size, ...nameIn(records)}
}

/** Version 1.0: the body begins with the list, a number a line, the first saying how many; what is stored follows on the next multiple of 512. */
function ofBody({header, records, offset, size, read}: Member): Stored {
  const version = `${textOf(records, 'GNU.sparse.major')}.${textOf(records, 'GNU.sparse.minor')}`
  if (version !== '1.0') throw new BrmcError('OVERLAY_INVALID', `${header.name} is stored as a sparse member of the unknown version ${JSON.stringify(version)}`, {suggestions: ['make the archive without --sparse']})
  const numbers: number[] = []
  let digits = ''
  let list = 0
  for (let wanted = 1; numbers.length < wanted;) {
    if (list >= Math.min(size, MAX_LIST)) throw damaged(header.name)
    for (const byte of read(offset + list, TAR_BLOCK)) {
      if (byte !== NEWLINE) digits += String.fromCharCode(byte)
      else {
        numbers.push(numberOf(digits))
        digits = ''
        wanted = 1 + 2 * (numbers[0] ?? 0)
        if (Number.isNaN(wanted)) throw damaged(header.name)
        // The rest of the block is padding.
        if (numbers.length >= wanted) break
      }
    }

    list += TAR_BLOCK
  }

  return {size: numberOf(textOf(records, 'GNU.sparse.realsize')), extents: pairs(numbers.slice(1)), bodyAt: offset + list, stored: size - list, ...nameIn(records)}
}

type Stored = Omit<SparseMember, 'next'> & {stored: number}

function checked({stored, ...member}: Stored, name: string): SparseMember {
  const {size, extents, bodyAt} = member
  let [end, sum] = [0, 0]
  const fits = (extent: Extent): boolean => {
    const follows = extent.offset >= end
    end = extent.offset + extent.size
    sum += extent.size
    return follows && extent.size >= 0
  }
  if (!Number.isSafeInteger(size) || extents.length > MAX_EXTENTS || !extents.every(fits) || !(end <= size) || sum !== stored) throw damaged(name)
  return {...member, next: bodyAt + stored + tarPadding(stored)}
}

function damaged(name: string): BrmcError {
  return new BrmcError('OVERLAY_INVALID', `${name} is stored as a sparse member whose list of extents cannot be: the archive is damaged`, {suggestions: ['make the archive without --sparse']})
}

function pairs(numbers: readonly number[]): Extent[] {
  return Array.from({length: Math.ceil(numbers.length / 2)}, (_, index) => ({offset: numbers[2 * index] ?? NaN, size: numbers[2 * index + 1] ?? NaN}))
}

const textOf = (records: PaxRecords, keyword: string): string => records.get(keyword)?.toString('latin1') ?? ''

const numberOf = (text: string): number => /^\d{1,15}$/.test(text) ? Number(text) : NaN

const nameIn = (records: PaxRecords): Pick<SparseMember, 'name'> => {
  const name = records.get('GNU.sparse.name')
  return name ? {name} : {}
}
