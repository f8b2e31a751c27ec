import {buffer} from 'node:stream/consumers'
import {Readable} from 'node:stream'

import {pieceOf} from '../archive/piece.js'
import {readPieces} from '../archive/read-pieces.js'
import {accountsOf, type Accounts} from './accounts.js'
import type {RootEntry} from './entry.js'
import type {Layer} from './layer.js'

/** The bytes of a file, from wherever they lie. */
export async function readContent(entry: RootEntry): Promise<Buffer> {
  return buffer(Readable.from(readPieces([pieceOf(entry)])))
}

/** The accounts of the root that these layers come to: of each of the two files, the uppermost. */
export async function readAccounts(layers: readonly Layer[]): Promise<Accounts> {
  const text = async (path: string): Promise<string> => {
    const found = layers.flatMap(({entries}) => entries).findLast(entry => entry.path === path && entry.type === 'file')
    return found ? (await readContent(found)).toString('utf8') : ''
  }
  return accountsOf(await text('etc/passwd'), await text('etc/group'))
}
