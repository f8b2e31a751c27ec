import {open, rename, rm} from 'node:fs/promises'

import {BrmcError} from '../errors.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Piece} from './piece.js'
import {readPieces} from './read-pieces.js'
import {tarPieces} from './tar.js'

const FLUSH_AT = 1024 * 1024

/** Writes a deterministic tar of `entries` (tarPieces) to `target`, whole or not at all. Returns its bytes. */
export async function writeTar(target: string, entries: Iterable<RootEntry>, signal?: AbortSignal): Promise<number> {
  return writePieces(target, tarPieces(entries), signal)
}

/** Writes `pieces` one after the other to `target`, whole or not at all: to `<target>.partial`, fsync, rename. Returns the bytes written. */
export async function writePieces(target: string, pieces: Iterable<Piece>, signal?: AbortSignal): Promise<number> {
  const partial = `${target}.partial`
  const handle = await open(partial, 'w')
  try {
    let size = 0
    let waiting: Buffer[] = []
    let waitingSize = 0
    const flush = async (): Promise<void> => {
      if (waitingSize > 0) await handle.writev(waiting)
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
    await handle.sync()
    await handle.close()
    await rename(partial, target)
    return size
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(partial, {force: true})
    throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk became full while ${target} was written`, {cause: error}) : error
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
