import {isIPv4, isIPv6} from 'node:net'

export type Family = 4 | 6

/** An IP address as a number, so that prefixes, ranges and scopes are arithmetic. */
export interface Address {
  family: Family
  /** 32 or 128 bits, network order. */
  bits: bigint
}

/** `192.168.2.1/24`: an address together with the length of its prefix. */
export interface Prefix {
  address: Address
  length: number
}

export const widthOf = (family: Family): number => family === 4 ? 32 : 128

/** Reads dotted-quad IPv4 or RFC 4291 IPv6 text (no zone, no brackets); undefined where it is neither. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) {
    return {family: 4, bits: text.split('.').reduce((bits, octet) => bits << 8n | BigInt(octet), 0n)}
  }

  if (!isIPv6(text) || text.includes('%')) return undefined
  return {family: 6, bits: bytesOfIPv6(text)}
}

function bytesOfIPv6(text: string): bigint {
  // A dotted tail (::ffff:192.0.2.1) is two more groups.
  const plain = text.replace(/[\d.]+$/, tail => {
    const mapped = tail.includes('.') ? parseAddress(tail) : undefined
    return mapped ? `${(mapped.bits >> 16n).toString(16)}:${(mapped.bits & 0xffffn).toString(16)}` : tail
  })
  const [head = '', rest] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = rest === undefined || rest === '' ? [] : rest.split(':')
  const zeros = rest === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].reduce((bits, group) => bits << 16n | BigInt(`0x${group}`), 0n)
}

/** `a.b.c.d` or the shortest RFC 5952 form. */
export function formatAddress({family, bits}: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map(shift => String(bits >> shift & 0xffn)).join('.')
  const text = Array.from({length: 8}, (_, index) => (bits >> BigInt(112 - 16 * index) & 0xffffn).toString(16)).join(':')
  // RFC 5952 §4.2: the longest run of two zero groups or more, the first of equals; \b keeps the 0 of a 10 out of it.
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort((one, other) => other[0].length - one[0].length)
  if (!longest) return text
  return `${text.slice(0, longest.index).replace(/:$/, '')}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`
}

/** Reads `address/length`; undefined where either half is not right for the other. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text)
  const address = parseAddress(match?.[1] ?? '')
  const length = Number(match?.[2])
  return address && length <= widthOf(address.family) ? {address, length} : undefined
}

/** One address and not a range: a prefix of full length. */
export const isSingle = ({address, length}: Prefix): boolean => length === widthOf(address.family)

/** How many addresses it holds. */
export const addressCount = ({address, length}: Prefix): bigint => 1n << BigInt(widthOf(address.family) - length)

/** Reads `225.0.0.1` as a prefix of full length, or `225.0.0.0/24`; undefined where it is neither. */
export function parseRange(text: string): Prefix | undefined {
  const address = parseAddress(text)
  return address ? {address, length: widthOf(address.family)} : parsePrefix(text)
}

/** The other way round: a single address without its length. */
export const formatRange = (range: Prefix): string => isSingle(range) ? formatAddress(range.address) : formatPrefix(range)

/** fe80::/10 (RFC 4291 §2.5.6): the same on every link, and no use beyond it. */
export const isLinkLocal = ({family, bits}: Address): boolean => family === 6 && bits >> 118n === 0x3fan

export const formatPrefix = ({address, length}: Prefix): string => `${formatAddress(address)}/${length}`

/** The first address of the prefix: host bits cleared. */
export function networkOf({address, length}: Prefix): Address {
  const hostBits = BigInt(widthOf(address.family) - length)
  return {family: address.family, bits: address.bits >> hostBits << hostBits}
}

/** The last address of the prefix: host bits set (for IPv4 the broadcast address). */
export function lastOf({address, length}: Prefix): Address {
  const hostBits = BigInt(widthOf(address.family) - length)
  return {family: address.family, bits: (address.bits >> hostBits << hostBits) + (1n << hostBits) - 1n}
}

export function contains(prefix: Prefix, address: Address): boolean {
  const hostBits = BigInt(widthOf(prefix.address.family) - prefix.length)
  return prefix.address.family === address.family && prefix.address.bits >> hostBits === address.bits >> hostBits
}

/** Two prefixes share an address exactly when the shorter one holds the other's network. */
export function overlap(one: Prefix, other: Prefix): boolean {
  return one.length <= other.length ? contains(one, networkOf(other)) : contains(other, networkOf(one))
}
