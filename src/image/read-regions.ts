import {closeSync, openSync, readSync} from 'node:fs'

import {BrmcError} from '../errors.js'
import {systemPath} from '../files/name-bytes.js'
import type {Region} from './region.js'

// A tree of loose files (an overlay folder) must not use up the process's descriptors.
const MAX_OPEN = 256

/** Gives the bytes of sorted regions from start to end. Each file that bodies lie in is opened once (of very many, the oldest are closed again). */
export class RegionReader {
  readonly #regions: readonly Region[]
  readonly #files = new Map<string, number>()
  #next = 0

  constructor(regions: readonly Region[]) {
    this.#regions = regions
  }

  /** Fills `chunk` with the bytes from `offset` on; what no region covers becomes zero. Offsets must not go back. Returns false, with `chunk` as it was, if all is zero. */
  fill(chunk: Buffer, offset: number): boolean {
    const end = offset + chunk.length
    let filled = 0
    let anything = false
    for (let region = this.#regions[this.#next]; region && region.offset < end; region = this.#regions[this.#next]) {
      if (region.content !== undefined) {
        const from = Math.max(region.offset, offset)
        const to = Math.min(region.offset + region.size, end)
        if (to > from) {
          chunk.fill(0, filled, from - offset)
          this.#copy(region, from - region.offset, chunk.subarray(from - offset, to - offset))
          filled = to - offset
          anything = true
        }
      }

      if (region.offset + region.size > end) break
      this.#next++
    }

    if (anything) chunk.fill(0, filled)
    return anything
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file)
    this.#files.clear()
  }

  #copy({content}: Region, skip: number, to: Buffer): void {
    if (content === undefined) return
    if (Buffer.isBuffer(content)) {
      content.copy(to, 0, skip, skip + to.length)
      return
    }

    const file = this.#open(content.file)
    for (let done = 0; done < to.length;) {
      const count = readSync(file, to, done, to.length - done, content.offset + skip + done)
      if (count === 0) throw new BrmcError('IMAGE_INVALID', `${content.file} became shorter while the image was made of it`)
      done += count
    }
  }

  #open(path: string): number {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    if (this.#files.size >= MAX_OPEN) this.close()
    const file = openSync(systemPath(path), 'r')
    this.#files.set(path, file)
    return file
  }
}

/** The bytes of `range` as `regions` (sorted by offset) have them; what none covers is zero. */
export function readRegionBytes(regions: readonly Region[], {offset, size}: {offset: number, size: number}): Buffer {
  const reader = new RegionReader(regions)
  const bytes = Buffer.alloc(size)
  try {
    reader.fill(bytes, offset)
    return bytes
  } finally {
    reader.close()
  }
}
