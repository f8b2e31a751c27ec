import {createReadStream} from 'node:fs'
import {open} from 'node:fs/promises'
import {createGunzip} from 'node:zlib'

import {BrmcError, messageOf} from '../../errors.js'
import type {Run} from '../../process/run.js'
import {BUNDLE_FILE} from '../bundle.js'
import {verified} from './blob.js'
import {smallBody, type Member} from './member.js'
import {blobPath, INDEX_FILE, LAYOUT_FILE, layersOf, manifestOf, MAX_MANIFEST} from './oci.js'
import {tarMembers} from './tar-members.js'

const CHUNK = 1024 * 1024
/** A layout of a base has fewer than a hundred. */
const MAX_MEMBERS = 10_000

/** First bytes of what packs a tar (xz-file-format 1.2, RFC 8878, RFC 1952). */
const PACKINGS = [
  {tool: 'xz', args: ['-d', '-c', '-q', '--'], magic: 'fd377a585a00'},
  {tool: 'zstd', args: ['-d', '-c', '-q', '--'], magic: '28b52ffd'},
  {tool: 'gzip', magic: '1f8b'},
] as const

type Use<T> = (members: AsyncIterable<Member>) => Promise<T>

interface ReadArchiveOptions {
  run: Run
  signal: AbortSignal
}

/**
 * Gives the files of an exported base to `use`, bundle.json first, while they are read: of a tar, packed by xz, zstd or gzip (its first bytes say so), or
 * of the archive of an OCI layout. What `use` returns counts only once this returns: a checksum may stand at the very end.
 * Throws BrmcError PACKAGE_CORRUPT, BUNDLE_MISFIT, TOOL_MISSING, INTERRUPTED, and OVERLAY_INVALID where a header is none.
 */
export async function readArchive<T>(file: string, use: Use<T>, options: ReadArchiveOptions): Promise<T> {
  const magic = (await firstBytes(file)).toString('hex')
  const packing = PACKINGS.find(candidate => magic.startsWith(candidate.magic))
  if (packing === undefined) return readPlain(file, use, options)
  if (packing.tool === 'gzip') return gunzipped(file, use, options)
  return unpacked(file, use, {...options, ...packing})
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(8), 0, 8, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function readPlain<T>(file: string, use: Use<T>, {signal}: ReadArchiveOptions): Promise<T> {
  const places = new Map<string, {offset: number, size: number}>()
  for await (const {path, offset, size} of tarMembers(createReadStream(file, {highWaterMark: CHUNK, signal}))) {
    if (places.size === 0 && path === BUNDLE_FILE) return use(tarMembers(createReadStream(file, {highWaterMark: CHUNK, signal})))
    if (places.has(path)) throw new BrmcError('PACKAGE_CORRUPT', `${path} is in it twice`)
    if (places.size === MAX_MEMBERS) throw new BrmcError('PACKAGE_CORRUPT', `more than ${MAX_MEMBERS} files are not believable`)
    places.set(path, {offset, size})
  }

  return use(layoutMembers(path => {
    const place = places.get(path)
    if (!place) throw path === LAYOUT_FILE ? notABase() : new BrmcError('PACKAGE_CORRUPT', `${path} is missing`)
    const {offset, size} = place
    return {path, size, body: size === 0 ? nothing() : createReadStream(file, {start: offset, end: offset + size - 1, highWaterMark: CHUNK, signal})}
  }))
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // An empty file has an empty body; a range of a file cannot be empty.
}

/** From oci-layout by index.json and the manifest to the files. */
async function* layoutMembers(file: (path: string) => Member): AsyncGenerator<Member, void, undefined> {
  await smallBody(file(LAYOUT_FILE), MAX_MANIFEST)
  const manifest = manifestOf(await smallBody(file(INDEX_FILE), MAX_MANIFEST))
  const blob = ({digest, size}: {digest: string, size: number}, path: string): Member =>
    ({path, size, body: verified(file(blobPath(digest)).body, {digest, size, path})})
  for (const layer of layersOf(await smallBody(blob(manifest, 'the manifest'), MAX_MANIFEST))) yield blob(layer, layer.path)
}

async function gunzipped<T>(file: string, use: Use<T>, {signal}: ReadArchiveOptions): Promise<T> {
  const packed = createReadStream(file, {signal})
  const plain = createGunzip()
  packed.on('error', error => { plain.destroy(error) })
  try {
    return await use(packedMembers(packed.pipe(plain)))
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) throw new BrmcError('PACKAGE_CORRUPT', `gzip: ${messageOf(error)}`, {cause: error})
    throw error
  } finally {
    packed.destroy()
  }
}

async function unpacked<T>(file: string, use: Use<T>, {tool, args, run, signal}: ReadArchiveOptions & {tool: string, args: readonly string[]}): Promise<T> {
  let result: {value: T} | undefined
  try {
    await run(tool, [...args, file], {signal, consume: async output => { result = {value: await use(packedMembers(begun(output)))} }})
  } catch (error) {
    if (error instanceof BrmcError && error.code === 'TOOL_FAILED') throw new BrmcError('PACKAGE_CORRUPT', `${tool} cannot unpack it`, {cause: error, details: error.details})
    throw error
  }

  if (!result) throw new BrmcError('INTERNAL', `${tool} ended and nobody read what it said`)
  return result.value
}

/** The same, and somebody reads it from now on: execa throws away what nobody wants yet. */
function begun(output: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = output[Symbol.asyncIterator]()
  const first = iterator.next()
  // Whoever takes it sees the error; that nobody did yet is none.
  first.catch(() => undefined)
  let next: (() => Promise<IteratorResult<Uint8Array>>) = () => {
    next = () => iterator.next()
    return first
  }
  return {[Symbol.asyncIterator]: () => ({next: () => next(), return: async () => await iterator.return?.() ?? {done: true, value: undefined}})}
}

/** A packed archive is read once, from its begin to its end. */
async function* packedMembers(source: AsyncIterable<Uint8Array>): AsyncGenerator<Member, void, undefined> {
  let first = true
  for await (const member of tarMembers(source)) {
    if (first && [LAYOUT_FILE, INDEX_FILE, 'blobs'].includes(member.path.split('/')[0] ?? '')) {
      throw new BrmcError('BUNDLE_MISFIT', 'it is the archive of an OCI layout, packed', {suggestions: ['unpack it first, with xz -d or zstd -d, and import the .tar']})
    }

    first = false
    yield member
  }
}

function notABase(): BrmcError {
  return new BrmcError('BUNDLE_MISFIT', `it is no base: neither is ${BUNDLE_FILE} its first file, nor is it the archive of an OCI layout`, {suggestions: ['write one with: brmc base export']})
}
