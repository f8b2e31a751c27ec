import {BrmcError} from '../../errors.js'
import {BLOCK, BLOCKS_PER_GROUP, hasSuperblock, type Geometry} from './geometry.js'

/** A run of blocks. */
export interface Extent {
  start: number
  length: number
}

// An initialised extent holds at most 2^15 blocks (fs/ext4/ext4_extents.h, EXT_INIT_MAX_LEN).
const MAX_EXTENT = 32_768

/** Gives out the blocks of a file system from its start to its end, around the copies of the superblock, and keeps the bitmaps. */
export class BlockAllocator {
  /** One bitmap per group, one after the other; bits beyond the last block are set. */
  readonly bitmaps: Buffer
  readonly #geometry: Geometry
  readonly #copies: readonly Extent[]
  #next = 0
  #nextCopy = 0
  #used = 0

  constructor(geometry: Geometry) {
    this.#geometry = geometry
    this.bitmaps = Buffer.alloc(geometry.groups * BLOCK)
    this.#copies = Array.from({length: geometry.groups}, (_, group) => group).filter(hasSuperblock)
      .map(group => ({start: group * BLOCKS_PER_GROUP, length: 1 + geometry.descriptors}))
    for (const copy of this.#copies) this.#mark(copy)
    setBits(this.bitmaps, geometry.blocks, geometry.groups * BLOCKS_PER_GROUP - geometry.blocks)
  }

  get free(): number {
    return this.#geometry.blocks - this.#used
  }

  /** Blocks of `group` that are free. */
  freeIn(group: number): number {
    const bitmap = this.bitmaps.subarray(group * BLOCK, (group + 1) * BLOCK)
    let used = 0
    for (const byte of bitmap) used += POPULATION[byte] ?? 0
    return BLOCKS_PER_GROUP - used
  }

  /** The next `count` blocks, in as few extents as possible. Throws BrmcError IMAGE_TOO_SMALL. */
  take(count: number): Extent[] {
    const extents: Extent[] = []
    for (let left = count; left > 0;) {
      this.#skipCopies()
      const end = this.#copies[this.#nextCopy]?.start ?? this.#geometry.blocks
      const extent = {start: this.#next, length: Math.min(left, MAX_EXTENT, end - this.#next)}
      if (extent.length <= 0) throw new BrmcError('IMAGE_TOO_SMALL', 'the root file system does not fit into its partition')
      this.#mark(extent)
      this.#next += extent.length
      left -= extent.length
      extents.push(extent)
    }

    return extents
  }

  /** The next `count` blocks (32768 at most) that lie side by side; what is left out before them stays free. */
  takeRun(count: number): number {
    this.#skipCopies()
    for (let copy = this.#copies[this.#nextCopy]; copy && this.#next + count > copy.start; copy = this.#copies[this.#nextCopy]) {
      this.#next = copy.start
      this.#skipCopies()
    }

    const [extent] = this.take(count)
    return extent?.start ?? this.#next
  }

  #skipCopies(): void {
    for (let copy = this.#copies[this.#nextCopy]; copy && this.#next >= copy.start; copy = this.#copies[this.#nextCopy]) {
      this.#next = Math.max(this.#next, copy.start + copy.length)
      this.#nextCopy++
    }
  }

  #mark({start, length}: Extent): void {
    setBits(this.bitmaps, start, length)
    this.#used += length
  }
}

const POPULATION = Uint8Array.from({length: 256}, (_, byte) => byte.toString(2).replaceAll('0', '').length)

/** Sets `count` bits from bit `start`, the lowest bit of a byte first. */
export function setBits(bitmap: Buffer, start: number, count: number): void {
  const end = start + count
  let at = start
  for (; at < end && at % 8 !== 0; at++) bitmap[at >> 3] = (bitmap[at >> 3] ?? 0) | 1 << at % 8
  const bytes = Math.floor((end - at) / 8)
  if (bytes > 0) bitmap.fill(0xff, at / 8, at / 8 + bytes)
  for (at += Math.max(bytes, 0) * 8; at < end; at++) bitmap[at >> 3] = (bitmap[at >> 3] ?? 0) | 1 << at % 8
}
