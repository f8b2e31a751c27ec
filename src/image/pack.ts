import {deflateRawSync, inflateRawSync} from 'node:zlib'

import * as z from 'zod'

import {BrmcError, messageOf} from '../errors.js'
import type {Region} from './region.js'

/**
 * A site as what its image differs in from another, its stem: a line of JSON, then the bytes of all regions one after the other, compressed as
 * raw deflate (RFC 1951) with `dictionary`, bytes of the stem, as preset dictionary: most of what a site has its stem has almost like it.
 */
const PackHeaderSchema = z.strictObject({
  brmcPack: z.literal(1),
  site: z.string(),
  /** The deployment whose image is the stem, and the sha256 of that image. */
  stem: z.strictObject({deployment: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/)}),
  /** Bytes of the site's image. */
  size: z.int().min(0),
  /** Offset and size of what is written over a copy of the stem. */
  regions: z.array(z.tuple([z.int().min(0), z.int().min(1)])),
  /** Offset and size in the stem; size 0: none. */
  dictionary: z.tuple([z.int().min(0), z.int().min(0).max(32_768)]),
})

export type PackHeader = z.output<typeof PackHeaderSchema>

export interface Pack {
  header: PackHeader
  /** With all bodies in memory. */
  regions: Region[]
}

/** A header is small, and a stranger's file need not be read to its end to see that it has none. */
const MAX_HEADER = 1024 * 1024
/** What zlib may make of a stranger's file. */
const MAX_PAYLOAD = 512 * 1024 * 1024
const LINE_END = 0x0a

export function encodePack(header: Omit<PackHeader, 'brmcPack' | 'regions'>, regions: readonly {offset: number, bytes: Buffer}[], dictionary: Buffer): Buffer {
  const line = JSON.stringify({brmcPack: 1, ...header, regions: regions.map(({offset, bytes}) => [offset, bytes.length])})
  const payload = Buffer.concat(regions.map(({bytes}) => bytes))
  return Buffer.concat([Buffer.from(`${line}\n`), deflateRawSync(payload, {level: 6, ...dictionary.length > 0 && {dictionary}})])
}

/** Throws BrmcError IMAGE_INVALID for what is no pack. */
export function decodePackHeader(bytes: Buffer, file: string): {header: PackHeader, payload: Buffer} {
  const end = bytes.subarray(0, MAX_HEADER).indexOf(LINE_END)
  const parsed = PackHeaderSchema.safeParse(end === -1 ? undefined : jsonOf(bytes.subarray(0, end).toString()))
  if (!parsed.success) throw new BrmcError('IMAGE_INVALID', `${file} is not a site pack`, {suggestions: ['make packs with: brmc image --inventory sites.csv --packs']})
  const {regions, size} = parsed.data
  let last = 0
  for (const [offset, length] of regions) {
    if (offset < last || offset + length > size) throw new BrmcError('IMAGE_INVALID', `${file} is damaged: its regions lie over one another or outside of its image`)
    last = offset + length
  }

  return {header: parsed.data, payload: bytes.subarray(end + 1)}
}

/** The regions of a pack, whose dictionary was read from its stem. Throws BrmcError IMAGE_INVALID. */
export function decodePackRegions({header: {regions}, payload}: {header: PackHeader, payload: Buffer}, dictionary: Buffer, file: string): Region[] {
  const wanted = regions.reduce((sum, [, length]) => sum + length, 0)
  const bytes = inflated(payload, {dictionary, wanted, file})
  let at = 0
  return regions.map(([offset, size]) => {
    const content = bytes.subarray(at, at + size)
    at += size
    return {offset, size, content}
  })
}

function inflated(payload: Buffer, {dictionary, wanted, file}: {dictionary: Buffer, wanted: number, file: string}): Buffer {
  try {
    const bytes = inflateRawSync(payload, {maxOutputLength: Math.min(wanted + 1, MAX_PAYLOAD), ...dictionary.length > 0 && {dictionary}})
    if (bytes.length === wanted) return bytes
  } catch (cause) {
    throw new BrmcError('IMAGE_INVALID', `${file} is damaged: ${messageOf(cause)}`, {cause})
  }

  throw new BrmcError('IMAGE_INVALID', `${file} is damaged: it does not hold as many bytes as it says`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
