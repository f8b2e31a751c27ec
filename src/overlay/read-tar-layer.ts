import {createReadStream, createWriteStream} from 'node:fs'
import {rm, symlink} from 'node:fs/promises'
import {basename, join, resolve} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGunzip} from 'node:zlib'

import {readTarEntries} from '../archive/read-tar.js'
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
}

type Unpack = (file: string, target: string, options: ReadTarLayerOptions) => Promise<void>

const UNPACKERS: Readonly<Record<Exclude<Packing, 'none'>, Unpack>> = {gzip: gunzip, xz: unxz, zstd: unzstd}

/**
 * A .tar, .tar.gz, .tar.xz or .tar.zst as a layer: types, modes, owners, times, extended attributes, hard links and devices as the archive
 * has them; bodies stay in the (unpacked) archive. Throws BrmcError OVERLAY_INVALID (see readTarEntries), TOOL_MISSING or TOOL_FAILED of xz and zstd.
 */
export async function readTarLayer(file: string, options: ReadTarLayerOptions): Promise<Layer> {
  const archive = await unpacked(file, options)
  return {name: file, kind: 'archive', entries: readTarEntries(archive)}
}

async function unpacked(file: string, options: ReadTarLayerOptions): Promise<string> {
  const packing = packingOf(file)
  if (packing === undefined) throw new BrmcError('OVERLAY_INVALID', `${file} is neither a folder nor a ${ARCHIVE_ENDINGS}`)
  if (packing === 'none') return file
  const target = join(options.scratch, `${sha256(resolve(file)).slice(0, 12)}-${basename(file)}.unpacked`)
  await UNPACKERS[packing](file, target, options)
  return target
}

async function gunzip(file: string, target: string, {signal}: ReadTarLayerOptions): Promise<void> {
  try {
    await pipeline(createReadStream(file), createGunzip(), createWriteStream(target), {...signal && {signal}})
  } catch (cause) {
    await rm(target, {force: true})
    if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted', {cause})
    throw new BrmcError('OVERLAY_INVALID', `${file} could not be unpacked: ${messageOf(cause)}`, {cause})
  }
}

async function unzstd(file: string, target: string, {run, signal}: ReadTarLayerOptions): Promise<void> {
  await run('zstd', ['-d', '-q', '-f', '-o', target, '--', file], {...signal && {signal}})
}

/** xz names its own output, after the input: a link in the scratch folder steers it there. */
async function unxz(file: string, target: string, {run, signal}: ReadTarLayerOptions): Promise<void> {
  const link = `${target}.xz`
  await rm(link, {force: true})
  await symlink(resolve(file), link)
  await run('xz', ['-d', '-f', '-k', '--', link], {...signal && {signal}})
  await rm(link, {force: true})
}
