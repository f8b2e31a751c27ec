import {closeSync, ftruncateSync, openSync, writeSync} from 'node:fs'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import type {UnfoldSparse} from './read-tar.js'

const CHUNK = 1024 * 1024

/**
 * Writes sparse members as files with holes, `folder`/`prefix`-N, N being their place in the archive. Throws BrmcError OVERLAY_INVALID where together
 * they are of more than `limit` bytes, holes and all: each is a file of that size on a card.
 */
export function unfoldInto(folder: string, prefix: string, limit: number): UnfoldSparse {
  let all = 0
  return (member, read) => {
    all += member.size
    if (all > limit) throw new BrmcError('OVERLAY_INVALID', `its sparse members unfold to more than ${limit} bytes`)
    const file = join(folder, `${prefix}-${member.bodyAt}`)
    const descriptor = openSync(file, 'w')
    try {
      let from = member.bodyAt
      for (const {offset, size} of member.extents) {
        for (let done = 0; done < size; done += CHUNK) {
          const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - done))
          read(chunk, from + done)
          writeWhole(descriptor, chunk, offset + done)
        }

        from += size
      }

      ftruncateSync(descriptor, member.size)
    } finally {
      closeSync(descriptor)
    }

    return {file, offset: 0}
  }
}

function writeWhole(descriptor: number, chunk: Buffer, offset: number): void {
  for (let done = 0; done < chunk.length;) done += writeSync(descriptor, chunk, done, chunk.length - done, offset + done)
}
