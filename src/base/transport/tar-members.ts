import {decodePax} from '../../archive/pax.js'
import {decodeTarHeader, TAR_BLOCK, tarPadding, type TarHeader} from '../../archive/tar-header.js'
import {BrmcError} from '../../errors.js'
import {byteReader, type ByteReader} from './byte-reader.js'
import {safePath, type Member} from './member.js'

/** A member of a tar, and where its body begins. */
export interface TarMember extends Member {
  offset: number
}

/** Of a pax or GNU header that says more about the next member. */
interface Extended {
  path?: string
  size?: number
}

const MAX_EXTENDED = 64 * 1024
/** GNU tar fills up its last record, at most 20 blocks unless told otherwise. */
const MAX_AFTER_END = 1024 * 1024
const KINDS: Readonly<Record<string, string>> = {1: 'a hard link', 2: 'a symbolic link', 3: 'a device', 4: 'a device', 6: 'a named pipe', S: 'a sparse file'}

/**
 * The regular files of an uncompressed tar while it comes, in its order; the archive may be anybody's. Folders are passed over; links, devices
 * and names that leave the folder are refused, and so is what follows the end. Memory: a chunk of `source`.
 * Throws BrmcError PACKAGE_CORRUPT; OVERLAY_INVALID of a header that is none.
 */
export async function* tarMembers(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember, void, undefined> {
  const reader = byteReader(source)
  try {
    yield* members(reader)
  } finally {
    await reader.close()
  }
}

async function* members(reader: ByteReader): AsyncGenerator<TarMember, void, undefined> {
  let extended: Extended = {}
  for (;;) {
    const header = decodeTarHeader(await reader.exactly(TAR_BLOCK))
    if (!header) return expectEnd(reader)
    const size = extended.size ?? header.size
    if (!Number.isSafeInteger(size) || size < 0) throw new BrmcError('PACKAGE_CORRUPT', `${JSON.stringify(header.name)} says it has ${size} bytes`)
    const end = reader.position + size
    if ('xgLK'.includes(header.typeflag)) extended = {...extended, ...await extendedBy(header, size, reader)}
    else {
      const path = safePath(extended.path ?? header.name)
      extended = {}
      if (isFile(header, path)) yield {path, size, offset: reader.position, body: reader.chunks(() => end - reader.position)}
    }

    await reader.skip(end - reader.position + tarPadding(size))
  }
}

function isFile({typeflag, name}: TarHeader, path: string): boolean {
  if (typeflag === '5' || ('07'.includes(typeflag) && name.endsWith('/'))) return false
  if (!'07'.includes(typeflag)) throw new BrmcError('PACKAGE_CORRUPT', `${path} is ${KINDS[typeflag] ?? `a member of type ${JSON.stringify(typeflag)}`}; only files are expected`)
  if (path === '') throw new BrmcError('PACKAGE_CORRUPT', 'a file has no name')
  return true
}

async function extendedBy({typeflag}: TarHeader, size: number, reader: ByteReader): Promise<Extended> {
  if (size > MAX_EXTENDED) throw new BrmcError('PACKAGE_CORRUPT', `an extended header of ${size} bytes is not believable`)
  const body = await reader.exactly(size)
  if (typeflag === 'L') return {path: body.toString('utf8').replace(/\0[^]*$/, '')}
  if (typeflag !== 'x') return {}
  const records = decodePax(body)
  if ([...records.keys()].some(keyword => keyword.startsWith('GNU.sparse.'))) throw new BrmcError('PACKAGE_CORRUPT', 'a member is stored as a sparse file')
  const [path, bytes] = [records.get('path')?.toString(), records.get('size')?.toString()]
  return {...path !== undefined && {path}, ...bytes !== undefined && {size: /^\d+$/.test(bytes) ? Number(bytes) : -1}}
}

/** Reads on to the very end: a compressor's checksum comes last. */
async function expectEnd(reader: ByteReader): Promise<void> {
  const end = reader.position
  for await (const chunk of reader.chunks(() => MAX_AFTER_END)) {
    if (reader.position - end > MAX_AFTER_END || chunk.some(byte => byte !== 0)) throw new BrmcError('PACKAGE_CORRUPT', 'the archive goes on after its end')
  }
}
