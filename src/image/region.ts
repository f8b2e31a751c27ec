import type {ContentAt} from '../overlay/entry.js'

/**
 * Bytes of a card that mean something: `size` bytes at `offset`. Without `content` they are zeros that have to be there
 * (a table's unused part, the journal); what no region covers may hold anything.
 */
export interface Region {
  offset: number
  size: number
  content?: Buffer | ContentAt
}

/** A part of `content`, `size` bytes from `skip`, at `offset`. */
export function regionPart(content: Buffer | ContentAt, skip: number, {offset, size}: {offset: number, size: number}): Region {
  return {offset, size, content: Buffer.isBuffer(content) ? content.subarray(skip, skip + size) : {file: content.file, offset: content.offset + skip}}
}

/** The regions of a file system as regions of the card it lies on, `by` bytes further on. */
export function shifted(regions: readonly Region[], by: number): Region[] {
  return regions.map(region => ({...region, offset: region.offset + by}))
}
