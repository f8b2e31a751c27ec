import {formatAddress, type Address, type Family} from '../../network/address.js'
import type {Opening} from '../../network/model.js'
import type {Expectation, Sighting, Stimulus} from './expectation.js'
import {hostAddress, probes, routerAddress, type Plan} from './plan.js'
import {sightingsOf} from './words.js'

const PATIENCE = {everyMs: 700, times: 6}
const FAMILIES = [4, 6] as const
const TTL = 64
/** SSH and DNS are what a router is asked for; the last is for a file that opens both. */
const ROUTER_PORTS = {tcp: [22, 80, 40_022], udp: [53, 123, 40_053]} as const
const HOST_PORTS = {tcp: [80, 22, 40_080], udp: [5001, 5002, 40_500]} as const

/** What the firewall towards the upstream keeps out and lets in, as far as an onlooker can see. `identifier` names echo requests. */
export function firewallExpectations(plan: Plan, identifier: () => number): Expectation[] {
  const {deployment: {firewall, interfaces}} = plan
  if (firewall.upstream === 'allow') return []
  const named = (role: 'upstream' | 'downstream'): string[] => interfaces.filter(one => one.role === role).map(({name}) => name)
  const [outside, inside] = [named('upstream'), named('downstream')]
  return [
    ...outside.flatMap(from => FAMILIES.flatMap(family => [
      ...keptFromRouter(plan, {from, family, identifier}),
      ...inside.flatMap(to => keptFromNetwork(plan, {from, to, family, identifier})),
    ])),
    ...inside.flatMap(from => letInFromInside(plan, from, identifier)),
    ...firewall.open.flatMap(opening => opened(plan, opening)),
  ]
}

interface Knock {
  stimuli: Stimulus[]
  /** What was seen that tells that something got through, in words. */
  seen: (sightings: readonly Sighting[]) => string[]
}

interface Way {
  from: string
  source: Address
  destination: Address
}

interface Kept {
  from: string
  family: Family
  identifier: () => number
}

function keptFromRouter(plan: Plan, {from, family, identifier}: Kept): Expectation[] {
  const way = wayToRouter(plan, from, family)
  if (!way) return []
  const {open} = plan.deployment.firewall
  const closed = (protocol: 'tcp' | 'udp'): number => closedPort(ROUTER_PORTS[protocol], open.filter(one => one.from === from && one.protocol === protocol && one.to === undefined))
  const knocks = [tcpOfRouter(plan, way, closed('tcp')), ...family === 4 ? [udpOfRouter(plan, way, closed('udp')), pingOfRouter(way, identifier())] : []]
  return [kept(knocks, {
    id: `firewall-${from}-router-ipv${family}`,
    title: `nothing from ${from} gets into the router: ${family === 4 ? 'TCP, UDP and a ping' : 'TCP'} to ${formatAddress(way.destination)} ${family === 4 ? 'have' : 'has'} no answer`,
    expected: `no answer on ${from}`,
  })]
}

function keptFromNetwork(plan: Plan, {from, to, family, identifier}: Kept & {to: string}): Expectation[] {
  const source = hostAddress(plan, from, family)
  const destination = hostAddress(plan, to, family)
  if (!source || !destination || !routerAddress(plan, to, family)) return []
  const {open} = plan.deployment.firewall
  const closed = (protocol: 'tcp' | 'udp'): number => closedPort(HOST_PORTS[protocol], open.filter(one => one.from === from && one.protocol === protocol && one.to === to))
  const way = {from, source, destination}
  const knocks = [tcpThrough(plan, way, {on: to, port: closed('tcp')}), ...family === 4 ? [udpThrough(plan, way, {on: to, port: closed('udp')}), pingThrough(way, to, identifier())] : []]
  return [kept(knocks, {
    id: `firewall-${from}-${to}-ipv${family}`,
    title: `nothing from ${from} gets into the network of ${to}: ${family === 4 ? 'TCP, UDP and a ping' : 'TCP'} to ${formatAddress(destination)} ${family === 4 ? 'do' : 'does'} not arrive`,
    expected: `nothing on ${to}`,
  })]
}

function letInFromInside(plan: Plan, from: string, identifier: () => number): Expectation[] {
  const way = wayToRouter(plan, from, 4)
  if (!way) return []
  return [letIn([tcpOfRouter(plan, way, ROUTER_PORTS.tcp[0]), udpOfRouter(plan, way, ROUTER_PORTS.udp[0]), pingOfRouter(way, identifier())], {
    id: `firewall-${from}-inside`,
    title: `the router lets in SSH, DNS and a ping from ${from}: each is answered, if only with a refusal`,
    expected: `answers of ${formatAddress(way.destination)} to TCP port 22, UDP port 53 and a ping on ${from}`,
  })]
}

/** UDP to the router itself cannot be told from a program that keeps silent. */
function opened(plan: Plan, {protocol, ports: {first, last}, from, to}: Opening): Expectation[] {
  const words = {id: `firewall-open-${from}-${to ?? 'router'}-${protocol}-${first}-${last}`}
  if (to === undefined) {
    const way = protocol === 'tcp' ? wayToRouter(plan, from, 4) ?? wayToRouter(plan, from, 6) : undefined
    return way ? [letIn([tcpOfRouter(plan, way, first)], {...words, title: `TCP to port ${first} of the router is let in from ${from}`, expected: `an answer of ${formatAddress(way.destination)}, if only a refusal`})] : []
  }

  return FAMILIES.flatMap(family => {
    const source = hostAddress(plan, from, family)
    const destination = hostAddress(plan, to, family)
    if (!source || !destination || !routerAddress(plan, to, family)) return []
    const way = {from, source, destination}
    const knock = protocol === 'tcp' ? tcpThrough(plan, way, {on: to, port: first}) : udpThrough(plan, way, {on: to, port: first})
    return [letIn([knock], {id: `${words.id}-ipv${family}`, title: `${protocol.toUpperCase()} to port ${first} of ${formatAddress(destination)} is let in from ${from}`, expected: `the packet on ${to}`})]
  })
}

type Words = Pick<Expectation, 'id' | 'title' | 'expected'>

function kept(knocks: readonly Knock[], words: Words): Expectation {
  return {
    ...words,
    kind: 'refusal',
    stimuli: knocks.flatMap(({stimuli}) => stimuli),
    judge(sightings) {
      const seen = knocks.flatMap(knock => knock.seen(sightings))
      return seen.length === 0 ? {passed: true, seen: 'nothing'} : {passed: false, seen: seen.join('; '), faults: [{what: 'stray', on: words.id}]}
    },
  }
}

function letIn(knocks: readonly Knock[], words: Words): Expectation {
  return {
    ...words,
    kind: 'firewall',
    stimuli: knocks.flatMap(({stimuli}) => stimuli),
    repeat: PATIENCE,
    judge(sightings) {
      const seen = knocks.map(knock => knock.seen(sightings))
      return {passed: seen.every(one => one.length > 0), seen: seen.flat().join('; ') || 'nothing'}
    },
  }
}

function wayToRouter(plan: Plan, from: string, family: Family): Way | undefined {
  const [source, destination] = [hostAddress(plan, from, family), routerAddress(plan, from, family)]
  return source && destination && {from, source, destination}
}

const closedPort = (candidates: readonly number[], open: readonly Opening[]): number =>
  candidates.find(port => !open.some(({ports: {first, last}}) => port >= first && port <= last)) ?? 9

function tcpOfRouter(plan: Plan, {from, source, destination}: Way, port: number): Knock {
  const sourcePort = plan.senders.port()
  return {
    stimuli: [{kind: 'connect', on: from, source, destination, sourcePort, destinationPort: port}],
    seen: sightings => sightings.some(one => one.kind === 'segment' && one.on === from && one.sourcePort === port && one.destinationPort === sourcePort) ? [`TCP port ${port} answered`] : [],
  }
}

function tcpThrough(plan: Plan, {from, source, destination}: Way, {on, port}: {on: string, port: number}): Knock {
  const sourcePort = plan.senders.port()
  return {
    stimuli: [{kind: 'connect', on: from, source, destination, sourcePort, destinationPort: port}],
    seen: sightings => sightings.some(one => one.kind === 'segment' && one.on === on && one.destinationPort === port && one.sourcePort === sourcePort) ? [`TCP to port ${port} on ${on}`] : [],
  }
}

/** A closed port is told by ICMP (RFC 1122 §4.1.3.1), an open one may answer. */
function udpOfRouter(plan: Plan, {from, source, destination}: Way, port: number): Knock {
  const sourcePort = plan.senders.port()
  return {
    stimuli: [{kind: 'datagram', on: from, key: `${plan.attempt}/udp-${from}-${port}-${sourcePort}`, source, destination, ttl: TTL, sourcePort, destinationPort: port}],
    seen: sightings => sightings.some(one => one.on === from && (one.kind === 'unreachable' && one.refusedPort === port && one.sourcePort === sourcePort
      || one.kind === 'datagram' && one.sourcePort === port && one.destinationPort === sourcePort)) ? [`UDP port ${port} answered`] : [],
  }
}

function udpThrough(plan: Plan, {from, source, destination}: Way, {on, port}: {on: string, port: number}): Knock {
  const sent = probes(plan, `udp-${from}-${on}-${source.family}-${port}`, {on: from, source, group: destination, ttl: TTL, count: 1}).map(probe => ({...probe, destinationPort: port}))
  return {stimuli: sent, seen: sightings => sent.some(probe => sightingsOf(sightings, probe).some(one => one.on === on)) ? [`UDP to port ${port} on ${on}`] : []}
}

function pingOfRouter({from, source, destination}: Way, identifier: number): Knock {
  return {
    stimuli: [{kind: 'echo', on: from, source, destination, ttl: TTL, identifier}],
    seen: sightings => sightings.some(one => one.kind === 'echo reply' && one.on === from && one.identifier === identifier) ? ['a ping answered'] : [],
  }
}

function pingThrough({from, source, destination}: Way, on: string, identifier: number): Knock {
  return {
    stimuli: [{kind: 'echo', on: from, source, destination, ttl: TTL, identifier}],
    seen: sightings => sightings.some(one => one.kind === 'echo request' && one.on === on && one.identifier === identifier) ? [`a ping on ${on}`] : [],
  }
}
