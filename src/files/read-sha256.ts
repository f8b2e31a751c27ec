import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {pipeline} from 'node:stream/promises'

const CHUNK = 1024 * 1024

/** sha256 of a file, in hex, without holding it in memory. */
export async function readSha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, {highWaterMark: CHUNK}), hash)
  return hash.digest('hex')
}
