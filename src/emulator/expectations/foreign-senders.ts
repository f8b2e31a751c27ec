import {contains, formatAddress, type Address} from '../../network/address.js'
import {globalSysctls, interfaceSysctls, type Sysctl} from '../../network/sysctl.js'
import {arrival, silence, type Routed} from './arrival.js'
import type {Expectation} from './expectation.js'
import {highestThreshold} from './forwarding.js'
import type {Plan} from './plan.js'

/** 203.0.113.0/24 and 198.51.100.0/24 are in nobody's network (RFC 5737). */
const CANDIDATES: readonly Address[] = [0xcb00_7109n, 0xc633_6409n].flatMap(bits => [{family: 4 as const, bits}, {family: 4 as const, bits: bits + 1n}])
const FAR = 16

/**
 * Of one group from each interface: a sender whose network is not the link's is routed too, or not at all where the file sets rp_filter=1
 * (RFC 3704 §2.2, strict). What rp_filter=2 does depends on unicast routes, and mrouted has a check of its own: nothing is expected of those.
 */
export function foreignSenderExpectations(plan: Plan, routed: readonly Routed[]): Expectation[] {
  const {deployment, attempt} = plan
  const source = CANDIDATES.filter(address => !deployment.interfaces.some(one => one.addresses.some(prefix => contains(prefix, address))))[attempt % 2]
  const open = routed.filter(({group, source: only}) => group.family === 4 && only === undefined)
  const firsts = open.filter((one, index) => open.findIndex(other => other.from === one.from) === index)
  return !source || deployment.daemon === 'mrouted' ? [] : firsts.flatMap(one => {
    const filter = reversePathFilter(plan, one.from)
    // Where there may be a default route, who knows.
    const checked = deployment.routes.some(({from, group, reversePathCheck}) => reversePathCheck && from === one.from && contains(group, one.group))
    if (checked && leadsElsewhere(plan, one.from)) return []
    const ttl = Math.min(255, highestThreshold(one.forwarding) + FAR)
    const probe = {what: 'foreign-sender', source, ttl}
    const title = `of a sender in another network (${formatAddress(source)})`
    if (filter === 0 && !checked) return [arrival(plan, one, {...probe, kind: 'delivery', count: 1, arrivesWith: ttl - 1, title: `${title} is forwarded too`})]
    return filter === 1 || checked ? [silence(plan, one, {...probe, title: `${title} is not forwarded: ${checked ? 'the router would not answer it there' : 'rp_filter is 1'}`})] : []
  })
}

/** By DHCP, advertisement or the file, an interface may lead to anywhere. */
const leadsElsewhere = ({deployment}: Plan, name: string): boolean =>
  deployment.interfaces.some(one => one.name === name && (one.dhcp || one.role === 'upstream' || one.gateways.length > 0))

/** The larger of net.ipv4.conf.all and the interface's own (Documentation/networking/ip-sysctl.rst). */
function reversePathFilter({deployment}: Plan, name: string): number {
  const one = deployment.interfaces.find(other => other.name === name)
  const settings = [...globalSysctls(deployment), ...one ? interfaceSysctls(one, deployment) : []]
  const valueOf = (path: string): number => Number(settings.findLast((setting: Sysctl) => setting.path === path)?.value ?? 0)
  return Math.max(valueOf('net/ipv4/conf/all/rp_filter'), valueOf(`net/ipv4/conf/${name}/rp_filter`))
}
