import {createHash, type Hash} from 'node:crypto'
import {closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync} from 'node:fs'
import {setImmediate as breathe} from 'node:timers/promises'

import {BrmcError} from '../errors.js'
import {isDiskFull} from '../files/system-error.js'
import {mappedRanges, type MappedRange} from './mapped-ranges.js'
import {RegionReader} from './read-regions.js'
import type {Region} from './region.js'

export interface WriteImageOptions {
  /** Path of the image. It appears whole or not at all. */
  target: string
  /** Bytes, a multiple of 4096. */
  size: number
  /** Sorted by offset, none over another. */
  regions: readonly Region[]
  signal?: AbortSignal
  /** Bytes of the image that are done, of `size`. */
  onProgress?: (done: number) => void
  /** What to compute besides. Both default to true; without them the image is written in about half the time. */
  hash?: {image?: boolean, ranges?: boolean}
}

export interface WrittenImage {
  size: number
  /** Of the whole file, holes read as zeros; hex. Absent if not asked for. */
  sha256?: string
  /** What has to reach the card, with the sha256 of each range (unless not asked for). Input of encodeBmap. */
  mappedRanges: HashedRange[]
}

export interface HashedRange extends MappedRange {
  sha256?: string
}

const CHUNK = 4 * 1024 * 1024
const PIECE = 64 * 1024
const ZEROS = Buffer.alloc(CHUNK)

/**
 * Writes an image from start to end in one pass: sparse, to `<target>.partial`, fsync, rename. Bodies are read straight into the buffer that is
 * written; runs of zeros are not written. Throws BrmcError INTERRUPTED, DISK_FULL; in every case nothing is left behind.
 */
export async function writeImage({target, size, regions, signal, onProgress, hash = {}}: WriteImageOptions): Promise<WrittenImage> {
  const partial = `${target}.partial`
  const file = openSync(partial, 'w')
  const reader = new RegionReader(regions)
  try {
    const image = hash.image === false ? undefined : createHash('sha256')
    const ranges: HashedRange[] = []
    const buffer = Buffer.allocUnsafeSlow(CHUNK)
    let done = 0
    for (const range of mappedRanges(regions, size)) {
      if (image) hashZeros(image, range.offset - done)
      const part = hash.ranges === false ? undefined : createHash('sha256')
      for (done = range.offset; done < range.offset + range.size;) {
        if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
        const chunk = buffer.subarray(0, Math.min(CHUNK, range.offset + range.size - done))
        const somethingThere = reader.fill(chunk, done)
        if (somethingThere) writeSparsely(file, chunk, done)
        image?.update(somethingThere ? chunk : ZEROS.subarray(0, chunk.length))
        part?.update(somethingThere ? chunk : ZEROS.subarray(0, chunk.length))
        done += chunk.length
        onProgress?.(done)
        await breathe()
      }

      ranges.push({...range, ...part && {sha256: part.digest('hex')}})
    }

    if (image) hashZeros(image, size - done)
    ftruncateSync(file, size)
    fsyncSync(file)
    renameSync(partial, target)
    return {size, mappedRanges: ranges, ...image && {sha256: image.digest('hex')}}
  } catch (error) {
    rmSync(partial, {force: true})
    throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk became full while ${target} was written`, {cause: error}) : error
  } finally {
    reader.close()
    closeSync(file)
  }
}

/** Writes what is not zero, in runs as long as possible. */
export function writeSparsely(file: number, chunk: Buffer, offset: number): void {
  let start = 0
  for (let at = 0; at < chunk.length; at += PIECE) {
    const end = Math.min(at + PIECE, chunk.length)
    if (!isZero(chunk, at, end)) continue
    writeAll(file, chunk.subarray(start, at), offset + start)
    start = end
  }

  writeAll(file, chunk.subarray(start), offset + start)
}

function isZero(chunk: Buffer, start: number, end: number): boolean {
  // Almost every piece shows at its ends that it is not.
  if (chunk[start] !== 0 || chunk[end - 1] !== 0) return false
  return ZEROS.compare(chunk, start, end, 0, end - start) === 0
}

function writeAll(file: number, bytes: Buffer, offset: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, offset + done)
}

function hashZeros(hash: Hash, count: number): void {
  for (let left = count; left > 0; left -= CHUNK) hash.update(left >= CHUNK ? ZEROS : ZEROS.subarray(0, left))
}
