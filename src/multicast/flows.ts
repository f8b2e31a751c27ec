import {contains, formatRange, isSingle, type Prefix} from '../network/address.js'
import type {MulticastRoute} from './model.js'
import {quoteNft} from './quote-nft.js'

/** Packets of routes as nft names them: `iifname <iif> <match>`, with match `ip saddr 10.1.0.2 ip daddr { 225.0.0.1, 239.1.0.0/16 }`. */
export interface Flow {
  iif: string
  match: string
}

type Route = Pick<MulticastRoute, 'family' | 'from' | 'source' | 'group'>

/** By interface and sender, with all groups in one set: a thousand rules would cost each packet more than its routing does. */
export function flowsOf(routes: readonly Route[]): Flow[] {
  return [...groupBy(routes, ({from}) => from)].flatMap(([from, own]) => matchesOf(own).map(match => ({iif: quoteNft(from), match})))
}

/** The same with the ways out; routes that leave by the same interfaces are one rule. */
export function waysOf(routes: readonly MulticastRoute[]): (Flow & {oif: string})[] {
  return [...groupBy(routes, ({to}) => namesOf(to))].flatMap(([oif, own]) => flowsOf(own).map(flow => ({...flow, oif})))
}

/** Interfaces as a rule names them: one, or a set. */
export const namesOf = (names: readonly string[]): string => oneOrSet([...new Set(names)].sort().map(quoteNft))

const PROTOCOL = {4: 'ip', 6: 'ip6'} as const

/** A match for each family and sender. */
function matchesOf(routes: readonly Route[]): string[] {
  const bySender = groupBy(routes, ({family, source}) => `${source ? `${PROTOCOL[family]} saddr ${formatRange(source)} ` : ''}${PROTOCOL[family]} daddr`)
  return [...bySender].map(([match, own]) => `${match} ${oneOrSet(widest(own.map(({group}) => group)).map(formatRange))}`)
}

/** In the order in which each key comes first. */
export function groupBy<Value, Key>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }

  return groups
}

const oneOrSet = (texts: readonly string[]): string => texts.length === 1 ? texts[0] ?? '' : `{ ${texts.join(', ')} }`

/** Without the ranges that another holds: nft takes no set whose elements overlap. */
function widest(groups: readonly Prefix[]): Prefix[] {
  const ranges = groups.filter(group => !isSingle(group))
  const texts = new Set<string>()
  return groups.filter(group => {
    const text = formatRange(group)
    if (texts.has(text) || ranges.some(other => other.length < group.length && contains(other, group.address))) return false
    texts.add(text)
    return true
  })
}
