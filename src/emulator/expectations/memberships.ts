import {isJoinable} from '../../multicast/model.js'
import {contains, formatAddress, type Address, type Family} from '../../network/address.js'
import {isJoin} from '../packet/membership.js'
import type {Expectation, Sighting} from './expectation.js'
import {sampleGroups} from './forwarding.js'
import {hostOn, type Plan} from './plan.js'

const PATIENCE = {everyMs: 1000, times: 4}

/** `join: true`: the router is a listener of the group on `from`, so that a snooping switch sends it the packets. */
export function membershipExpectations(plan: Plan): Expectation[] {
  const {daemon, routes} = plan.deployment
  // mrouted joins nothing itself (measured).
  if (daemon === 'mrouted') return []
  const asked = routes.flatMap(route => {
    // Larger ranges are routed, but not joined: brmc check says so (N25).
    if (!isJoinable(route.group)) return []
    const joined = routes.filter(other => other.join && other.from === route.from)
    return sampleGroups(route).map(group => ({from: route.from, group, join: joined.some(other => contains(other.group, group))}))
  })
  const unique = new Map(asked.map(one => [`${one.from} ${formatAddress(one.group)}`, one]))
  return [...unique.values()].map(one => membership(plan, one))
}

function membership(plan: Plan, {from, group, join}: {from: string, group: Address, join: boolean}): Expectation {
  const {family} = group
  const name = formatAddress(group)
  const protocol = family === 4 ? 'IGMPv3' : 'MLDv2'
  const routerMac = hostOn(plan, from)?.routerMac
  return {
    id: `${name}-${from}-join`,
    title: `the router ${join ? 'joins' : 'does not join'} ${name} on ${from} (${protocol})`,
    expected: join ? `an ${protocol} report of the router for ${name} on ${from}` : `no report of the router for ${name} on ${from}`,
    kind: join ? 'membership' : 'silence',
    stimuli: [{kind: 'query', on: from, family}],
    ...join && {repeat: PATIENCE, flow: {from, to: [from], group, ttl: 1}},
    judge(sightings) {
      const seen = joinedGroups(sightings, {on: from, family, routerMac})
      const joined = seen.some(address => address.bits === group.bits)
      const names = [...new Set(seen.map(formatAddress))]
      return {passed: joined === join, seen: names.length === 0 ? 'no report of the router' : `reports for ${shortList(names)}`, ...joined && !join && {faults: [{what: 'stray', on: from}]}}
    },
  }
}

const shortList = (names: readonly string[]): string => names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

/** Of each group the router's last word counts: a daemon that ends takes its groups back. */
function joinedGroups(sightings: readonly Sighting[], {on, family, routerMac}: {on: string, family: Family, routerMac: string | undefined}): Address[] {
  const records = sightings.flatMap(one => one.kind === 'membership' && one.on === on && one.source.family === family && one.sourceMac === routerMac
    ? one.records
    : [])
  const last = new Map(records.map(record => [record.group.bits, record]))
  return [...last.values()].filter(isJoin).map(record => record.group)
}
