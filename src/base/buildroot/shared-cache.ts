import {BrmcError} from '../../errors.js'

/** A server on which many machines keep what they compiled: ccache's remote storage. */
export interface SharedCache {
  /** Who is meant, in words; never with a password. */
  name: string
  /** How a way to it is opened (board/builder/shared-cache.py, gate). */
  gate: {
    host: string
    port: number
    /** First words of the protocol, and what answers to them mean. */
    hello: string
    refused: readonly (readonly [start: string, meaning: string])[]
  }
  /** ccache's own name for it at `{port}` of 127.0.0.1. May hold a password. */
  storage: string
}

/** In place of buildroot.sharedCache; the one place for a password. Empty: none. */
const SHARED_CACHE_VARIABLE = 'BRMC_SHARED_CACHE'

const PORTS = {redis: 6379, http: 80} as const
const READ_ONLY = '|read-only'

/** The connection itself is made on this machine; a server that is there and slow is not waited for longer than compiling takes. */
const TIMEOUTS = 'connect-timeout=1000|operation-timeout=5000'

/** The cache that the file or the environment names. Throws BrmcError USAGE, in words that quote nothing. */
export function sharedCacheOf(written: string | undefined, environment: Readonly<Record<string, string | undefined>>): SharedCache | undefined {
  const asked = environment[SHARED_CACHE_VARIABLE] ?? written ?? ''
  if (asked === '') return undefined
  const isReadOnly = asked.endsWith(READ_ONLY)
  const url = parsed(isReadOnly ? asked.slice(0, -READ_ONLY.length) : asked)
  const scheme = url.protocol.slice(0, -1)
  if (!isKnown(scheme) || url.hostname === '' || url.search !== '' || url.hash !== '') throw unusable()
  const port = url.port === '' ? PORTS[scheme] : Number(url.port)
  const user = userOf(url)
  const attributes = [TIMEOUTS, ...scheme === 'http' ? [`header=Host=${url.host}`] : [], ...isReadOnly ? ['read-only=true'] : []]
  return {
    name: `${scheme}://${url.host}${url.pathname === '/' ? '' : url.pathname}`,
    gate: {host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, ...scheme === 'redis' ? redisHello(user) : httpHello(url, user)},
    storage: `${scheme}://${user ? `${user.name}:${user.password}@` : ''}127.0.0.1:{port}${url.pathname === '/' ? '' : url.pathname}|${attributes.join('|')}`,
  }
}

interface User {
  /** As they stand in an address, escaped. */
  name: string
  password: string
}

const isKnown = (scheme: string): scheme is keyof typeof PORTS => scheme in PORTS

function parsed(text: string): URL {
  if (/[\s|\p{Cc}]/u.test(text)) throw unusable()
  try {
    return new URL(text)
  } catch {
    // What stands there may hold a password: the error that quotes it goes no further.
    throw unusable()
  }
}

function unusable(): BrmcError {
  return new BrmcError('USAGE', `what ${SHARED_CACHE_VARIABLE} or buildroot.sharedCache says is not the address of a shared cache`, {
    suggestions: [
      'write redis://host:port or http://host/path, with user:password@ before the host in the variable alone, |read-only behind all where nothing is to be stored',
      "ccache speaks no TLS: for a server with it, a tunnel on the cache's side or a network of your own",
    ],
  })
}

/**
 * `redis://secret@host` is a password without a user to ccache, `redis://:secret@host` to everybody else. The user is then Redis' own `default`: without one ccache would take
 * what stands before a colon of the password for it.
 */
function userOf({username, password, protocol}: URL): User | undefined {
  if (username === '' && password === '') return undefined
  if (protocol !== 'redis:' || (username !== '' && password !== '')) return {name: username, password}
  return {name: 'default', password: password === '' ? username : password}
}

const plain = ({name, password}: User): [name: string, password: string] => [decodeURIComponent(name), decodeURIComponent(password)]

function redisHello(user?: User): Pick<SharedCache['gate'], 'hello' | 'refused'> {
  const words = user ? ['AUTH', ...plain(user)] : ['PING']
  return {
    hello: `*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    refused: [['-NOAUTH', 'it wants a password'], ['-WRONGPASS', 'it does not take this password'], ['-ERR', 'it does not take this password'], ['-', 'it refuses'], ['HTTP/', 'it speaks HTTP, not Redis']],
  }
}

function httpHello({host, pathname}: URL, user?: User): Pick<SharedCache['gate'], 'hello' | 'refused'> {
  const authorization = user ? `Authorization: Basic ${Buffer.from(plain(user).join(':')).toString('base64')}\r\n` : ''
  return {
    hello: `HEAD ${pathname.replace(/\/*$/, '/')} HTTP/1.1\r\nHost: ${host}\r\n${authorization}Connection: close\r\n\r\n`,
    refused: [
      ...['1.0', '1.1'].flatMap(version => [[`HTTP/${version} 401`, user ? 'it does not take this password' : 'it wants a password'], [`HTTP/${version} 5`, 'it has trouble of its own']] as const),
      ['-ERR', 'it speaks Redis, not HTTP'],
    ],
  }
}
