import {closeSync, constants, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync} from 'node:fs'

import {BrmcError} from '../errors.js'
import {isDiskFull} from '../files/system-error.js'
import type {MappedRange} from './mapped-ranges.js'
import {RegionReader} from './read-regions.js'
import type {Region} from './region.js'
import {writeSparsely} from './write-image.js'

export interface Stem {
  /** Path of an image that is there whole. */
  image: string
  /** What of it is not a hole; all of it is looked at where that is not known. */
  mappedRanges?: readonly MappedRange[]
}

export interface StemCopy {
  stem: Stem
  /** Path of the image to make. It appears whole or not at all. */
  target: string
  /** Bytes. */
  size: number
  /** differingRegions. */
  regions: readonly Region[]
}

/** As coreutils' cp has it: more does not stay in a processor's own cache from reading to writing. */
const CHUNK = 128 * 1024

/**
 * Makes images that differ little from one stem: a clone that shares its blocks where the file system can do that (Btrfs, XFS, bcachefs, APFS), else a
 * sparse copy, and the regions that differ written over it. Nothing is flushed to the disk: whoever makes many does that for all of them at once.
 */
export class StemWriter {
  #buffer: Buffer | undefined
  #clones = true

  /** False as soon as it was seen that blocks cannot be shared here. */
  get clones(): boolean {
    return this.#clones
  }

  /** Throws BrmcError DISK_FULL; what was begun is taken away. */
  write({stem, target, size, regions}: StemCopy): void {
    const partial = `${target}.partial`
    rmSync(partial, {force: true})
    try {
      if (!this.#clone(stem.image, partial)) this.#copy(stem, partial)
      patch(partial, regions, size)
      renameSync(partial, target)
    } catch (error) {
      rmSync(partial, {force: true})
      throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk became full while ${target} was written`, {cause: error}) : error
    }
  }

  #clone(from: string, to: string): boolean {
    if (!this.#clones) return false
    try {
      copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    } catch (error) {
      if (isDiskFull(error)) throw error
      // Said by the kernel in many ways (ENOTSUP, EXDEV, EINVAL, ENOTTY …); if it was something else, the copy says so.
      this.#clones = false
      rmSync(to, {force: true})
    }

    return this.#clones
  }

  #copy({image, mappedRanges}: Stem, to: string): void {
    this.#buffer ??= Buffer.allocUnsafeSlow(CHUNK)
    const source = openSync(image, 'r')
    try {
      const file = openSync(to, 'wx')
      try {
        for (const range of mappedRanges ?? [{offset: 0, size: fstatSync(source).size}]) copyRange(source, file, range, this.#buffer)
      } finally {
        closeSync(file)
      }
    } finally {
      closeSync(source)
    }
  }
}

function copyRange(source: number, file: number, {offset, size}: MappedRange, buffer: Buffer): void {
  for (let done = 0; done < size;) {
    const count = readSync(source, buffer, 0, Math.min(buffer.length, size - done), offset + done)
    if (count === 0) return
    writeSparsely(file, buffer.subarray(0, count), offset + done)
    done += count
  }
}

function patch(path: string, regions: readonly Region[], size: number): void {
  const file = openSync(path, 'r+')
  const reader = new RegionReader(regions)
  try {
    for (const {offset, size: length} of regions) {
      for (let done = 0; done < length; done += CHUNK) {
        const chunk = Buffer.alloc(Math.min(CHUNK, length - done))
        reader.fill(chunk, offset + done)
        for (let written = 0; written < chunk.length;) written += writeSync(file, chunk, written, chunk.length - written, offset + done + written)
      }
    }

    ftruncateSync(file, size)
  } finally {
    reader.close()
    closeSync(file)
  }
}
