import {closeSync, fstatSync, openSync, readSync} from 'node:fs'

import {BrmcError} from '../errors.js'
import {textOfName} from '../files/name-bytes.js'
import type {ContentAt, RootEntry} from '../overlay/entry.js'
import {decodePax, type PaxRecords} from './pax.js'
import {sparseMember, type SparseMember} from './sparse-member.js'
import {decodeTarHeader, TAR_BLOCK, tarPadding, type TarHeader} from './tar-header.js'
import {entryOfMember, type LongNames} from './tar-member.js'

const MAX_EXTENDED = 4 * 1024 * 1024
/** So much an archive may hold; far beyond any root, and less than makes memory short. */
const MAX_MEMBERS = 1_000_000
const MAX_ALL_EXTENDED = 64 * 1024 * 1024
/** Headers that say something of the next member: pax, and GNU's long names. */
const EXTENDED = new Set(['g', 'x', 'L', 'K'])

/** Where a file with holes is, whole. */
export type UnfoldSparse = (member: SparseMember, read: ReadArchive) => ContentAt

/** Fills the buffer with the archive's bytes from `offset` on. */
export type ReadArchive = (buffer: Buffer, offset: number) => void

/**
 * What is in an uncompressed tar, in its order, bodies left where they are (`content` is a place in `file`). Only headers are read.
 * Paths are made relative to the root; see entryOfMember for what is refused. Members with holes go through `unfold`; without it they are refused
 * as well. Throws BrmcError OVERLAY_INVALID naming `file`.
 */
export function readTarEntries(file: string, unfold?: UnfoldSparse): RootEntry[] {
  const descriptor = openSync(file, 'r')
  try {
    return Array.from(members(file, descriptor, unfold))
  } catch (error) {
    if (error instanceof BrmcError) throw new BrmcError(error.code, `${file}: ${error.message}`, {cause: error, suggestions: error.suggestions, details: error.details})
    throw error
  } finally {
    closeSync(descriptor)
  }
}

function* members(file: string, descriptor: number, unfold: UnfoldSparse | undefined): Generator<RootEntry, void, undefined> {
  const end = fstatSync(descriptor).size
  let global = new Map<string, Buffer>()
  let long: LongNames = {}
  let [count, allExtended] = [0, 0]
  const block = Buffer.alloc(TAR_BLOCK)
  for (let at = 0; at + TAR_BLOCK <= end;) {
    readInto(block, descriptor, at)
    const header = decodeTarHeader(block)
    if (!header) return
    const offset = at + TAR_BLOCK
    const isExtended = EXTENDED.has(header.typeflag)
    const size = (isExtended ? undefined : sizeOf(long.records ?? global)) ?? header.size
    if (++count > MAX_MEMBERS) throw new BrmcError('OVERLAY_INVALID', `the archive has more than ${MAX_MEMBERS} members`)
    if (isExtended) allExtended += size
    if (allExtended > MAX_ALL_EXTENDED) throw new BrmcError('OVERLAY_INVALID', `the archive has more than ${MAX_ALL_EXTENDED} bytes of extended headers`)
    if (!Number.isSafeInteger(size) || size < 0 || offset + size > end) throw cutShort(header)
    at = offset + size + tarPadding(size)
    switch (header.typeflag) {
      case 'g':
        global = new Map([...global, ...decodePax(extended(descriptor, offset, size))])
        break
      case 'x':
        long = {...long, records: new Map([...global, ...decodePax(extended(descriptor, offset, size))])}
        break
      case 'L':
        long = {...long, name: cString(extended(descriptor, offset, size))}
        break
      case 'K':
        long = {...long, linkname: cString(extended(descriptor, offset, size))}
        break
      default: {
        const records = long.records ?? global
        const names = {...long, records}
        const sparse = sparseMember({header, block, records, offset, size, read: (from, length) => bytesAt(descriptor, from, length)})
        if (sparse && sparse.next > end) throw cutShort(header)
        if (sparse) at = sparse.next
        const entry = sparse ? entryOfSparse(sparse, header, names, {descriptor, unfold}) : entryOfMember({...header, size}, names, {file, offset})
        if (entry) yield entry
        long = {}
      }
    }
  }

  throw new BrmcError('OVERLAY_INVALID', 'the archive has no end: it was cut short, or is none')
}

function cutShort({name}: TarHeader): BrmcError {
  return new BrmcError('OVERLAY_INVALID', `the archive ends within ${name}; it was cut short`)
}

interface Unfolding {
  descriptor: number
  unfold: UnfoldSparse | undefined
}

type Names = LongNames & {records: PaxRecords}

function entryOfSparse(sparse: SparseMember, header: TarHeader, long: Names, {descriptor, unfold}: Unfolding): RootEntry | undefined {
  const names = sparse.name ? {...long, records: new Map([...long.records, ['path', sparse.name]])} : long
  if (!unfold) throw new BrmcError('OVERLAY_INVALID', `${sparse.name ? textOfName(sparse.name) : header.name} is stored as a sparse member`, {suggestions: ['make the archive without --sparse']})
  const content = unfold(sparse, (buffer, offset) => { readInto(buffer, descriptor, offset) })
  return entryOfMember({...header, typeflag: '0', size: sparse.size}, names, content)
}

/** What a pax header says of the next body; a text that is no number is no size. */
function sizeOf(records: PaxRecords): number | undefined {
  const text = records.get('size')?.toString('latin1')
  return text === undefined ? undefined : /^\d+$/.test(text) ? Number(text) : NaN
}

function extended(descriptor: number, offset: number, size: number): Buffer {
  if (size > MAX_EXTENDED) throw new BrmcError('OVERLAY_INVALID', `an extended header of ${size} bytes is not believable: the archive is damaged`)
  return bytesAt(descriptor, offset, size)
}

function bytesAt(descriptor: number, offset: number, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  readInto(buffer, descriptor, offset)
  return buffer
}

function readInto(buffer: Buffer, descriptor: number, offset: number): void {
  for (let done = 0; done < buffer.length;) {
    const count = readSync(descriptor, buffer, done, buffer.length - done, offset + done)
    if (count === 0) throw new BrmcError('OVERLAY_INVALID', 'the archive was cut short while it was read')
    done += count
  }
}

function cString(body: Buffer): string {
  const end = body.indexOf(0)
  return textOfName(body.subarray(0, end === -1 ? body.length : end))
}
