import type {Region} from './region.js'

/** Bytes of a block of a bmap; every file system here has a multiple of it at its start. */
export const MAP_BLOCK = 4096

/** A run of bytes of the image that has to be written to a card. Both are multiples of MAP_BLOCK. */
export interface MappedRange {
  offset: number
  size: number
}

/** The blocks that `regions` (sorted by offset, none over another) touch, as runs. `imageSize` is a multiple of MAP_BLOCK. */
export function mappedRanges(regions: readonly Region[], imageSize: number): MappedRange[] {
  const ranges: MappedRange[] = []
  for (const {offset, size} of regions) {
    if (size === 0) continue
    const start = offset - offset % MAP_BLOCK
    const end = Math.min(Math.ceil((offset + size) / MAP_BLOCK) * MAP_BLOCK, imageSize)
    const last = ranges.at(-1)
    if (last && start <= last.offset + last.size) last.size = Math.max(last.offset + last.size, end) - last.offset
    else ranges.push({offset: start, size: end - start})
  }

  return ranges
}
