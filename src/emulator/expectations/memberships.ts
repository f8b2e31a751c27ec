import {contains, formatAddress, widthOf, type Address, type Family} from '../../network/address.js'
import type {MulticastRoute} from '../../multicast/model.js'
import {isJoin} from '../packet/membership.js'
import type {Expectation, Sighting} from './expectation.js'
import {rangeText} from './forwarding.js'
import {hostOn, type Plan} from './plan.js'

const PATIENCE = {everyMs: 1000, times: 4}

/** `join: true`: the router is a listener of the group on `from`, so that a snooping switch sends it the packets. */
export function membershipExpectations(plan: Plan): Expectation[] {
  const {deployment} = plan
  // mrouted joins nothing itself (measured).
  if (deployment.daemon === 'mrouted') return []
  return deployment.routes.flatMap((route, index) => {
    const others = deployment.routes.filter(other => other !== route && other.join && other.from === route.from)
    if (route.group.length !== widthOf(route.family)) return []
    if (!route.join) return others.some(other => contains(other.group, route.group.address)) ? [] : [membership(plan, route, index)]
    return [membership(plan, route, index)]
  })
}

function membership(plan: Plan, {from, family, group, join}: MulticastRoute, index: number): Expectation {
  const protocol = family === 4 ? 'IGMPv3' : 'MLDv2'
  const routerMac = hostOn(plan, from)?.routerMac
  return {
    id: `join-${index + 1}-${formatAddress(group.address)}`,
    title: `the router ${join ? 'joins' : 'does not join'} ${rangeText(group)} on ${from} (${protocol})`,
    expected: join ? `an ${protocol} report of the router for ${formatAddress(group.address)} on ${from}` : `no report of the router for ${formatAddress(group.address)} on ${from}`,
    kind: 'membership',
    stimuli: [{kind: 'query', on: from, family}],
    ...join && {repeat: PATIENCE},
    judge(sightings) {
      const seen = joinedGroups(sightings, {on: from, family, routerMac})
      const joined = seen.some(address => address.bits === group.address.bits)
      const names = [...new Set(seen.map(formatAddress))]
      return {passed: joined === join, seen: names.length === 0 ? 'no report of the router' : `reports for ${shortList(names)}`}
    },
  }
}

const shortList = (names: readonly string[]): string => names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

function joinedGroups(sightings: readonly Sighting[], {on, family, routerMac}: {on: string, family: Family, routerMac: string | undefined}): Address[] {
  return sightings.flatMap(one => one.kind === 'membership' && one.on === on && one.source.family === family && one.sourceMac === routerMac
    ? one.records.filter(isJoin).map(record => record.group)
    : [])
}
