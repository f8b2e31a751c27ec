import {open, type FileHandle} from 'node:fs/promises'

import {BrmcError} from '../errors.js'
import {systemPath} from '../files/name-bytes.js'
import type {FilePiece, Piece} from './piece.js'

const CHUNK = 1024 * 1024
// A tree of loose files must not use up the process's descriptors.
const MAX_OPEN = 256

/** The bytes of `pieces` in order, in chunks of at most 1 MiB from files. Each file is opened once (of very many, the oldest are closed again). Throws BrmcError INTERNAL where a file is shorter than promised. */
export async function* readPieces(pieces: Iterable<Piece>): AsyncGenerator<Buffer, void, undefined> {
  const files = new Map<string, FileHandle>()
  try {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) yield piece
      else yield* readFilePiece(piece, await handleOf(files, piece.file))
    }
  } finally {
    await Promise.all(Array.from(files.values(), handle => handle.close()))
  }
}

async function handleOf(files: Map<string, FileHandle>, file: string): Promise<FileHandle> {
  const known = files.get(file)
  if (known) return known
  if (files.size >= MAX_OPEN) {
    await Promise.all(Array.from(files.values(), handle => handle.close()))
    files.clear()
  }

  const handle = await open(systemPath(file))
  files.set(file, handle)
  return handle
}

async function* readFilePiece({file, offset, size}: FilePiece, handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let done = 0; done < size;) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size - done))
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, offset + done)
    if (bytesRead === 0) throw new BrmcError('INTERNAL', `${file} ended at ${offset + done} bytes; ${size - done} more were expected (did it change while it was read?)`)
    done += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
