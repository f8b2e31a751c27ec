import {createReadStream, createWriteStream} from 'node:fs'
import {join, resolve} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'

import {readTarEntries} from '../archive/read-tar.js'
import {unfoldInto} from '../archive/write-unfolded.js'
import {BrmcError, messageOf} from '../errors.js'
import {sha256} from '../files/sha256.js'
import type {Run} from '../process/run.js'
import {ARCHIVE_ENDINGS, packingOf, type Packing} from './archive-name.js'
import type {Layer} from './layer.js'

interface ReadTarLayerOptions {
  /** An existing folder for the unpacked archive; it must stay until the image is written, because bodies are read from there. */
  scratch: string
  run: Run
  signal?: AbortSignal
  /** Bytes that an archive may unpack to, and its files with holes to. */
  limit?: number
}

/** A few kilobytes can unpack to anything; a root of more than this nobody puts on a card by overlay. */
const MAX_UNPACKED = 4 * 1024 ** 3
/** xz allocates what the archive's header asks for; its own highest level asks for 65 MiB. */
const XZ_MEMORY = '256MiB'

/** Programs that write what they unpack to standard output. */
const PROGRAMS: Readonly<Record<Exclude<Packing, 'none' | 'gzip'>, readonly [string, ...string[]]>> = {
  xz: ['xz', '--decompress', '--stdout', `--memlimit-decompress=${XZ_MEMORY}`, '--'],
  zstd: ['zstd', '--decompress', '--stdout', '--quiet', '--'],
}

/**
 * A .tar, .tar.gz, .tar.xz or .tar.zst as a layer: types, modes, owners, times, extended attributes, hard links and devices as the archive
 * has them; bodies stay in the (unpacked) archive, those of sparse members are unfolded in `scratch`. Throws BrmcError OVERLAY_INVALID (see
 * readTarEntries; and for what unpacks to more than `limit`), TOOL_MISSING or TOOL_FAILED of xz and zstd.
 */
export async function readTarLayer(file: string, options: ReadTarLayerOptions): Promise<Layer> {
  const archive = await unpacked(file, options)
  const {scratch, limit = MAX_UNPACKED} = options
  return {name: file, kind: 'archive', entries: readTarEntries(archive, unfoldInto(scratch, scratchName(file), limit))}
}

/** Each archive has its own beginning of names in the scratch folder. */
const scratchName = (file: string): string => sha256(resolve(file)).slice(0, 12)

async function unpacked(file: string, {scratch, run, signal, limit = MAX_UNPACKED}: ReadTarLayerOptions): Promise<string> {
  const packing = packingOf(file)
  if (packing === undefined) throw new BrmcError('OVERLAY_INVALID', `${file} is neither a folder nor a ${ARCHIVE_ENDINGS}`)
  if (packing === 'none') return file
  const target = join(scratch, `${scratchName(file)}.tar`)
  const meter = {size: 0, limit}
  try {
    await (packing === 'gzip' ? gunzip(file, target, {meter, signal}) : unpackBy(PROGRAMS[packing], file, target, {meter, signal, run}))
  } catch (error) {
    // A program whose output nobody takes any more fails in its own words.
    if (meter.size <= limit) throw error
    throw new BrmcError('OVERLAY_INVALID', `${file} unpacks to more than ${limit} bytes`, {suggestions: ['unpack it yourself, and name the .tar, if it is to be that large']})
  }

  return target
}

interface Meter {
  size: number
  limit: number
}

/** Lets bytes through, and ends it all where they are too many: the disk must not find out. */
function within(meter: Meter) {
  return async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      meter.size += chunk.length
      if (meter.size > meter.limit) throw new RangeError('more than the limit')
      yield chunk
    }
  }
}

interface Unpacking {
  meter: Meter
  signal: AbortSignal | undefined
}

async function unpackBy([program, ...args]: readonly [string, ...string[]], file: string, target: string, options: Unpacking & {run: Run}): Promise<void> {
  const {meter, signal, run} = options
  await run(program, [...args, file], {...signal && {signal}, consume: async output => pipeline(output, within(meter), createWriteStream(target))})
}

async function gunzip(file: string, target: string, {meter, signal}: Unpacking): Promise<void> {
  try {
    await pipeline(createReadStream(file), createGunzip(), within(meter), createWriteStream(target), {...signal && {signal}})
  } catch (cause) {
    if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted', {cause})
    throw new BrmcError('OVERLAY_INVALID', `${file} could not be unpacked: ${messageOf(cause)}`, {cause})
  }
}
