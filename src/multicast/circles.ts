import {contains, isSingle, type Prefix} from '../network/address.js'
import type {MulticastRoute} from './model.js'

/** Routes, by their position in the list, that lead a packet round; the last leads back to where the first begins. */
export type Circle = readonly number[]

/**
 * Circles in which a TTL of 1 is raised again and again: where another router does the same between these networks, a packet that one of the two misses
 * goes round for ever (measured: one packet of SSDP became 150,000/s). Each list of routes once.
 */
export function endlessCircles(routes: readonly MulticastRoute[]): Circle[] {
  const reached = reachable(routes)
  const found = new Map<string, Circle>()
  const next = nextRoutes(routes)
  for (const [index, route] of routes.entries()) {
    if (!route.liftTtl || !route.to.some(name => reached(name).has(route.from))) continue
    const circle = circleFrom(index, routes, next)
    const key = circle ? [...circle].sort((one, other) => one - other).join() : ''
    if (circle && !found.has(key)) found.set(key, circle)
  }

  return [...found.values()]
}

/** A packet on its way round: what is still known of it. */
interface Way {
  taken: readonly number[]
  group: Prefix
  source?: Prefix
  /** The interface by which its sender must be answered. A route that checks another lets it through no more. */
  answeredBy?: string
}

/** The shortest way from a route that lifts back to it, by one with which its packets still have a TTL of 1 when they come. */
function circleFrom(start: number, routes: readonly MulticastRoute[], next: NextRoutes): Circle | undefined {
  const first = routes[start]
  if (!first) return undefined
  const ways: Way[] = [{taken: [start], group: first.group, ...first.source && {source: first.source}, ...first.reversePathCheck && {answeredBy: first.from}}]
  const seen = new Set<string>()
  for (const way of ways) {
    const last = routes[way.taken.at(-1) ?? start]
    if (!last) continue
    for (const index of next(last, way.group)) {
      const route = routes[index]
      if (!route) continue
      // What is above 1 only is passed on by the route before, which so never lets go of a packet with 1.
      if (index === start && way.taken.length > 1 && last.ttlThreshold === 1) return way.taken
      const longer = index === start ? undefined : followed(way, route, index)
      const state = `${index} ${longer?.answeredBy ?? ''}`
      if (!longer || seen.has(state)) continue
      seen.add(state)
      ways.push(longer)
    }
  }

  return undefined
}

function followed({taken, group, source, answeredBy}: Way, route: MulticastRoute, index: number): Way | undefined {
  if (route.reversePathCheck && answeredBy !== undefined && answeredBy !== route.from) return undefined
  const both = source && route.source ? narrower(source, route.source) : source ?? route.source
  if (source && route.source && !both) return undefined
  const sender = answeredBy ?? (route.reversePathCheck ? route.from : undefined)
  return {
    taken: [...taken, index],
    group: narrower(group, route.group) ?? group,
    ...both && {source: both},
    ...sender !== undefined && {answeredBy: sender},
  }
}

type NextRoutes = (route: MulticastRoute, group: Prefix) => number[]

/** Routes that take up on its outgoing interfaces what a route sends there. */
function nextRoutes(routes: readonly MulticastRoute[]): NextRoutes {
  const singles = new Map<string, number[]>()
  const ranges = new Map<string, number[]>()
  for (const [index, {from, group}] of routes.entries()) {
    const [map, key] = isSingle(group) ? [singles, `${from} ${group.address.family} ${group.address.bits}`] as const : [ranges, from] as const
    map.set(key, [...map.get(key) ?? [], index])
  }

  const bySingle = (name: string, {address}: Prefix): number[] => singles.get(`${name} ${address.family} ${address.bits}`) ?? []
  return ({to}, group) => to.flatMap(name => [
    ...isSingle(group) ? bySingle(name, group) : singlesWithin(routes, name, group),
    ...(ranges.get(name) ?? []).filter(index => narrower(group, routes[index]?.group ?? group)),
  ])
}

function singlesWithin(routes: readonly MulticastRoute[], name: string, range: Prefix): number[] {
  return routes.flatMap((route, index) => route.from === name && isSingle(route.group) && narrower(range, route.group) ? [index] : [])
}

/** Whether groups are left out of account: most files lead one way, and are done with here. */
function reachable(routes: readonly MulticastRoute[]): (name: string) => ReadonlySet<string> {
  const ways = new Map<string, Set<string>>()
  for (const {from, to} of routes) ways.set(from, new Set([...ways.get(from) ?? [], ...to]))
  const known = new Map<string, ReadonlySet<string>>()
  return name => {
    const before = known.get(name)
    if (before) return before
    const found = new Set([name])
    for (const at of found) {
      for (const way of ways.get(at) ?? []) found.add(way)
    }

    known.set(name, found)
    return found
  }
}

/** What two prefixes have in common: the longer, where one holds the other. */
function narrower(one: Prefix, other: Prefix): Prefix | undefined {
  if (one.address.family !== other.address.family) return undefined
  const [wide, narrow] = one.length <= other.length ? [one, other] : [other, one]
  return contains(wide, narrow.address) ? narrow : undefined
}
