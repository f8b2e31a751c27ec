import {formatAddress, type Address} from '../../network/address.js'
import {daemonOf, receiversDecide} from '../../multicast/daemons.js'
import type {Deployment} from '../../spec/deployment.js'
import {silentFlow, type Routed} from './arrival.js'
import type {Expectation} from './expectation.js'
import {forwardingOf, unroutedGroup} from './forwarding.js'
import {joins, type Plan} from './plan.js'

/** 224.0.0.77 and ff02::4d, which nobody uses: never forwarded, whatever the hop limit (RFC 5771 §4, RFC 7346 §2). */
const LINK_LOCAL: readonly Address[] = [{family: 4, bits: 0xe000_004dn}, {family: 6, bits: 0xff02n << 112n | 0x4dn}]
const FAR = 64
/** Senders of nobody's network, for routes that name all senders of the link (RFC 5737, RFC 3849). */
const STRANGERS = {4: {family: 4, bits: 0xcb00_714dn}, 6: {family: 6, bits: 0x2001_0db8n << 96n | 0x4dn}} as const

/** What must not happen on the interfaces that packets are routed from. */
export function limitExpectations(plan: Plan, routed: readonly Routed[]): Expectation[] {
  const {deployment} = plan
  const families = ([4, 6] as const).filter(family => routed.some(one => one.group.family === family))
  return families.flatMap(family => {
    const sources = [...new Set(routed.filter(one => one.group.family === family).map(one => one.from))]
    const other = unroutedGroup(deployment, family)
    const [local] = LINK_LOCAL.filter(group => group.family === family)
    return sources.flatMap(from => [
      ...other ? quiet(plan, {from, group: other, id: `unrouted-${from}`, ...unrouted(plan, from, other)}) : [],
      ...local ? quiet(plan, {from, group: local, id: `link-local-${from}`, title: `${formatAddress(local)} (link-local) is not forwarded from ${from}, even with ${FAR} hops to go`}) : [],
    ])
  })
}

interface Quiet {
  from: string
  group: Address
  id: string
  title: string
  /** Where receivers ask for it, to no effect. */
  asked?: readonly string[]
}

function quiet(plan: Plan, {from, group, id, title, asked = []}: Quiet): Expectation[] {
  const source = plan.senders.next(from, group)
  if (!source) return []
  const silent = silentFlow(plan, {id: `${id}-${group.family}`, title, from, to: othersThan(plan.deployment, from), source, group, ttl: FAR})
  return [{...silent, stimuli: [...joins(plan, asked, group), ...silent.stimuli]}]
}

/** What is in no route: where receivers decide and the file lists no groups, any is routed that is asked for. */
function unrouted({deployment, written}: Plan, from: string, group: Address): Pick<Quiet, 'title' | 'asked'> {
  const name = formatAddress(group)
  const daemon = daemonOf(deployment.daemon, group.family)
  if (daemon === 'igmpproxy' && written.some(({family}) => family === 4)) {
    return {title: `${name}, which is in no route, is not forwarded from ${from}, though receivers ask for it`, asked: othersThan(deployment, from)}
  }

  return {title: `${name}, which ${receiversDecide(daemon) ? 'no receiver asked for' : 'is in no route'}, is not forwarded from ${from}`}
}

/** A route is one way, unless the file has another for the way back. */
export function reverseExpectations(plan: Plan, {id, name, from, group, forwarding}: Routed): Expectation[] {
  return forwarding.to.flatMap(back => {
    const source = plan.senders.next(back, group)
    if (!source || forwardingOf(plan.deployment, {from: back, source, group}).to.length !== 0) return []
    return [silentFlow(plan, {
      id: `${id}-back-from-${back}`,
      title: `${name} sent from ${back} is not forwarded: the route is one way`,
      from: back, to: [from], source, group, ttl: FAR,
    })]
  })
}

/** (S,G): other senders of the same group are not let through, unless another route does. */
export function otherSenderExpectations(plan: Plan, {id, from, group, source: only, forwarding}: Routed): Expectation[] {
  if (!only) return []
  const source = plan.senders.next(from, group) ?? STRANGERS[group.family]
  if (forwardingOf(plan.deployment, {from, source, group}).to.length !== 0) return []
  const title = `${formatAddress(group)} from ${from} of another sender (${formatAddress(source)}) is not forwarded`
  return [silentFlow(plan, {id: `${id}-other-sender`, title, from, to: forwarding.to, source, group, ttl: FAR})]
}

const othersThan = ({interfaces}: Deployment, name: string): string[] => interfaces.map(one => one.name).filter(other => other !== name)
