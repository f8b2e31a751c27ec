import {formatAddress, type Address, type Prefix} from '../../network/address.js'
import type {DatagramStimulus, Expectation, Fault, Sighting, Verdict} from './expectation.js'
import type {Forwarding} from './forwarding.js'
import {joins, probes, type Plan} from './plan.js'
import {arrivals, damageOf, hopWord, sightingsOf} from './words.js'

/** One group that is routed, and what the file says of it. */
export interface Routed {
  /** `225.0.0.1`, or with its source; for people. */
  name: string
  /** The same as one word. */
  id: string
  from: string
  group: Address
  /** A sender the route is for; absent: any, a fresh one each time. */
  source?: Address
  /** The senders that `source` is one of. */
  sources?: Prefix
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

export interface Probe {
  what: string
  title: string
  ttl: number
  /** Absent: one nobody has seen yet. */
  source?: Address
}

export interface ArrivalProbe extends Probe {
  kind: Expectation['kind']
  count: number
  arrivesWith: number
  /** Absent: all interfaces that the group leaves by. */
  to?: readonly string[]
  /** Interfaces where the sender is the router's address; given at all: the sender is judged everywhere. */
  translated?: ReadonlyMap<string, Address>
}

/** Packets of one flow that leave by `to`, each once, and by no other interface. */
export function arrival(plan: Plan, routed: Routed, probe: ArrivalProbe): Expectation {
  const {from, group, forwarding} = routed
  const {to = forwarding.to, source = nextSender(plan, routed)} = probe
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
    flow: {from, to, source, group, ttl: probe.ttl},
    judge: sightings => judgeArrival(sightings, {probes: sent, to, ttl: probe.arrivesWith, ...judged && {sources}}),
  }
}

const nextSender = (plan: Plan, {from, group, source, sources}: Routed): Address => plan.senders.next(from, group, sources) ?? source ?? group

/** A fault and, where the count of arrivals does not tell it already, its words. */
type Problem = Fault & {words?: string}

function judgeArrival(sightings: readonly Sighting[], {probes: sent, to, ttl, sources}: Arrival): Verdict {
  const problems = sent.flatMap(probe => {
    const seen = sightingsOf(sightings, probe)
    const strays = seen.filter(one => !to.includes(one.on)).map(({on}): Problem => ({what: 'stray', on, words: `also on ${on}`}))
    const each = to.flatMap((on): Problem[] => {
      const here = seen.filter(one => one.on === on)
      if (here.length === 0) return [{what: 'missing', on}]
      if (here.length > 1) return [{what: 'copies', on, words: `${here.length} copies on ${on}`}]
      return here.flatMap((one): Problem[] => [
        ...one.ttl === ttl ? [] : [{what: 'ttl', on, words: `${hopWord(probe.source.family)} ${one.ttl} on ${on}`} as const],
        ...sources && one.source.bits !== sources.get(on)?.bits ? [{what: 'sender', on, words: `sender ${formatAddress(one.source)} on ${on}`} as const] : [],
        ...damageOf(one, probe.key, probe.destination).map(damage => ({what: 'damage', on, words: `${damage} on ${on}`} as const)),
      ])
    })
    return [...each, ...strays]
  })
  const seen = arrivals(sightings, sent, to)
  const told = [...new Set(problems.flatMap(({words}) => words ?? []))]
  return {passed: problems.length === 0, seen: told.length === 0 ? seen : `${seen} (${told.join('; ')})`, faults: problems.map(({what, on}) => ({what, on}))}
}

/** Packets of one flow that leave by no interface. */
export function silence(plan: Plan, routed: Routed, probe: Probe): Expectation {
  const {from, group, forwarding: {to}} = routed
  const {source = nextSender(plan, routed)} = probe
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
    flow: {from, to, source, group, ttl},
    judge(sightings) {
      const where = [...new Set(sent.flatMap(probe => sightingsOf(sightings, probe)).map(one => one.on))]
      return where.length === 0 ? {passed: true, seen: 'nothing'} : {passed: false, seen: arrivals(sightings, sent, where), faults: where.map(on => ({what: 'stray', on}))}
    },
  }
}
