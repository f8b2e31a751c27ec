import {contains, formatAddress, formatPrefix, formatRange, isSingle, type Prefix} from '../network/address.js'
import {isJoinable, type MulticastRoute} from './model.js'

/** What smcroute.conf.ejs prints; texts are addresses and interface names, which need no escape in smcroute.conf(5). */
export interface SmcrouteModel {
  /** Interfaces of the routes, and no others: smcrouted would take every interface there is for a vif, and the kernel has 32. */
  phyints: string[]
  mgroups: {from: string, source: string, group: string}[]
  /** Ranges with more groups than a router should join: routed, but a snooping switch will not send them. */
  unjoined: {from: string, group: string}[]
  mroutes: {from: string, source: string, group: string, to: string}[]
}

/** Turns routes into the lines of smcroute.conf, in an order in which each route counts although smcroute takes the first match only. */
export function smcrouteModel(routes: readonly MulticastRoute[]): SmcrouteModel {
  const merged = mergeRoutes(routes)
  const joined = merged.filter(route => route.join)
  const joinable = joined.filter(({group}) => isJoinable(group))
  const joinedHoldersOf = holdersAmong(joinable)
  return {
    phyints: [...new Set(merged.flatMap(({from, to}) => [from, ...to]))].sort(),
    mgroups: joinable.filter(route => joinedHoldersOf(route).every(holder => holder.source)).map(route => ({
      from: route.from,
      source: route.source && isSingle(route.source) ? formatAddress(route.source.address) : '',
      group: formatRange(route.group),
    })),
    unjoined: joined.filter(({group}) => !isJoinable(group)).map(({from, group}) => ({from, group: formatRange(group)})),
    mroutes: merged.map(({from, source, group, to}) => ({from, source: source ? formatRange(source) : '', group: formatRange(group), to: to.join(' ')})),
  }
}

/** One entry per (iif, source, group). Each also leaves by the vifs of the wider routes that hold it, for smcroute would not try those any more. */
export function mergeRoutes(routes: readonly MulticastRoute[]): MulticastRoute[] {
  const byKey = new Map<string, MulticastRoute>()
  for (const route of routes) {
    const key = keyOf(route)
    const earlier = byKey.get(key)
    byKey.set(key, earlier ? {...earlier, to: union([earlier, route]), join: earlier.join || route.join} : route)
  }

  const entries = [...byKey.values()]
  const holdersOf = holdersAmong(entries)
  return entries
    .map(entry => ({...entry, to: union([entry, ...holdersOf(entry)])}))
    .sort((one, other) => other.group.length - one.group.length || (other.source?.length ?? -1) - (one.source?.length ?? -1))
}

/** Finds the other routes that hold all packets of one: either a range, of which there are few, or one of the very same group. */
function holdersAmong(routes: readonly MulticastRoute[]): (inner: MulticastRoute) => MulticastRoute[] {
  const ranges = routes.filter(({group}) => !isSingle(group))
  const hosts = new Map<bigint, MulticastRoute[]>()
  for (const route of routes) {
    if (isSingle(route.group)) hosts.set(route.group.address.bits, [...hosts.get(route.group.address.bits) ?? [], route])
  }

  return inner => [...ranges, ...isSingle(inner.group) ? hosts.get(inner.group.address.bits) ?? [] : []].filter(outer => outer !== inner && holds(outer, inner))
}

const keyOf = ({from, source, group}: MulticastRoute): string => `${from} ${source ? formatPrefix(source) : '*'} ${formatPrefix(group)}`

const union = (routes: readonly MulticastRoute[]): string[] => [...new Set(routes.flatMap(route => route.to))]

function holds(outer: MulticastRoute, inner: MulticastRoute): boolean {
  return outer.from === inner.from && within(outer.group, inner.group) && (!outer.source || inner.source !== undefined && within(outer.source, inner.source))
}

const within = (outer: Prefix, inner: Prefix): boolean => outer.length <= inner.length && contains(outer, inner.address)

