import {closeSync, fstatSync, openSync, readSync} from 'node:fs'

import {BrmcError} from '../errors.js'
import type {RootEntry} from '../overlay/entry.js'
import {decodePax} from './pax.js'
import {decodeTarHeader, TAR_BLOCK, tarPadding} from './tar-header.js'
import {entryOfMember, type LongNames} from './tar-member.js'

const MAX_EXTENDED = 4 * 1024 * 1024

/**
 * What is in an uncompressed tar, in its order, bodies left where they are (`content` is a place in `file`). Only headers are read.
 * Paths are made relative to the root; see entryOfMember for what is refused. Throws BrmcError OVERLAY_INVALID naming `file`.
 */
export function readTarEntries(file: string): RootEntry[] {
  const descriptor = openSync(file, 'r')
  try {
    return Array.from(members(file, descriptor))
  } catch (error) {
    if (error instanceof BrmcError) throw new BrmcError(error.code, `${file}: ${error.message}`, {cause: error, suggestions: error.suggestions, details: error.details})
    throw error
  } finally {
    closeSync(descriptor)
  }
}

function* members(file: string, descriptor: number): Generator<RootEntry, void, undefined> {
  const end = fstatSync(descriptor).size
  let global = new Map<string, Buffer>()
  let long: LongNames = {}
  const block = Buffer.alloc(TAR_BLOCK)
  for (let at = 0; at + TAR_BLOCK <= end;) {
    readInto(block, descriptor, at)
    const header = decodeTarHeader(block)
    if (!header) return
    const offset = at + TAR_BLOCK
    const size = long.records?.has('size') ? Number(long.records.get('size')) : header.size
    if (!(size >= 0) || offset + size > end) throw new BrmcError('OVERLAY_INVALID', `the archive ends within ${header.name}; it was cut short`)
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
        const entry = entryOfMember({...header, size}, {...long, records: long.records ?? global}, {file, offset})
        if (entry) yield entry
        long = {}
      }
    }
  }
}

function extended(descriptor: number, offset: number, size: number): Buffer {
  if (size > MAX_EXTENDED) throw new BrmcError('OVERLAY_INVALID', `an extended header of ${size} bytes is not believable: the archive is damaged`)
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
  return body.toString('utf8', 0, end === -1 ? body.length : end)
}
