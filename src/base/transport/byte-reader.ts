import {BrmcError} from '../../errors.js'

/** A stream, read in portions of one's own choice. */
export interface ByteReader {
  /** Bytes read so far. */
  readonly position: number
  /** The next `size` bytes. Throws BrmcError PACKAGE_CORRUPT where there are fewer. */
  exactly: (size: number) => Promise<Buffer>
  skip: (size: number) => Promise<void>
  /** Chunks as they come, none longer than what `left` says then, until that is 0 or the stream ends. */
  chunks: (left: () => number) => AsyncGenerator<Buffer, void, undefined>
  /** Lets go of the stream. */
  close: () => Promise<void>
}

export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  let position = 0

  /** At most `limit` bytes; none at the end of the stream. */
  const take = async (limit: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const next = await iterator.next()
      if (next.done === true) return rest
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }

    const taken = rest.subarray(0, limit)
    rest = rest.subarray(taken.length)
    position += taken.length
    return taken
  }

  async function* chunks(left: () => number): AsyncGenerator<Buffer, void, undefined> {
    while (left() > 0) {
      const chunk = await take(left())
      if (chunk.length === 0) return
      yield chunk
    }
  }

  /** The next `size` bytes in chunks, all of them. */
  async function* all(size: number): AsyncGenerator<Buffer, void, undefined> {
    const end = position + size
    yield* chunks(() => end - position)
    if (position < end) throw new BrmcError('PACKAGE_CORRUPT', `it was cut short: ${end - position} bytes are missing after ${position}`)
  }

  return {
    get position() { return position },
    chunks,
    async exactly(size) {
      const taken: Buffer[] = []
      for await (const chunk of all(size)) taken.push(chunk)
      return Buffer.concat(taken)
    },
    async skip(size) {
      const passed = all(size)
      while ((await passed.next()).done !== true);
    },
    async close() {
      await iterator.return?.()
    },
  }
}
