import {BrmcError} from '../errors.js'
import {writeWholeBy} from '../files/write-whole.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Piece} from './piece.js'
import {readPieces} from './read-pieces.js'
import {tarPieces} from './tar.js'

const FLUSH_AT = 1024 * 1024

/** Writes a deterministic tar of `entries` (tarPieces) to `target`, whole or not at all. Returns its bytes. Throws BrmcError DISK_FULL, INTERRUPTED. */
export async function writeTar(target: string, entries: Iterable<RootEntry>, signal?: AbortSignal): Promise<number> {
  return writePieces(target, tarPieces(entries), signal)
}

/** The same of any pieces. */
export async function writePieces(target: string, pieces: Iterable<Piece>, signal?: AbortSignal): Promise<number> {
  return writeWholeBy(target, async file => {
    let size = 0
    let waiting: Buffer[] = []
    let waitingSize = 0
    const flush = async (): Promise<void> => {
      if (waitingSize > 0) await file.writev(waiting)
      waiting = []
      waitingSize = 0
    }

    for await (const chunk of readPieces(pieces)) {
      if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
      waiting.push(chunk)
      waitingSize += chunk.length
      size += chunk.length
      if (waitingSize >= FLUSH_AT || waiting.length >= 512) await flush()
    }

    await flush()
    return size
  })
}
