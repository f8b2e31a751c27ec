import {formatAddress, type Address} from '../../network/address.js'
import {routerAddresses} from '../topology.js'
import type {Routed} from './arrival.js'
import type {Expectation, Fault, Sighting} from './expectation.js'
import {hostAddress, hostOn, routerAddress, type Plan} from './plan.js'
import {isAmong} from './senders.js'

const FAR = 64
const PATIENCE = {everyMs: 400, times: 10}

/** A ping of the group: far hosts that joined answer with their own address; the router's own answer proves nothing about routing. */
export function pingExpectations(plan: Plan, routed: Routed, identifier: number): Expectation[] {
  const {id, name, from, group, forwarding: {to}} = routed
  const source = routed.source ?? hostAddress(plan, from, group.family)
  // The answers come back by unicast: the router must know both networks.
  if (!source || !routerAddress(plan, from, group.family) || to.some(far => !routerAddress(plan, far, group.family))) return []
  const answerers = new Map(to.flatMap(far => {
    const address = hostAddress(plan, far, group.family)
    return address ? [[far, address] as const] : []
  }))
  const router = hostOn(plan, from)
  const own = router ? routerAddresses(plan.deployment, router) : []
  return [{
    id: `${id}-ping`,
    title: `a ping of ${name} from ${from} is answered by the host on ${to.join(' and ')} that joined`,
    expected: `echo replies from ${[...answerers.values()].map(formatAddress).join(' and ')}, back on ${from}`,
    kind: 'ping',
    stimuli: [...to.map(on => ({kind: 'join' as const, on, group})), {kind: 'echo', on: from, source, destination: group, ttl: FAR, identifier}],
    repeat: PATIENCE,
    flow: {from, to, source, group, ttl: FAR},
    judge(sightings) {
      const replies = replyAddresses(sightings, {on: from, to: source, identifier})
      const passed = [...answerers.values()].every(address => isAmong(replies, address))
      const names = replies.map(address => `${formatAddress(address)}${isAmong(own, address) ? ' (the router itself: no proof)' : ''}`)
      const requests = requestsSeen(sightings, to, identifier)
      const asked = to.map(on => requests.has(on) ? `came to ${on} from ${formatAddress(requests.get(on) ?? source)}` : `did not come to ${on}`).join(' and ')
      const faults = to.flatMap((on): Fault[] => !requests.has(on) ? [{what: 'missing', on}] : requests.get(on)?.bits === source.bits ? [] : [{what: 'sender', on}])
      return {passed, seen: `${names.length === 0 ? 'no reply' : `replies from ${names.join(' and ')}`}; the request ${asked}`, ...!passed && {faults}}
    },
  }]
}

/** By interface: whom the request came from. */
function requestsSeen(sightings: readonly Sighting[], to: readonly string[], identifier: number): Map<string, Address> {
  return new Map(sightings.flatMap(one => one.kind === 'echo request' && to.includes(one.on) && one.identifier === identifier ? [[one.on, one.source] as const] : []))
}

function replyAddresses(sightings: readonly Sighting[], {on, to, identifier}: {on: string, to: Address, identifier: number}): Address[] {
  const replies = sightings.flatMap(one => one.kind === 'echo reply' && one.on === on && one.identifier === identifier && one.destination.bits === to.bits ? [one.source] : [])
  return replies.filter((address, index) => replies.findIndex(other => other.bits === address.bits) === index)
}

/** answerPing is about the router itself, which answers for the groups it joined. */
export function routerPingExpectations(plan: Plan, routed: Routed, identifier: number): Expectation[] {
  const {deployment} = plan
  const {id, from, group, name} = routed
  const source = routed.source ?? hostAddress(plan, from, group.family)
  const own = routerAddress(plan, from, group.family)
  if (!source || !own) return []
  const wanted = deployment.answerPing
  return [{
    id: `${id}-router-ping`,
    title: `the router itself ${wanted ? 'answers' : 'does not answer'} a ping of ${name} (which says nothing about routing)`,
    expected: wanted ? `an echo reply from ${formatAddress(own)}` : `no echo reply from ${formatAddress(own)}`,
    kind: wanted ? 'ping' : 'silence',
    // With TTL 1 nobody else need answer.
    stimuli: [{kind: 'echo', on: from, source, destination: group, ttl: 1, identifier}],
    ...wanted && {repeat: PATIENCE},
    flow: {from, to: [], source, group, ttl: 1},
    judge(sightings) {
      const answered = isAmong(replyAddresses(sightings, {on: from, to: source, identifier}), own)
      return {passed: answered === wanted, seen: answered ? `a reply from ${formatAddress(own)}` : 'no reply from the router', ...answered && !wanted && {faults: [{what: 'stray', on: from}]}}
    },
  }]
}
