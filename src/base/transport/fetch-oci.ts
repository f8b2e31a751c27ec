import * as z from 'zod'

import {BrmcError} from '../../errors.js'
import {sha256} from '../../files/sha256.js'
import {verified} from './blob.js'
import {parseChallenge, tokenAddress} from './challenge.js'
import {bodyOf, fetchAnswer, refused, type FetchOptions} from './fetch-body.js'
import type {Member} from './member.js'
import {layersOf, MANIFEST_TYPE, MAX_MANIFEST} from './oci.js'
import type {OciReference} from './source.js'

const TokenSchema = z.object({token: z.string().optional(), access_token: z.string().optional()})
const MAX_TOKEN = 64 * 1024
const BY_HAND = ['a registry that wants a login: skopeo copy docker://… oci-archive:base.tar, then import base.tar']

/**
 * The files of a base in a registry, bundle.json first, each held against its digest at its end (OCI Distribution Specification 1.1, "Pull").
 * Asks without a login; where a token is wanted, for one that anybody gets. Throws BrmcError PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, BUNDLE_MISFIT, INTERRUPTED.
 */
export async function* fetchOci(reference: OciReference, options: FetchOptions): AsyncGenerator<Member, void, undefined> {
  const get = registryOf(reference, options)
  const {digest} = reference
  const manifest = await boundedBody(chunksOf(await get(`manifests/${digest}`)), MAX_MANIFEST)
  const actual = `sha256:${sha256(manifest)}`
  if (actual !== digest) throw new BrmcError('PACKAGE_CORRUPT', `the registry gave another manifest: its digest is ${actual}, not ${digest}`)
  for (const layer of layersOf(manifest)) {
    yield {path: layer.path, size: layer.size, body: verified(blobChunks(`blobs/${layer.digest}`), layer)}
  }

  function chunksOf(answer: Response): AsyncGenerator<Uint8Array, void, undefined> {
    return bodyOf(answer, new URL(reference.origin), options.signal)
  }

  async function* blobChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
    yield* chunksOf(await get(path))
  }
}

/** GET of what is below a name, with the token that the registry asked for. */
function registryOf({origin, name}: OciReference, options: FetchOptions): (path: string) => Promise<Response> {
  let token: string | undefined
  const ask = async (path: string): Promise<Response> =>
    fetchAnswer(new URL(`${origin}/v2/${name}/${path}`), {accept: path.startsWith('manifests/') ? MANIFEST_TYPE : '*/*', ...token !== undefined && {authorization: `Bearer ${token}`}}, options)
  return async path => {
    let answer = await ask(path)
    if (answer.status === 401) {
      await answer.body?.cancel()
      token = await fetchToken(answer.headers.get('www-authenticate') ?? '', {origin, name}, options)
      answer = await ask(path)
    }

    if (answer.ok) return answer
    await answer.body?.cancel()
    throw refused(new URL(`${origin}/v2/${name}/${path}`), answer, answer.status === 401 || answer.status === 403 || answer.status === 404 ? BY_HAND : [])
  }
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
async function fetchToken(header: string, {origin, name}: Pick<OciReference, 'origin' | 'name'>, options: FetchOptions): Promise<string> {
  const challenge = parseChallenge(header)
  const address = challenge && tokenAddress(challenge, {origin, name})
  if (!address) throw new BrmcError('PACKAGE_UNAVAILABLE', `${origin} wants a login, and brmc has none`, {suggestions: BY_HAND})
  const answer = await fetchAnswer(address, {}, options)
  if (!answer.ok) {
    await answer.body?.cancel()
    throw refused(address, answer, BY_HAND)
  }

  const body = await boundedBody(bodyOf(answer, address, options.signal), MAX_TOKEN)
  const parsed = TokenSchema.safeParse(jsonOf(body))
  const token = parsed.data?.token ?? parsed.data?.access_token
  // What goes into a header is looked at first.
  if (token === undefined || !/^[!-~]+$/.test(token)) throw new BrmcError('PACKAGE_UNAVAILABLE', `${address.origin} gave no token`, {suggestions: BY_HAND})
  return token
}

async function boundedBody(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) throw new BrmcError('PACKAGE_CORRUPT', `the registry says more than the ${limit} bytes that are believable`)
    parts.push(chunk)
  }

  return Buffer.concat(parts)
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
