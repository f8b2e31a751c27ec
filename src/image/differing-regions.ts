import type {ImagePlan} from './compose.js'
import {MAP_BLOCK} from './mapped-ranges.js'
import type {Region} from './region.js'

/**
 * What has to be written over a copy of the image of `stem` to make it, byte for byte, the image of `plan`: few bytes where most of both
 * lies at the same place. Sorted by offset; those without content are zeros to be written. The copy has to get the size of `plan` too.
 */
export function differingRegions(stem: Pick<ImagePlan, 'regions' | 'size'>, plan: Pick<ImagePlan, 'regions' | 'size'>): Region[] {
  const known = new Map(stem.regions.map(region => [region.offset, region]))
  // Where there are zeros in both, a copy has them already.
  const filled = plan.regions.filter(({content, size}) => content !== undefined && size > 0)
  const differing = filled.flatMap(region => differingParts(known.get(region.offset), region))
  return [...differing, ...leftOver(stem, {regions: filled, size: plan.size})].sort((a, b) => a.offset - b.offset)
}

function differingParts(before: Region | undefined, region: Region): Region[] {
  if (before?.size !== region.size) return [region]
  const [one, other] = [before.content, region.content]
  if (one === other) return []
  if (Buffer.isBuffer(one) && Buffer.isBuffer(other)) return differingBlocks(one, other, region.offset)
  if (one === undefined || other === undefined || Buffer.isBuffer(one) || Buffer.isBuffer(other)) return [region]
  return one.file === other.file && one.offset === other.offset ? [] : [region]
}

/** Tables are large, and what differs in them is small. */
function differingBlocks(before: Buffer, content: Buffer, offset: number): Region[] {
  if (before.equals(content)) return []
  const parts: Region[] = []
  for (let at = 0; at < content.length; at += MAP_BLOCK) {
    const end = Math.min(at + MAP_BLOCK, content.length)
    if (before.compare(content, at, end, at, end) === 0) continue
    const last = parts.at(-1)
    const from = last && last.offset + last.size === offset + at ? last.offset - offset : at
    if (from !== at) parts.pop()
    parts.push({offset: offset + from, size: end - from, content: content.subarray(from, end)})
  }

  return parts
}

/** Where the stem has something and the other image has nothing: zeros. */
function leftOver(stem: Pick<ImagePlan, 'regions'>, {regions, size}: Pick<ImagePlan, 'regions' | 'size'>): Region[] {
  const zeros: Region[] = []
  let next = 0
  for (const {offset, size: length, content} of stem.regions) {
    if (content === undefined) continue
    const end = Math.min(offset + length, size)
    let at = offset
    while (next < regions.length && endOf(regions[next]) <= at) next++
    for (let index = next; at < end; index++) {
      const cover = regions[index]
      const until = Math.min(cover?.offset ?? end, end)
      if (until > at) zeros.push({offset: at, size: until - at})
      at = Math.max(at, cover ? endOf(cover) : end)
    }
  }

  return zeros
}

const endOf = (region: Region | undefined): number => region ? region.offset + region.size : Infinity
