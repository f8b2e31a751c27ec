import {BrmcError} from '../../errors.js'

/** A file on its way: its bytes come while they are read. A body that nobody reads is skipped. */
export interface Member {
  /** Relative, with `/`; safe (see safePath). */
  path: string
  /** Bytes of `body`, as promised by whatever came before them. */
  size: number
  body: AsyncIterable<Uint8Array>
}

/** Bytes of a field of a tar's name: what an archive of ours needs no extended header for. */
export const MAX_PATH = 100
const UNSAFE = /[\\\p{Cc}\p{Cs}\uFFFD]/u

/**
 * A name out of an archive or a manifest as a path that cannot leave the folder it is put into; a leading `./` and a trailing `/` go.
 * Throws BrmcError PACKAGE_CORRUPT.
 */
export function safePath(name: string): string {
  const refuse = (why: string): BrmcError => new BrmcError('PACKAGE_CORRUPT', `the name ${JSON.stringify(name)} ${why}`)
  if (name.startsWith('/')) throw refuse('is absolute')
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '')
  const parts = path.split('/')
  if (parts.includes('..')) throw refuse('leaves its folder by ".."')
  if (path !== '' && parts.some(part => part === '' || part === '.')) throw refuse('has an empty part')
  if (UNSAFE.test(path)) throw refuse('has a character that no name should have')
  if (Buffer.byteLength(path) > MAX_PATH) throw refuse(`is longer than ${MAX_PATH} bytes`)
  return path
}

/** All of a small body. Throws BrmcError PACKAGE_CORRUPT where it is larger than `limit`. */
export async function smallBody({path, size, body}: Member, limit: number): Promise<Buffer> {
  if (size > limit) throw new BrmcError('PACKAGE_CORRUPT', `${path} has ${size} bytes; more than ${limit} are not believable`)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (bytes.length !== size) throw new BrmcError('PACKAGE_CORRUPT', `${path} was cut short: it has ${bytes.length} of ${size} bytes`)
  return bytes
}
