import {encodeTarHeader, TAR_BLOCK, tarPadding} from '../../archive/tar-header.js'
import {sizeOf, type Piece} from '../../archive/piece.js'
import {BrmcError} from '../../errors.js'
import {MAX_PATH} from './member.js'

/** A file of an archive: its path there, and its bytes, in memory or on disk. */
export interface ArchiveFile {
  path: string
  body: Piece
}

/**
 * A deterministic tar (ustar) of plain files in the order given: root's, 0644, all of one time (seconds since 1970).
 * Folders are left out; every tar makes them. Throws BrmcError BASE_UNSUPPORTED for a name that needs more than a plain header.
 */
export function* archivePieces(files: Iterable<ArchiveFile>, mtime: number): Generator<Piece, void, undefined> {
  for (const {path, body} of files) {
    if (Buffer.byteLength(path) > MAX_PATH) throw new BrmcError('BASE_UNSUPPORTED', `the base has a file with a name longer than ${MAX_PATH} bytes: ${path}`)
    const size = sizeOf(body)
    yield encodeTarHeader({name: path, linkname: '', mode: 0o644, uid: 0, gid: 0, size, mtime, typeflag: '0', major: 0, minor: 0})
    yield body
    yield Buffer.alloc(tarPadding(size))
  }

  yield Buffer.alloc(2 * TAR_BLOCK)
}
