import {contains, isSingle, parsePrefix, type Address, type Family, type Prefix} from '../network/address.js'

/** What is known of a range of multicast groups before anybody sends to it. */
export interface GroupScope {
  name: string
  /** May a router forward it at all, whatever the TTL? */
  forwardable: boolean
  /** Where that is written. */
  source: string
}

interface ScopedRange extends GroupScope {
  prefix: Prefix
}

/** A written-down prefix: a wrong one is a defect of this file. */
function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (!parsed) throw new TypeError(`not a prefix: ${text}`)
  return parsed
}

const scope = (range: string, name: string, forwardable: boolean, source: string): ScopedRange => ({prefix: prefix(range), name, forwardable, source})

/** IPv4 in the order in which the first that holds a group decides. */
const IPV4_SCOPES: readonly ScopedRange[] = [
  scope('224.0.0.0/24', 'local network control', false, 'RFC 5771 §4'),
  scope('224.0.1.0/24', 'internetwork control', true, 'RFC 5771 §5'),
  scope('232.0.0.0/8', 'source-specific', true, 'RFC 4607 §1'),
  scope('233.252.0.0/14', 'AD-HOC III', true, 'RFC 5771 §9.2'),
  scope('233.0.0.0/8', 'GLOP', true, 'RFC 3180'),
  scope('234.0.0.0/8', 'unicast-prefix-based', true, 'RFC 6034'),
  scope('239.255.0.0/16', 'administratively scoped, local', true, 'RFC 2365 §6.1'),
  scope('239.192.0.0/14', 'administratively scoped, organization-local', true, 'RFC 2365 §6.2'),
  scope('239.0.0.0/8', 'administratively scoped', true, 'RFC 2365 §6'),
  scope('224.0.0.0/4', 'global', true, 'RFC 5771 §3'),
]

/** The scope is the last four bits of the second byte (RFC 4291 §2.7, RFC 7346 §2), whatever the flags before it say. */
const IPV6_SCOPES: Readonly<Record<number, GroupScope>> = {
  0x0: {name: 'reserved', forwardable: false, source: 'RFC 4291 §2.7'},
  0x1: {name: 'interface-local', forwardable: false, source: 'RFC 4291 §2.7'},
  0x2: {name: 'link-local', forwardable: false, source: 'RFC 4291 §2.7'},
  0x3: {name: 'realm-local', forwardable: true, source: 'RFC 7346 §2'},
  0x4: {name: 'admin-local', forwardable: true, source: 'RFC 7346 §2'},
  0x5: {name: 'site-local', forwardable: true, source: 'RFC 7346 §2'},
  0x8: {name: 'organization-local', forwardable: true, source: 'RFC 7346 §2'},
  0xe: {name: 'global', forwardable: true, source: 'RFC 7346 §2'},
}

const UNASSIGNED: GroupScope = {name: 'unassigned', forwardable: true, source: 'RFC 7346 §2'}

const ALL_GROUPS: Readonly<Record<Family, Prefix>> = {4: prefix('224.0.0.0/4'), 6: prefix('ff00::/8')}

/** Every multicast address of a family: 224.0.0.0/4 (RFC 5771 §3) or ff00::/8 (RFC 4291 §2.4). */
export const allGroups = (family: Family): Prefix => ALL_GROUPS[family]

export const isMulticast = (address: Address): boolean => contains(allGroups(address.family), address)

/** Is every address of the range a multicast group? 225.0.0.0/3 is not. */
export const isGroupRange = ({address, length}: Prefix): boolean => isMulticast(address) && length >= allGroups(address.family).length

/** The scope of a group; undefined where the address is no multicast address. */
export function scopeOf(group: Address): GroupScope | undefined {
  if (!isMulticast(group)) return undefined
  if (group.family === 4) return IPV4_SCOPES.find(range => contains(range.prefix, group))
  return IPV6_SCOPES[Number(group.bits >> 112n & 0xfn)] ?? UNASSIGNED
}

/** The scope that keeps the whole range from being forwarded by any router; undefined where some of it may be. */
export function unforwardableScope(range: Prefix): GroupScope | undefined {
  const found = scopeOf(range.address)
  if (!found || found.forwardable) return undefined
  const whole = range.address.family === 4 ? range.length >= 24 : range.length >= 16
  return whole ? found : undefined
}

const SOURCE_SPECIFIC: Readonly<Record<Family, Prefix>> = {4: prefix('232.0.0.0/8'), 6: prefix('ff30::/12')}

/**
 * Source-specific multicast, where receivers name the sender: 232.0.0.0/8 and ff3x::/32 (RFC 4607 §1; of ff3x::/16
 * the rest is unicast-prefix-based, RFC 3306).
 */
export function isSourceSpecific({address, length}: Prefix): boolean {
  if (!contains(SOURCE_SPECIFIC[address.family], address)) return false
  return address.family === 4 ? length >= 8 : length >= 32 && (address.bits >> 96n & 0xffffn) === 0n
}

/** A group that programs send to with TTL 1 or that means something only on one link, by what it is known for. */
export interface KnownGroup {
  name: string
  /** Programs are known to send it with TTL 1, and then no router forwards it. */
  oftenTtl1: boolean
}

const KNOWN_GROUPS: readonly (readonly [group: string, known: KnownGroup])[] = [
  ['239.255.255.250/32', {name: 'SSDP, UPnP, DLNA and WS-Discovery', oftenTtl1: true}],
  ['ff05::c/128', {name: 'SSDP and WS-Discovery', oftenTtl1: true}],
  ['ff08::c/128', {name: 'SSDP and WS-Discovery', oftenTtl1: true}],
  ['224.0.0.252/32', {name: 'LLMNR', oftenTtl1: false}],
]

/** What a single group is known for; undefined for a range and for groups nobody has claimed. */
export function knownGroup(group: Prefix): KnownGroup | undefined {
  if (!isSingle(group)) return undefined
  if (isMdns(group)) return {name: 'mDNS', oftenTtl1: false}
  return KNOWN_GROUPS.find(([text]) => contains(prefix(text), group.address))?.[1]
}

/** 224.0.0.251 and ff0X::fb (RFC 6762 §3). */
export function isMdns(group: Prefix): boolean {
  const {family, bits} = group.address
  if (!isSingle(group)) return false
  return family === 4 ? bits === 0xe00000fbn : (bits & ~(0xfn << 112n)) === (0xff00n << 112n | 0xfbn)
}
