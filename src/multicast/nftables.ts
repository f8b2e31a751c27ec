import {formatAddress, formatPrefix, isLinkLocal, type Address, type Family} from '../network/address.js'
import type {Nat, NetworkInterface} from '../network/model.js'
import type {DaemonName} from './daemons.js'
import {flowsOf, groupBy, namesOf, waysOf, type Flow} from './flows.js'
import {LIFTED_TTL, type MulticastRoute} from './model.js'
import {quoteNft} from './quote-nft.js'

/** What nftables.conf.ejs prints: every name is quoted, every address is text of ours. */
export interface NftablesModel {
  untracked: Flow[]
  /** Senders that the router would not answer by this interface are dropped. */
  reversePaths: Flow[]
  /**
   * Senders with the router's own address are dropped: the kernel loops back what leaves by an interface on which the router is a member, and what was
   * translated there would pass for a sender of that side, and be routed back.
   */
  ownSenders: Flow[]
  lifts: (Flow & {hopLimit: string, lifted: number})[]
  /** A threshold of the kernel's own belongs to a whole vif, and a MIF of IPv6 has none: each route's are rules. */
  thresholds: (Flow & {oif: string, hopLimit: string, ttlThreshold: number})[]
  translations: (Flow & {oif: string, chain: string})[]
  /** One per uplink and family; `action` drops until DHCP has told the address. */
  translators: {chain: string, action: string}[]
  masquerades: {iif: string, oif: string}[]
  /** A daemon's general query as it sends it and as it leaves: first bytes of the IGMP message. */
  queries: {sent: string, leaves: string}[]
  /** Interfaces by which igmpproxy would go on sending what a receiver left. */
  askedToStay?: string | undefined
  /** Groups that a translating uplink passes with their own source, as it has no static IPv6 address. */
  kept: {oif: string, group: string}[]
}

export interface NftablesInput {
  interfaces: readonly NetworkInterface[]
  nat: readonly Nat[]
  routes: readonly MulticastRoute[]
  daemon?: DaemonName
}

/**
 * Receivers may wait 10 s before they answer a general query, and a daemon that was started again routes nothing until they do. The time they have
 * (RFC 3376 §4.1.1, in tenths of a second) becomes 0.5 s, and the checksum behind it accordingly: type 11, time 64 → 05, checksum, no group.
 * mrouted 4.6 does not read the setting of its manual (it is misspelt in cfparse.y).
 */
const QUERIES: Readonly<Partial<Record<DaemonName, {sent: string, leaves: string}>>> = {
  igmpproxy: {sent: '0x1164ee9b00000000', leaves: '0x1105eefa'},
  // Of version 3, with robustness 2 and interval 125 s behind it.
  mrouted: {sent: '0x1164ec1e00000000', leaves: '0x1105ec7d'},
}

const PROTOCOL = {4: 'ip', 6: 'ip6'} as const
const HOP_LIMIT = {4: 'ip ttl', 6: 'ip6 hoplimit'} as const

/** Name of the chain that gives routed multicast UDP the address of `oif`; dhcp-event fills the IPv4 one of a DHCP uplink. */
export const translatorName = (oif: string, family: Family): string => `translate_${oif}_ipv${family}`

export function nftablesModel({interfaces, nat, routes, daemon = 'smcroute'}: NftablesInput): NftablesModel {
  const uplinks = new Map(interfaces.map(one => [one.name, one]))
  const translated = nat.filter(({multicast}) => multicast === 'translate').flatMap(({from, to}) => routes
    .filter(route => route.from === from && route.to.includes(to))
    .map(route => ({route, oif: to, action: translation(uplinks.get(to), route.family)})))
  const known = translated.flatMap(({action, ...one}) => action === undefined ? [] : [{...one, action}])

  return {
    untracked: flowsOf(known.map(({route}) => route)),
    reversePaths: flowsOf(routes.filter(({reversePathCheck}) => reversePathCheck)),
    ownSenders: flowsOf(routes.filter(({from, family, reversePathCheck}) =>
      reversePathCheck || known.some(({route, oif}) => oif === from && route.family === family))),
    lifts: byFamily(routes.filter(({liftTtl}) => liftTtl), flowsOf).map(one => ({...one, lifted: LIFTED_TTL})),
    thresholds: [...groupBy(routes.filter(({ttlThreshold}) => ttlThreshold > 1), ({ttlThreshold}) => ttlThreshold)]
      .flatMap(([ttlThreshold, own]) => byFamily(own, waysOf).map(one => ({...one, ttlThreshold}))),
    translations: [...groupBy(known, ({route, oif}) => translatorName(oif, route.family))]
      .flatMap(([chain, own]) => flowsOf(own.map(({route}) => route)).map(flow => ({...flow, oif: quoteNft(own[0]?.oif ?? ''), chain}))),
    translators: unique(known.map(({route, oif, action}) => ({chain: translatorName(oif, route.family), action}))),
    masquerades: unique(nat.map(({from, to}) => ({iif: quoteNft(from), oif: quoteNft(to)}))),
    queries: [QUERIES[daemon] ?? []].flat(),
    askedToStay: daemon === 'igmpproxy' ? namesOf(interfaces.filter(({role}) => role === 'downstream').map(({name}) => name)) : undefined,
    kept: translated.filter(({action}) => action === undefined).map(({route, oif}) => ({oif, group: formatPrefix(route.group)})),
  }
}

/** What a translator does; undefined where nothing can be known: no IPv6 address that stays. */
function translation(uplink: NetworkInterface | undefined, family: Family): string | undefined {
  const address = uplink && translationAddress(uplink, family)
  if (address) return `${PROTOCOL[family]} saddr set ${formatAddress(address)}`
  return family === 4 && uplink?.dhcp ? 'drop' : undefined
}

/** The first static address of the family. A link-local one would be no use beyond the link. */
function translationAddress({addresses}: NetworkInterface, family: Family): Address | undefined {
  return addresses.map(({address}) => address).find(address => address.family === family && !isLinkLocal(address))
}

function byFamily<Rule extends Flow>(routes: readonly MulticastRoute[], rulesOf: (routes: readonly MulticastRoute[]) => Rule[]): (Rule & {hopLimit: string})[] {
  return [...groupBy(routes, ({family}) => family)].flatMap(([family, own]) => rulesOf(own).map(rule => ({...rule, hopLimit: HOP_LIMIT[family]})))
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}
