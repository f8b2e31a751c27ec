import type {ContentAt, RootEntry} from '../overlay/entry.js'

/** A run of bytes of something being written: in memory, or still in a file on disk. A stream of pieces is pure; read-pieces.ts makes bytes of it. */
export type Piece = Buffer | FilePiece

export interface FilePiece extends ContentAt {
  /** Bytes. */
  size: number
}

const NOTHING = Buffer.alloc(0)

/** The body of `entry` as a piece; an entry without content has none. */
export function pieceOf({content, size}: Pick<RootEntry, 'content' | 'size'>): Piece {
  if (content === undefined) return NOTHING
  return Buffer.isBuffer(content) ? content : {...content, size}
}

export function sizeOf(piece: Piece): number {
  return Buffer.isBuffer(piece) ? piece.length : piece.size
}
