import {formatAddress, type Address} from '../../network/address.js'
import {LIFTED_TTL} from '../../multicast/model.js'
import {arrival, silence, type Routed} from './arrival.js'
import type {Expectation} from './expectation.js'
import {highestThreshold, passedAt, type Forwarding} from './forwarding.js'
import {hostAddress, routerAddress, type Plan} from './plan.js'
import {hopWord} from './words.js'

const BURST = 3
const ORDINARY_TTL = 10

/** The expectations of one routed group: delivered, whose sender, and at the edges of the TTL. */
export function deliveryExpectations(plan: Plan, routed: Routed): Expectation[] {
  return [delivered(plan, routed), ...promisedSource(plan, routed), ...atTtlOne(plan, routed), ...atTtlTwo(plan, routed), ...atThresholds(plan, routed)]
}

function delivered(plan: Plan, routed: Routed): Expectation {
  const ttl = ordinaryTtl(routed)
  return arrival(plan, routed, {what: 'delivered', kind: 'delivery', ttl, count: BURST, arrivesWith: ttl - 1, title: `leaves by ${routed.forwarding.to.join(' and ')}, each packet once`})
}

const ordinaryTtl = ({forwarding}: Routed): number => Math.max(ORDINARY_TTL, Math.min(255, highestThreshold(forwarding) + 2))

/**
 * NAT of routed multicast holds for the first packet of a sender as for the rest, and for a new flow of a sender whose route the kernel has:
 * where the router is a member, conntrack would leave the one as it is and translate the other (measured).
 */
function promisedSource(plan: Plan, routed: Routed): Expectation[] {
  const {deployment} = plan
  const {from, forwarding: {to}} = routed
  if (!deployment.nat.some(nat => nat.from === from && to.includes(nat.to))) return []
  const translated = translatedSources(plan, routed)
  const words = to.map(name => {
    const own = translated.get(name)
    return own ? `as ${formatAddress(own)} (translated) by ${name}` : `with its sender's address by ${name}`
  })
  const ttl = ordinaryTtl(routed)
  const same = {kind: 'source', ttl, arrivesWith: ttl - 1, translated} as const
  const known = knownSender(plan, routed)
  const fresh = plan.senders.next(from, routed.group, routed.sources)
  return [
    ...fresh && fresh.bits !== known?.bits ? [arrival(plan, routed, {...same, what: 'source', source: fresh, count: BURST, title: `leaves ${words.join(' and ')}, from the first packet on`})] : [],
    ...known ? [arrival(plan, routed, {...same, what: 'known-source', source: known, count: 1, title: `leaves ${words.join(' and ')} where its sender is known already`})] : [],
  ]
}

/** Who sent to the group all through the boot. */
export const knownSender = (plan: Plan, {from, group, source}: Routed): Address | undefined => source ?? hostAddress(plan, from, group.family)

/** Interfaces by which the group leaves with the router's own address, static or leased, and that address. */
export function translatedSources(plan: Plan, {from, group, forwarding: {to}}: Routed): Map<string, Address> {
  const rules = plan.deployment.nat.filter(nat => nat.from === from && to.includes(nat.to) && nat.multicast === 'translate')
  return new Map(rules.flatMap(({to: name}) => {
    const own = routerAddress(plan, name, group.family)
    return own ? [[name, own] as const] : []
  }))
}

function atTtlOne(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding} = routed
  const to = passedAt(forwarding, LIFTED_TTL)
  if (forwarding.liftTtl && to.length > 0) {
    return [arrival(plan, routed, {
      what: 'ttl-1', kind: 'ttl', ttl: 1, count: 2, to, arrivesWith: LIFTED_TTL - 1,
      title: `sent with ${hopWord(group.family)} 1 is lifted and arrives with ${LIFTED_TTL - 1}${onlyBy(to, forwarding)}`,
    })]
  }

  return [silence(plan, routed, {what: 'ttl-1', ttl: 1, title: `sent with ${hopWord(group.family)} 1 is not forwarded`})]
}

function atTtlTwo(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding} = routed
  const to = passedAt(forwarding, 2)
  if (to.length === 0) return []
  return [arrival(plan, routed, {what: 'ttl-2', kind: 'ttl', ttl: 2, count: 1, to, arrivesWith: 1, title: `sent with ${hopWord(group.family)} 2 arrives with 1${onlyBy(to, forwarding)}`})]
}

/** Each threshold there is: by which interfaces a packet leaves that has just it, and one that has one more. */
function atThresholds(plan: Plan, routed: Routed): Expectation[] {
  const {group, forwarding} = routed
  const thresholds = [...new Set(forwarding.thresholds.values())].filter(threshold => threshold >= 2)
  return thresholds.flatMap((threshold, index) => {
    const number = index === 0 ? '' : `-${index + 1}`
    const sent = (ttl: number): string => `sent with ${hopWord(group.family)} ${ttl}`
    const [at, above] = [passedAt(forwarding, threshold), passedAt(forwarding, threshold + 1)]
    return [
      at.length === 0
        ? silence(plan, routed, {what: `at-threshold${number}`, ttl: threshold, title: `${sent(threshold)}, the threshold, is not forwarded`})
        : arrival(plan, routed, {
          what: `at-threshold${number}`, kind: 'ttl', ttl: threshold, count: 2, to: at, arrivesWith: threshold - 1, title: `${sent(threshold)}, a threshold, is forwarded${onlyBy(at, forwarding)}`,
        }),
      arrival(plan, routed, {
        what: `above-threshold${number}`, kind: 'ttl', ttl: threshold + 1, count: 1, to: above, arrivesWith: threshold, title: `${sent(threshold + 1)}, above the threshold, is forwarded${onlyBy(above, forwarding)}`,
      }),
    ]
  })
}

const onlyBy = (to: readonly string[], {to: all}: Forwarding): string => to.length === all.length ? '' : `, by ${to.join(' and ')} alone`
