import {createHash} from 'node:crypto'

import {BrmcError} from '../../errors.js'

/** The bytes of a blob as they come, held against its descriptor: one too many ends it, and so do others at its end. Throws BrmcError PACKAGE_CORRUPT. */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>, {digest, size, path}: {digest: string, size: number, path: string},
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of chunks) {
    done += chunk.length
    if (done > size) throw new BrmcError('PACKAGE_CORRUPT', `${path} is longer than the ${size} bytes that were promised`)
    hash.update(chunk)
    yield chunk
  }

  if (done < size) throw new BrmcError('PACKAGE_CORRUPT', `${path} was cut short: it has ${done} of ${size} bytes`)
  const actual = `sha256:${hash.digest('hex')}`
  if (actual !== digest) throw new BrmcError('PACKAGE_CORRUPT', `${path} is not what was promised: its digest is ${actual}, not ${digest}`)
}
