import {daemonOf} from '../../multicast/daemons.js'
import {isJoinable, type MulticastRoute} from '../../multicast/model.js'
import {contains, formatAddress, isSingle, type Address, type Family} from '../../network/address.js'
import {isJoin, wants, type GroupRecord} from '../packet/membership.js'
import type {Expectation, Sighting, Stimulus} from './expectation.js'
import {sampleGroups} from './forwarding.js'
import {hostOn, type Plan} from './plan.js'

const PATIENCE = {everyMs: 1000, times: 4}

/** `join: true`: the router is a listener of the group on `from`, so that a snooping switch sends it the packets. */
export function membershipExpectations(plan: Plan): Expectation[] {
  // mrouted joins nothing itself (measured), and igmpproxy what receivers ask for.
  const routes = plan.deployment.routes.filter(({family}) => daemonOf(plan.deployment.daemon, family) === 'smcroute')
  const asked = routes.flatMap(route => {
    if (!isJoinable(route.group)) return []
    const source = onlySender(route)
    const joined = routes.filter(other => other.join && other.from === route.from && [undefined, source?.bits].includes(onlySender(other)?.bits))
    return sampleGroups(route).map(group => ({from: route.from, group, source, join: joined.some(other => contains(other.group, group))}))
  })
  const unique = new Map(asked.map(one => [`${one.from} ${nameOf(one)}`, one]))
  return [...unique.values()].map(one => membership(plan, one))
}

/** A single sender is joined as such; a network of them cannot be, and all are. */
const onlySender = ({source}: MulticastRoute): Address | undefined => source && isSingle(source) ? source.address : undefined

export interface Membership {
  from: string
  group: Address
  source: Address | undefined
  join: boolean
}

const nameOf = ({group, source}: Membership): string => [formatAddress(group), ...source ? [formatAddress(source)] : []].join(' of ')

export function membership(plan: Plan, one: Membership, after: readonly Stimulus[] = [], why = ''): Expectation {
  const {from, group, source, join} = one
  const {family} = group
  const name = nameOf(one)
  const protocol = family === 4 ? 'IGMPv3' : 'MLDv2'
  const routerMac = hostOn(plan, from)?.routerMac
  return {
    id: `${name.replace(' of ', '-')}-${from}-join`,
    title: `the router ${join ? 'joins' : 'does not join'} ${name} on ${from}${why} (${protocol})`,
    expected: join ? `an ${protocol} report of the router for ${name} on ${from}` : `no report of the router for ${name} on ${from}`,
    kind: join ? 'membership' : 'silence',
    stimuli: [...after, {kind: 'query', on: from, family}],
    ...join && {repeat: PATIENCE, flow: {from, to: [from], group, ttl: 1}},
    judge(sightings) {
      const records = lastRecords(sightings, {on: from, family, routerMac})
      const joined = records.some(record => record.group.bits === group.bits && wants(record, source))
      const seen = [...new Set(records.filter(isJoin).map(record => [formatAddress(record.group), ...record.sources.map(formatAddress)].join(' of ')))]
      return {passed: joined === join, seen: seen.length === 0 ? 'no report of the router' : `reports for ${shortList(seen)}`, ...joined && !join && {faults: [{what: 'stray', on: from}]}}
    },
  }
}

const shortList = (names: readonly string[]): string => names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

interface Listener {
  on: string
  family: Family
  routerMac: string | undefined
}

/** Of each group the router's last word counts: a daemon that ends takes its groups back. */
function lastRecords(sightings: readonly Sighting[], {on, family, routerMac}: Listener): GroupRecord[] {
  const records = sightings.flatMap(one => one.kind === 'membership' && one.on === on && one.source.family === family && one.sourceMac === routerMac
    ? one.records
    : [])
  return [...new Map(records.map(record => [record.group.bits, record])).values()]
}
