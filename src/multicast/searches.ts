import {formatAddress, type Family} from '../network/address.js'
import type {Firewall, Nat, NetworkInterface} from '../network/model.js'
import type {Discovery} from './discovery.js'
import type {MulticastRoute} from './model.js'
import {quoteNft} from './quote-nft.js'
import {isSsdp, SSDP_GROUPS} from './ssdp.js'

/**
 * Answers to a search come from the device to the port that searched. Connection tracking does not know them, for it is the group that was
 * called: the router remembers who searched, lets in what comes for that port, and gives it back the address that it was translated from.
 */
export interface SearchesModel {
  /** Who searched: `<address> . udp sport` is kept in the set for a while. */
  sets: {name: string, key: string}[]
  remembered: {iifs: string[], match: string, set: string, key: string}[]
  /** From outside, to whoever searched. */
  answered: {iif: string, oifs: string[], match: string}[]
  /** Of each uplink with translation: by port, who searched. */
  translated: {iifs: string[], oif: string, match: string, map: string}[]
}

interface SearchesInput {
  interfaces: readonly NetworkInterface[]
  nat: readonly Nat[]
  firewall: Firewall
  routes: readonly MulticastRoute[]
  discovery: Discovery
}

const PROTOCOL = {4: 'ip', 6: 'ip6'} as const
const setName = (family: Family): string => `searchers_ipv${family}`

export function searchesModel({interfaces, nat, firewall, routes, discovery: {ssdp}}: SearchesInput): SearchesModel {
  const named = (role: NetworkInterface['role']): string[] => interfaces.filter(one => one.role === role && ssdp.includes(one.name)).map(({name}) => name)
  const inside = named('downstream')
  const outside = firewall.upstream === 'deny' ? named('upstream') : []
  const translating = nat.filter(({from, to, multicast}) => multicast === 'translate' && ssdp.includes(from) && ssdp.includes(to))
  const families = ([4, 6] as const).filter(family => routes.some(route => route.family === family && isSsdp(route.group)))
  const iifs = [...new Set([...outside.length > 0 ? inside : [], ...translating.map(({from}) => from)])]
  if (iifs.length === 0) return {sets: [], remembered: [], answered: [], translated: []}
  return {
    sets: families.map(family => ({name: setName(family), key: keyOf(family)})),
    remembered: families.flatMap(family => searchesOf(family).map(match => ({iifs: iifs.map(quoteNft), match, set: setName(family), key: keyOf(family)}))),
    answered: outside.flatMap(iif => families.map(family => ({iif: quoteNft(iif), oifs: iifs.map(quoteNft), match: `${PROTOCOL[family]} daddr . udp dport @${setName(family)}`}))),
    translated: [...new Set(translating.map(({to}) => to))].map(oif => ({
      iifs: translating.filter(({to}) => to === oif).map(({from}) => quoteNft(from)),
      oif: quoteNft(oif),
      match: `ip daddr ${formatAddress(SSDP_GROUPS[4])} ip saddr . udp sport @${setName(4)}`,
      map: `searchers_behind_${oif}`,
    })),
  }
}

const keyOf = (family: Family): string => `${PROTOCOL[family]} saddr . udp sport`

/** "M-SEARCH" behind the header of UDP. WS-Discovery, on a port of its own, has no such word: devices speak from that port, whoever searches from another. */
function searchesOf(family: Family): string[] {
  const group = `${PROTOCOL[family]} daddr ${formatAddress(SSDP_GROUPS[family])}`
  return [`${group} udp dport 1900 @th,64,64 0x4d2d534541524348`, ...family === 4 ? [`${group} udp dport 3702 udp sport != 3702`] : []]
}
