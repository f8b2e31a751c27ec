import {formatAddress} from '../network/address.js'
import type {Deployment} from '../spec/deployment.js'
import type {Expectation, Flow} from './expectations/expectation.js'
import {parseCache, parseVifs, type CacheEntry, type GuestState} from './guest-state.js'

/** The likely cause of a failure in words, from what the guest says of itself; undefined where nothing points to one. */
export function likelyCause(expectation: Expectation, deployment: Deployment, state: GuestState): string | undefined {
  const {kind, flow} = expectation
  switch (kind) {
    case 'silence': return flow && leakCause(flow, state)
    case 'source': return (flow && pathCause(flow, deployment, state)) ?? sourceCause(state)
    case 'delivery': return flow && (pathCause(flow, deployment, state) ?? departureCause(flow, state))
    case 'ttl': return flow && (pathCause(flow, deployment, state) ?? ttlCause(flow, state))
    case 'ping': return (flow && flow.to.length > 0 ? pathCause(flow, deployment, state) : undefined) ?? pingCause(flow, state)
    case 'membership': return runs(state, deployment.daemon) ?? 'the daemon runs but has not joined the group: is there an mgroup line for it?'
    case 'dhcp': return runs(state, 'udhcpd') ?? 'the DHCP server runs but its answers are not those of the file'
    case 'nat': return natCause(state)
  }
}

const PROGRAMS: Readonly<Record<string, RegExp>> = {smcroute: /\bsmcrouted\b/, mrouted: /\bmrouted\b/, udhcpd: /\b(udhcpd|dnsmasq)\b/}

function runs({processes, daemonLog}: GuestState, name: string): string | undefined {
  if (processes === undefined || PROGRAMS[name]?.test(processes) !== false) return undefined
  const last = daemonLog?.split('\n').findLast(line => /error|fail|cannot|unable|already in use/i.test(line))
  return `${name === 'smcroute' ? 'smcrouted' : name} is not running${last === undefined ? '' : `: "${last.trim()}"`}`
}

function entryOf({group, source}: Flow, state: GuestState): CacheEntry | undefined {
  const text = group.family === 4 ? state.ip_mr_cache : state.ip6_mr_cache
  return parseCache(text ?? '', group.family).find(entry => entry.group === group.bits && entry.origin === source?.bits)
}

/** Where on its way through the router's tables a packet is lost. */
function pathCause(flow: Flow, deployment: Deployment, state: GuestState): string | undefined {
  const {group, from, to} = flow
  const table = group.family === 4 ? 'ip_mr' : 'ip6_mr'
  const stopped = runs(state, deployment.daemon)
  if (stopped !== undefined) return `${stopped}: nothing is routed without it`
  const vifText = group.family === 4 ? state.ip_mr_vif : state.ip6_mr_vif
  if (vifText === undefined) return undefined
  const vifs = parseVifs(vifText)
  const absent = [from, ...to].filter(name => !vifs.has(name))
  if (absent.length > 0) return `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not in ${table}_vif: the daemon started before the interface was there, or does not know it`
  const entry = entryOf(flow, state)
  if (!entry) return `${table}_cache has no entry for ${formatAddress(group)} of this sender: the packet did not reach the router's routing (is the link up? rp_filter?)`
  if (entry.inbound < 0) return `it arrived, but the daemon has no route for ${formatAddress(group)} (${table}_cache is unresolved)`
  if (entry.wrong > 0 && entry.packets === 0) return `it arrived on another interface than the route says (${table}_cache counts ${entry.wrong} wrong)`
  const missing = to.filter(name => !entry.outbound.has(vifs.get(name) ?? -1))
  return missing.length > 0 ? `the route in ${table}_cache does not lead to ${missing.join(' and ')}` : undefined
}

function departureCause(flow: Flow, state: GuestState): string | undefined {
  const entry = entryOf(flow, state)
  if (!entry) return undefined
  const filter = /hook forward[^}]*policy drop/.test(state.nftables ?? '') ? ' a forward chain drops by default: does it accept untracked multicast?' : ''
  return `it arrived at the router (the routing table counts ${entry.packets}) and has a way out, but did not come out as it should.${filter}`
}

function ttlCause(flow: Flow, state: GuestState): string {
  const entry = entryOf(flow, state)
  const counted = entry ? ` (the routing table counts ${entry.packets})` : ''
  const word = flow.group.family === 4 ? 'ip ttl set' : 'ip6 hoplimit set'
  const loaded = state.nftables?.includes(word) ?? false
  return `it arrived at the router${counted} but did not leave with the right ${flow.group.family === 4 ? 'TTL' : 'hop limit'}: ${loaded ? `nft has a rule "${word}", but it does not match this group and interface` : `no nft rule "${word}": is the nft table loaded?`}`
}

function sourceCause({nftables}: GuestState): string | undefined {
  if (nftables === undefined) return undefined
  if (!/ip saddr set/.test(nftables)) return 'no nft rule "ip saddr set": is the nft table loaded, and has the interface its address?'
  return 'the nft rule "ip saddr set" did not act on every packet: conntrack may have seen the flow first (is it notrack?)'
}

function pingCause(flow: Flow | undefined, state: GuestState): string | undefined {
  if (flow && flow.to.length === 0) return 'the router answers a group ping where net.ipv4.icmp_echo_ignore_broadcasts (net.ipv6.icmp.echo_ignore_multicast) is 0 and it joined the group'
  if (/ip_forward:0/.test(state.forwarding ?? '')) return 'net.ipv4.ip_forward is 0: the group is reached, but the answers are unicast and not forwarded'
  return 'the answers of the far hosts are unicast: is unicast forwarding on, and does a firewall let them pass?'
}

function natCause({nftables, forwarding}: GuestState): string | undefined {
  if (/ip_forward:0/.test(forwarding ?? '')) return 'net.ipv4.ip_forward is 0: unicast is not forwarded'
  return nftables !== undefined && !/masquerade|snat/.test(nftables) ? 'nft has no masquerade rule: is the nft table loaded?' : undefined
}

/** Why something came out that should not have. */
function leakCause({group, to}: Flow, state: GuestState): string | undefined {
  if (to.length === 0) return 'the router answers pings of groups: net.ipv4.icmp_echo_ignore_broadcasts (net.ipv6.icmp.echo_ignore_multicast) is 0'
  const entries = parseCache((group.family === 4 ? state.ip_mr_cache : state.ip6_mr_cache) ?? '', group.family).filter(entry => entry.group === group.bits)
  return entries.length > 0 ? `the routing table holds ${entries.length} entries for ${formatAddress(group)}: a route, or a rule that changes the TTL, is wider than the file says` : undefined
}
