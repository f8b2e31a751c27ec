import {createHash} from 'node:crypto'

import {pieceOf} from '../archive/piece.js'
import {readPieces} from '../archive/read-pieces.js'
import type {RootEntry} from './entry.js'

/** Would the root be the same with either of them? Bodies are read only where all else is the same. */
export async function readAlike(one: RootEntry, other: RootEntry): Promise<boolean> {
  const isAlike = (['type', 'mode', 'uid', 'gid', 'size', 'target'] as const).every(key => one[key] === other[key])
    && one.device?.major === other.device?.major && one.device?.minor === other.device?.minor && attributes(one) === attributes(other)
  if (!isAlike || one.type !== 'file' || one.content === other.content) return isAlike
  return await digestOf(one) === await digestOf(other)
}

function attributes({xattrs = {}}: RootEntry): string {
  return JSON.stringify(Object.entries(xattrs).map(([name, value]) => [name, value.toString('hex')]).sort())
}

async function digestOf(entry: RootEntry): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of readPieces([pieceOf(entry)])) hash.update(piece)
  return hash.digest('hex')
}
