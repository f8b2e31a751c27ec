import {BrmcError, messageOf} from '../../errors.js'

/** The standard's fetch; a test gives its own. */
export type Fetch = typeof globalThis.fetch

export interface FetchOptions {
  fetch: Fetch
  signal: AbortSignal
}

const WAYS_OUT = [
  'is the network there? Behind a proxy: NODE_USE_ENV_PROXY=1 with Node.js 24 makes it follow HTTPS_PROXY',
  'or fetch it with another program, and name the file',
]

/** The answer to a GET, whatever its status. Redirections are followed; what identifies the caller does not go to another host. Throws BrmcError PACKAGE_UNAVAILABLE, INTERRUPTED. */
export async function fetchAnswer(url: URL, headers: Record<string, string>, {fetch, signal}: FetchOptions): Promise<Response> {
  try {
    return await fetch(url, {headers: {...headers, 'accept-encoding': 'identity'}, signal, redirect: 'follow'})
  } catch (error) {
    throw broken(url, error, signal)
  }
}

/** The bytes of an answer as they come. */
export async function* bodyOf(answer: Response, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (!answer.body) return
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const {done, value} = await reader.read().catch((error: unknown) => { throw broken(url, error, signal) })
      if (done) return
      yield value
    }
  } finally {
    // Lets go of the connection where nobody wants the rest.
    await reader.cancel().catch(() => undefined)
  }
}

/** An answer that is not the file: what the server says of it. */
export function refused(url: URL, {status, statusText}: Response, suggestions: readonly string[] = []): BrmcError {
  return new BrmcError('PACKAGE_UNAVAILABLE', `${wordsFor(url)} cannot be had: the server says ${status} ${statusText}`.trimEnd(), {suggestions})
}

function broken(url: URL, error: unknown, signal: AbortSignal): BrmcError {
  if (signal.aborted) return new BrmcError('INTERRUPTED', 'interrupted', {cause: error})
  // fetch itself says only "fetch failed"; why is in its cause.
  const why = error instanceof Error && error.cause !== undefined ? error.cause : error
  return new BrmcError('PACKAGE_UNAVAILABLE', `${wordsFor(url)} cannot be had: ${messageOf(why) || messageOf(error)}`, {cause: error, suggestions: WAYS_OUT})
}

/** Without a password or a signature that may be in it. */
const wordsFor = ({origin, pathname}: URL): string => `${origin}${pathname}`
