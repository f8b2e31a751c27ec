import {createHash} from 'node:crypto'
import {open} from 'node:fs/promises'

import {BrmcError} from '../../errors.js'
import {bodyOf, fetchAnswer, refused, type FetchOptions} from './fetch-body.js'

interface FetchArchiveOptions extends FetchOptions {
  /** Is not there yet. */
  target: string
  onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** The file at `url` as `target`, held against its sha256 before anybody reads it. Throws BrmcError PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, INTERRUPTED; the caller clears `target` away. */
export async function fetchArchive({url, sha256}: {url: URL, sha256: string}, {target, onProgress, ...options}: FetchArchiveOptions): Promise<void> {
  const answer = await fetchAnswer(withoutCredentials(url), credentialsOf(url), options)
  if (!answer.ok) {
    await answer.body?.cancel()
    throw refused(url, answer, answer.status === 401 || answer.status === 403 || answer.status === 404 ? ['does it want a login? Fetch it with another program, and name the file'] : [])
  }

  const length = Number(answer.headers.get('content-length') ?? Number.NaN)
  const total = Number.isFinite(length) ? length : undefined
  const hash = createHash('sha256')
  const file = await open(target, 'wx')
  let done = 0
  try {
    for await (const chunk of bodyOf(answer, url, options.signal)) {
      hash.update(chunk)
      await file.writeFile(chunk)
      done += chunk.length
      onProgress?.(done, total)
    }
  } finally {
    await file.close()
  }

  const actual = hash.digest('hex')
  if (actual !== sha256) throw new BrmcError('PACKAGE_CORRUPT', `its sha256 is ${actual}, not ${sha256}`, {suggestions: ['is it the right address? An older export of the same name has another sha256']})
}

/** fetch takes no address with a password in it. */
function credentialsOf({username, password}: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  return {authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`}
}

function withoutCredentials(url: URL): URL {
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  return plain
}
