import {formatAddress, type Address} from '../../network/address.js'
import {LIFTED_TTL} from '../../multicast/model.js'
import type {DatagramStimulus, Expectation, Sighting, Verdict} from './expectation.js'
import type {Forwarding} from './forwarding.js'
import {joins, probes, routerAddress, type Plan} from './plan.js'
import {arrivals, damageOf, hopWord, sightingsOf} from './words.js'

/** One group that is routed, and what the file says of it. */
export interface Routed {
  /** `225.0.0.1`, or with its source; for people. */
  name: string
  /** The same as one word. */
  id: string
  from: string
  group: Address
  /** The sender a route is for; absent: a fresh one each time. */
  source?: Address
  forwarding: Forwarding
}

/** Each packet leaves once by each interface, and by no other. */
interface Arrival {
  probes: readonly DatagramStimulus[]
  to: readonly string[]
  ttl: number
  /** By interface; absent: any sender will do. */
  sources?: ReadonlyMap<string, Address>
}

const BURST = 3
const ORDINARY_TTL = 10

/** The expectations of one routed group: delivered, whose sender, and at the edges of the TTL. */
export function deliveryExpectations(plan: Plan, routed: Routed): Expectation[] {
  return [delivered(plan, routed), ...promisedSource(plan, routed), ...atTtlOne(plan, routed), ...atTtlTwo(plan, routed), ...atThreshold(plan, routed)]
}

function delivered(plan: Plan, routed: Routed): Expectation {
  const {forwarding: {to, ttlThreshold}} = routed
  const ttl = Math.max(ORDINARY_TTL, Math.min(255, ttlThreshold + 2))
  return arrival(plan, routed, {what: 'delivered', kind: 'delivery', ttl, count: BURST, arrivesWith: ttl - 1, title: `leaves by ${to.join(' and ')}, each packet once`})
}

/** NAT of routed multicast holds for the first packet of a flow as for the rest (measured: conntrack's does not). */
function promisedSource(plan: Plan, routed: Routed): Expectation[] {
  const {deployment} = plan
  const {from, forwarding: {to, ttlThreshold}} = routed
  if (!deployment.nat.some(nat => nat.from === from && to.includes(nat.to))) return []
  const translated = translatedSources(plan, routed)
  const words = to.map(name => {
    const own = translated.get(name)
    return own ? `as ${formatAddress(own)} (translated) by ${name}` : `with its sender's address by ${name}`
  })
  const ttl = Math.max(ORDINARY_TTL, Math.min(255, ttlThreshold + 2))
  return [arrival(plan, routed, {
    what: 'source', kind: 'source', ttl, count: BURST, arrivesWith: ttl - 1, translated,
    title: `leaves ${words.join(' and ')}, from the first packet on`,
  })]
}

/** Interfaces by which the group leaves with the router's own address, static or leased, and that address. */
export function translatedSources(plan: Plan, {from, group, forwarding: {to}}: Routed): Map<string, Address> {
  const rules = plan.deployment.nat.filter(nat => nat.from === from && to.includes(nat.to) && nat.multicast === 'translate')
  return new Map(rules.flatMap(({to: name}) => {
    const own = routerAddress(plan, name, group.family)
    return own ? [[name, own] as const] : []
  }))
}

function atTtlOne(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding: {liftTtl, ttlThreshold}} = routed
  if (liftTtl && LIFTED_TTL > ttlThreshold) {
    return [arrival(plan, routed, {
      what: 'ttl-1', kind: 'ttl', ttl: 1, count: 2, arrivesWith: LIFTED_TTL - 1,
      title: `sent with ${hopWord(group.family)} 1 is lifted and arrives with ${LIFTED_TTL - 1}`,
    })]
  }

  return [silence(plan, routed, {what: 'ttl-1', ttl: 1, title: `sent with ${hopWord(group.family)} 1 is not forwarded`})]
}

function atTtlTwo(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding: {ttlThreshold}} = routed
  if (ttlThreshold >= 2) return []
  return [arrival(plan, routed, {what: 'ttl-2', kind: 'ttl', ttl: 2, count: 1, arrivesWith: 1, title: `sent with ${hopWord(group.family)} 2 arrives with 1`})]
}

function atThreshold(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding: {ttlThreshold}} = routed
  if (ttlThreshold < 2) return []
  const hops = hopWord(group.family)
  return [
    silence(plan, routed, {what: 'at-threshold', ttl: ttlThreshold, title: `sent with ${hops} ${ttlThreshold}, the threshold, is not forwarded`}),
    arrival(plan, routed, {
      what: 'above-threshold', kind: 'ttl', ttl: ttlThreshold + 1, count: 1, arrivesWith: ttlThreshold,
      title: `sent with ${hops} ${ttlThreshold + 1}, above the threshold, is forwarded`,
    }),
  ]
}

interface Probe {
  what: string
  title: string
  ttl: number
}

interface ArrivalProbe extends Probe {
  kind: Expectation['kind']
  count: number
  arrivesWith: number
  /** Interfaces where the sender is the router's address; given at all: the sender is judged everywhere. */
  translated?: ReadonlyMap<string, Address>
}

function arrival(plan: Plan, routed: Routed, probe: ArrivalProbe): Expectation {
  const {from, group, forwarding: {to}} = routed
  const source = routed.source ?? plan.senders.next(from, group.family) ?? group
  const id = `${routed.id}-${probe.what}`
  const sent = probes(plan, id, {on: from, source, group, ttl: probe.ttl, count: probe.count})
  const sources = new Map(to.map(name => [name, probe.translated?.get(name) ?? source]))
  const judged = probe.translated || !plan.deployment.nat.some(nat => nat.from === from && to.includes(nat.to))
  return {
    id,
    title: `${routed.name} from ${from} ${probe.title}`,
    expected: `${probe.count} of ${probe.count} on ${to.join(' and ')}, ${hopWord(group.family)} ${probe.arrivesWith}, on no other interface`,
    kind: probe.kind,
    stimuli: [...joins(plan, to, group), ...sent],
    flow: {from, to, source, group},
    judge: sightings => judgeArrival(sightings, {probes: sent, to, ttl: probe.arrivesWith, ...judged && {sources}}),
  }
}

/** The count of arrivals tells it already. */
const MISSING = 'missing'

function judgeArrival(sightings: readonly Sighting[], {probes: sent, to, ttl, sources}: Arrival): Verdict {
  const problems = sent.flatMap(probe => {
    const seen = sightingsOf(sightings, probe)
    const strays = seen.filter(one => !to.includes(one.on)).map(one => `also on ${one.on}`)
    const each = to.flatMap(name => {
      const here = seen.filter(one => one.on === name)
      if (here.length !== 1) return [here.length === 0 ? MISSING : `${here.length} copies on ${name}`]
      return here.flatMap(one => [
        ...one.ttl === ttl ? [] : [`${hopWord(probe.source.family)} ${one.ttl} on ${name}`],
        ...sources && one.source.bits !== sources.get(name)?.bits ? [`sender ${formatAddress(one.source)} on ${name}`] : [],
        ...damageOf(one, probe.key, probe.destination).map(damage => `${damage} on ${name}`),
      ])
    })
    return [...each, ...strays]
  })
  const seen = arrivals(sightings, sent, to)
  const told = [...new Set(problems)].filter(problem => problem !== MISSING)
  return {passed: problems.length === 0, seen: told.length === 0 ? seen : `${seen} (${told.join('; ')})`}
}

function silence(plan: Plan, routed: Routed, probe: Probe): Expectation {
  const {from, group, forwarding: {to}} = routed
  const source = routed.source ?? plan.senders.next(from, group.family) ?? group
  return silentFlow(plan, {id: `${routed.id}-${probe.what}`, title: `${routed.name} from ${from} ${probe.title}`, from, to, source, group, ttl: probe.ttl})
}

interface SilentFlow {
  id: string
  title: string
  from: string
  /** Where it would come out if the limit did not hold. */
  to: readonly string[]
  source: Address
  group: Address
  ttl: number
}

/** Packets that no other host may see. */
export function silentFlow(plan: Plan, {id, title, from, to, source, group, ttl}: SilentFlow): Expectation {
  const sent = probes(plan, id, {on: from, source, group, ttl, count: 2})
  return {
    id,
    title,
    expected: 'nothing on any interface',
    kind: 'silence',
    stimuli: sent,
    flow: {from, to, source, group},
    judge(sightings) {
      const where = [...new Set(sent.flatMap(probe => sightingsOf(sightings, probe)).map(one => one.on))]
      return where.length === 0 ? {passed: true, seen: 'nothing'} : {passed: false, seen: arrivals(sightings, sent, where)}
    },
  }
}
