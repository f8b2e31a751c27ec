import {isLoopback, type OciReference} from './source.js'

/** What a registry wants to see before it answers (RFC 6750 section 3, and Docker's token authentication). */
export interface Challenge {
  realm: string
  service?: string
  scope?: string
}

const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g

/** The Bearer challenge of a WWW-Authenticate header; undefined where another scheme is wanted. */
export function parseChallenge(header: string): Challenge | undefined {
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(header)?.[1]
  if (bearer === undefined) return undefined
  const found = new Map(Array.from(bearer.matchAll(PARAMETER), ([, name = '', quoted, plain = '']) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain]))
  const [realm, service, scope] = ['realm', 'service', 'scope'].map(name => found.get(name))
  if (realm === undefined) return undefined
  return {realm, ...service !== undefined && {service}, ...scope !== undefined && {scope}}
}

/** Where anybody gets a token to pull `name`; undefined for an address that is none, or not safe to ask. */
export function tokenAddress({realm, service, scope}: Challenge, {origin, name}: Pick<OciReference, 'origin' | 'name'>): URL | undefined {
  if (!URL.canParse(realm)) return undefined
  const address = new URL(realm)
  // A registry on this machine may have its tokens here too; any other has to protect them.
  if (address.protocol !== 'https:' && !(address.protocol === 'http:' && isLoopback(address) && isLoopback(new URL(origin)))) return undefined
  if (service !== undefined) address.searchParams.set('service', service)
  address.searchParams.set('scope', scope ?? `repository:${name}:pull`)
  return address
}
