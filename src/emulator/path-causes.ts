import {daemonOf, receiversDecide} from '../multicast/daemons.js'
import {translatorName} from '../multicast/nftables.js'
import {formatAddress} from '../network/address.js'
import type {Deployment} from '../spec/deployment.js'
import type {Flow} from './expectations/expectation.js'
import {isLinkUp, parseCache, parseVifs, settingOf, type CacheEntry, type GuestState} from './guest-state.js'

const PROGRAMS: Readonly<Record<string, RegExp>> = {
  smcroute: /\bsmcrouted\b/, igmpproxy: /\bigmpproxy\b/, mrouted: /\bmrouted\b/, udhcpd: /\b(udhcpd|dnsmasq)\b/,
  'avahi-daemon': /\bavahi-daemon\b/,
}

/** Words where the program does not run; undefined where it does, or nobody asked. */
export function runs({processes, daemonLog}: GuestState, name: string): string | undefined {
  if (processes === undefined || PROGRAMS[name]?.test(processes) !== false) return undefined
  const last = daemonLog?.split('\n').findLast(line => /error|fail|cannot|unable|already in use/i.test(line))
  return `${name === 'smcroute' ? 'smcrouted' : name} is not running${last === undefined ? '' : `: "${last.trim()}"`}`
}

function entryOf({group, source}: Flow, state: GuestState): CacheEntry | undefined {
  const text = group.family === 4 ? state.ip_mr_cache : state.ip6_mr_cache
  return parseCache(text ?? '', group.family).find(entry => entry.group === group.bits && entry.origin === source?.bits)
}

/** Where on its way through the router a packet is lost that should leave by `flow.to`. */
export function lossCause(flow: Flow, deployment: Deployment, state: GuestState): string | undefined {
  return tableCause(flow, deployment, state) ?? translatorCause(flow, state) ?? firewallCause(state) ?? liftCause(flow, state) ?? departureCause(flow, state)
}

/** The daemon, the links and the kernel's multicast routing table. */
function tableCause(flow: Flow, deployment: Deployment, state: GuestState): string | undefined {
  const {group, from, to, ttl} = flow
  const table = group.family === 4 ? 'ip_mr' : 'ip6_mr'
  const stopped = runs(state, daemonOf(deployment.daemon, group.family))
  if (stopped !== undefined) return `${stopped}: nothing is routed without it`
  const down = [from, ...to].filter(name => isLinkUp(state, name) === false)
  if (down.length > 0) return `${down.join(' and ')} ${down.length > 1 ? 'are' : 'is'} down or not there`
  const disabled = group.family === 6 ? disabledIPv6(from, state) : undefined
  if (disabled !== undefined) return disabled
  // What /proc shows is the main table; smcroute beside another daemon has one of its own.
  if (group.family === 6 && receiversDecide(deployment.daemon)) return undefined
  const vifText = group.family === 4 ? state.ip_mr_vif : state.ip6_mr_vif
  if (vifText === undefined) return undefined
  const vifs = parseVifs(vifText)
  const absent = [from, ...to].filter(name => !vifs.has(name))
  if (absent.length > 0) return `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not in ${table}_vif: the daemon started before the interface was there, or does not know it`
  const entry = entryOf(flow, state)
  if (!entry) return `${table}_cache has no entry for ${formatAddress(group)} of this sender: the packet did not reach the router's routing${arrivalCause(flow, state)}`
  if (entry.inbound < 0 || entry.outbound.size === 0) return `it arrived, but the daemon has no route for ${formatAddress(group)} from ${from} (${table}_cache)`
  if (entry.wrong > 0 && entry.packets === 0) return `it arrived on another interface than the route says (${table}_cache counts ${entry.wrong} wrong)`
  const missing = to.filter(name => !entry.outbound.has(vifs.get(name) ?? -1))
  if (missing.length > 0) return `the route in ${table}_cache does not lead to ${missing.join(' and ')}`
  const high = to.filter(name => ttl > 1 && group.family === 4 && (entry.outbound.get(vifs.get(name) ?? -1) ?? 1) >= ttl)
  return high.length > 0 ? `${high.join(' and ')} ${high.length > 1 ? 'have' : 'has'} a threshold in ip_mr_cache that a TTL of ${ttl} does not pass` : undefined
}

/** Why the kernel may have dropped it on arrival. */
function arrivalCause({group, from}: Flow, state: GuestState): string {
  const paths = group.family === 4 ? ['net/ipv4/conf/all/rp_filter', `net/ipv4/conf/${from}/rp_filter`] : []
  const found = ['1', '2'].flatMap(value => paths.filter(path => settingOf(state, path) === value).map(path => `: ${path.replaceAll('/', '.')} is ${value}`))
  return found[0] ?? ''
}

/** Words where the interface speaks no IPv6. */
export function disabledIPv6(name: string, state: GuestState): string | undefined {
  const path = `net/ipv6/conf/${name}/disable_ipv6`
  return settingOf(state, path) === '1' ? `${path.replaceAll('/', '.')} is 1` : undefined
}

/** Whether a forward chain drops by default that is not brmc's own, which accepts what the file routes. */
export const dropsByDefault = ({nftables = ''}: GuestState): boolean =>
  [...nftables.matchAll(/chain (\S+) \{\s+type filter hook forward [^}]*?policy drop/g)].some(([, name]) => name !== 'firewall_forward')

function firewallCause(state: GuestState): string | undefined {
  if (/chain closed_forward /.test(state.nftables ?? '')) return 'nft refused /etc/nftables.conf at boot, and the router is closed'
  return dropsByDefault(state) ? 'it arrived at the router and has a way out, but a forward chain drops by default: does it accept untracked multicast?' : undefined
}

function liftCause({group: {family}, ttl}: Flow, {nftables}: GuestState): string | undefined {
  if (ttl !== 1 || nftables === undefined) return undefined
  const rule = family === 4 ? 'ip ttl set' : 'ip6 hoplimit set'
  const words = `it arrived with a ${family === 4 ? 'TTL' : 'hop limit'} of 1, which nothing lifted`
  return nftables.includes(rule) ? `${words}: nft has a rule "${rule}", but it does not match this group and interface` : `${words}: no nft rule "${rule}": is the nft table loaded?`
}

/** A translating uplink drops until its address is known (overlays/router/usr/libexec/brmc/dhcp-event). */
function translatorCause({group: {family}, to}: Flow, {nftables}: GuestState): string | undefined {
  const waiting = to.filter(name => /\bdrop\b/.test(chainOf(nftables, translatorName(name, family))))
  return waiting.length > 0 ? `${waiting.join(' and ')} has no address yet to translate to, and drops what it would have to translate: is there a DHCP server?` : undefined
}

const chainOf = (nftables: string | undefined, name: string): string => nftables?.split(`chain ${name} {`)[1]?.split('}')[0] ?? ''

function departureCause(flow: Flow, state: GuestState): string | undefined {
  const entry = entryOf(flow, state)
  if (!entry) return undefined
  return `it arrived at the router (the routing table counts ${entry.packets}) and has a way out, but did not leave`
}

interface Circumstances {
  deployment: Deployment
  state: GuestState
}

/** Why a packet left with another sender than it should have, by `interfaces`. */
export function senderCause(flow: Flow, interfaces: readonly string[], {deployment, state: {nftables}}: Circumstances): string | undefined {
  const {group: {family}, from} = flow
  if (nftables === undefined) return undefined
  const translating = interfaces.filter(name => deployment.nat.some(nat => nat.from === from && nat.to === name && nat.multicast === 'translate'))
  if (translating.length === 0) return translatesMulticast(flow)
  const rule = family === 4 ? 'ip saddr set' : 'ip6 saddr set'
  if (!nftables.includes(rule)) return `no nft rule "${rule}": is the nft table loaded, and has the interface its address?`
  const unreached = translating.filter(name => !nftables.includes(`jump ${translatorName(name, family)}`))
  if (unreached.length > 0) return `no nft rule leads to the chain ${unreached.map(name => translatorName(name, family)).join(' and ')}`
  return `the nft rule "${rule}" did not act on every packet: ${nftables.includes('notrack') ? 'does it match this group and interface?' : 'conntrack may have seen the flow first, for nothing is notrack'}`
}

export const translatesMulticast = ({group: {family}}: Flow): string =>
  `a rule of nft translates multicast: masquerade and snat need "${family === 4 ? 'ip daddr != 224.0.0.0/4' : 'ip6 daddr != ff00::/8'}"`
