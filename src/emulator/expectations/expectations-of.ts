import {daemonOf} from '../../multicast/daemons.js'
import {formatAddress, widthOf} from '../../network/address.js'
import type {Deployment} from '../../spec/deployment.js'
import type {VirtualHost} from '../host/host.js'
import {virtualHostsOf} from '../topology.js'
import type {Routed} from './arrival.js'
import {deliveryExpectations} from './delivery.js'
import {discoveryExpectations} from './discovery.js'
import type {Expectation} from './expectation.js'
import {firewallExpectations} from './firewall.js'
import {foreignSenderExpectations} from './foreign-senders.js'
import {forwardingOf, sampleGroups} from './forwarding.js'
import {pingExpectations, routerPingExpectations} from './hosts-answer.js'
import {leaseExpectations} from './leases.js'
import {limitExpectations, otherSenderExpectations, reverseExpectations} from './limits.js'
import {membershipExpectations} from './memberships.js'
import {proxyExpectations} from './proxy.js'
import {hostAddress, planOf, type Plan} from './plan.js'
import {unicastNatExpectations} from './unicast-nat.js'

/** Of echo requests: so many for each try. */
const IDENTIFIERS = 0x4000

/** All that the file promises and an onlooker can see, in the order of the file. `attempt` counts from 1: another has other keys and senders. */
export function expectationsOf(deployment: Deployment, hosts: readonly VirtualHost[] = virtualHostsOf(deployment, 'virt'), attempt = 1): Expectation[] {
  const plan = planToProve(deployment, hosts, attempt)
  const routed = routedGroups(plan)
  const unique = [...new Map(routed.map(one => [one.id, one])).values()]
  let identifier = IDENTIFIERS * attempt
  return [
    ...leaseExpectations(plan),
    ...membershipExpectations(plan),
    ...proxyExpectations(plan, unique),
    ...unique.flatMap(one => [
      ...deliveryExpectations(plan, one),
      ...otherSenderExpectations(plan, one),
      ...reverseExpectations(plan, one),
      ...pingExpectations(plan, one, identifier++),
    ]),
    ...unique.filter(one => joinedAlone(plan, one)).flatMap(one => routerPingExpectations(plan, one, identifier++)),
    ...foreignSenderExpectations(plan, unique),
    ...limitExpectations(plan, unique),
    ...unicastNatExpectations(plan),
    ...firewallExpectations(plan, () => identifier++),
    ...discoveryExpectations(plan),
  ]
}

export const planToProve = (deployment: Deployment, hosts: readonly VirtualHost[], attempt: number): Plan =>
  planOf({...deployment, routes: routesToProve(deployment)}, {hosts, attempt, written: deployment.routes})

/** Each route's samples with what the file says of them. */
export function routedGroups(plan: Plan): Routed[] {
  const {deployment} = plan
  return deployment.routes.flatMap(route => sampleGroups(route).flatMap(group => {
    const source = route.source && plan.senders.among(route.from, group, route.source)
    const anySender = route.source ? undefined : hostAddress(plan, route.from, group.family)
    const sender = source ?? anySender
    if (!sender) return []
    const forwarding = forwardingOf(deployment, {from: route.from, source: sender, group})
    const names = [formatAddress(group), ...source ? [formatAddress(source)] : []]
    return [{name: names.join(' of '), id: [...names, route.from].join('-'), from: route.from, group, forwarding, ...source && route.source && {source, sources: route.source}}]
  }))
}

/** The router answers for a group it joined for any sender. */
function joinedAlone({deployment}: Plan, {from, group}: Routed): boolean {
  return daemonOf(deployment.daemon, group.family) === 'smcroute' && deployment.routes.some(route => route.join && !route.source && route.from === from
    && route.group.length === widthOf(group.family) && route.group.address.bits === group.bits)
}

/** mrouted and igmpproxy need no routes: receivers decide. One group from each interface that may send to all that may receive stands for any. */
function routesToProve({daemon, routes, interfaces}: Deployment): Deployment['routes'] {
  if (daemon === 'smcroute' || routes.some(({family}) => family === 4)) return routes
  const senders = interfaces.filter(({role}) => daemon === 'mrouted' || role === 'upstream')
  const receivers = interfaces.filter(({role}) => daemon === 'mrouted' || role === 'downstream')
  const samples = senders.map((one, index) => ({
    family: 4 as const,
    group: {address: {family: 4 as const, bits: 0xefff_2a01n + BigInt(index)}, length: 32},
    from: one.name,
    to: receivers.map(other => other.name).filter(name => name !== one.name),
    liftTtl: false,
    ttlThreshold: 1,
    join: false,
    reversePathCheck: false,
  }))
  return [...samples.filter(route => route.to.length > 0), ...routes]
}
