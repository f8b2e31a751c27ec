import type {Deployment} from '../spec/deployment.js'
import type {Expectation, Flow, Verdict} from './expectations/expectation.js'
import {isLinkUp, parseCache, settingOf, type GuestState} from './guest-state.js'
import {disabledIPv6, dropsByDefault, lossCause, runs, senderCause, translatesMulticast} from './path-causes.js'

interface Failed {
  expectation: Expectation
  verdict: Verdict
}

/** The likely cause of a failure in words, from what the guest says of itself; undefined where nothing points to one. */
export function likelyCause({expectation, verdict: {faults = []}}: Failed, deployment: Deployment, state: GuestState): string | undefined {
  const {id, kind, flow, title} = expectation
  const where = (what: string): string[] => [...new Set(faults.filter(fault => fault.what === what).map(({on}) => on))]
  switch (kind) {
    case 'membership': return runs(state, deployment.daemon) ?? (flow?.group.family === 6 ? disabledIPv6(flow.from, state) : undefined) ?? 'the daemon runs but has not joined the group: is there an mgroup line for it?'
    case 'dhcp': return runs(state, 'udhcpd') ?? 'the DHCP server runs but its answers are not those of the file'
    case 'nat': return natCause(state)
    case 'refusal': return openCause(state)
    case 'firewall': return 'does chain firewall_input (firewall_forward) of table inet brmc, or a rule of another table, drop it?'
    case 'discovery': return id.startsWith('mdns-') ? reflectorCause(state) : searchCause(state)
    case 'silence': return flow && (flow.to.length === 0 ? 'the router answers pings of groups: net.ipv4.icmp_echo_ignore_broadcasts (net.ipv6.icmp.echo_ignore_multicast) is 0' : leakCause(flow, state))
    case 'ping': {
      if (!flow) return undefined
      if (flow.to.length === 0) return routerPingCause(flow, state)
      // ICMP keeps its sender, whatever becomes of UDP.
      if (where('sender').length > 0) return translatesMulticast(flow)
      return where('missing').length > 0 ? lossCause({...flow, to: where('missing')}, deployment, state) : answerCause(flow, state)
    }
    case 'delivery':
    case 'source':
    case 'ttl':
  }

  if (!flow) return undefined
  if (where('stray').length > 0) return `a route leads to ${where('stray').join(' and ')} too: it, or a rule that copies packets, is wider than the file says`
  if (where('copies').length > 0) return `the routing table sends each packet once by an interface: ${/\bdup to\b/.test(state.nftables ?? '') ? 'the nft rule "dup" copies it' : 'something else copies it (a second daemon, a bridge, a rule)'}`
  if (where('sender').length > 0) return senderCause(flow, where('sender'), {deployment, state})
  if (where('missing').length > 0) return lossCause({...flow, to: where('missing')}, deployment, state)
  return where('ttl').length > 0 ? ttlCause(flow, title) : undefined
}

function ttlCause({group, ttl}: Flow, title: string): string {
  const rule = group.family === 4 ? 'ip ttl set' : 'ip6 hoplimit set'
  return ttl === 1 ? `an nft rule "${rule}" lifts it to another value than the file says` : `an nft rule "${rule}" changes what was sent with ${ttl}, which needs no lifting (${title})`
}

function routerPingCause(flow: Flow, state: GuestState): string {
  const path = flow.group.family === 4 ? 'net/ipv4/icmp_echo_ignore_broadcasts' : 'net/ipv6/icmp/echo_ignore_multicast'
  if (settingOf(state, path) === '1') return `${path.replaceAll('/', '.')} is 1`
  return (flow.group.family === 6 ? disabledIPv6(flow.from, state) : undefined) ?? 'the router answers for the groups it joined: is there an mgroup line, and do rules let the answer out as it is?'
}

/** The group was reached: what becomes of the answers. */
function answerCause({group, from, to}: Flow, state: GuestState): string {
  const path = group.family === 4 ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding'
  if (settingOf(state, path) === '0') return `${path.replaceAll('/', '.')} is 0: the group is reached, but the answers are unicast and not forwarded`
  const down = [from, ...to].filter(name => isLinkUp(state, name) === false)
  if (down.length > 0) return `${down.join(' and ')} is down`
  if (dropsByDefault(state)) return 'the answers of the far hosts are unicast, and a forward chain drops by default'
  return 'the answers of the far hosts are unicast: has the router its addresses and routes, and does a firewall let them pass?'
}

/** Why something got in from upstream. */
function openCause({nftables}: GuestState): string | undefined {
  if (nftables === undefined) return undefined
  const missing = ['firewall_input', 'firewall_forward'].filter(name => !new RegExp(`chain ${name} \\{[^}]*policy drop`).test(nftables))
  return missing.length > 0
    ? `nft has no chain ${missing.join(' and ')} that drops by default: an overlay's etc/nftables.conf takes the place of brmc's, or it was not loaded`
    : 'a rule in firewall_input or firewall_forward accepts more than the file says'
}

function reflectorCause(state: GuestState): string {
  return runs(state, 'avahi-daemon') ?? 'the reflector runs (/run/mdns-reflector.log): does a rule drop UDP port 5353 on its way in?'
}

function searchCause({nftables}: GuestState): string {
  return nftables !== undefined && !nftables.includes('@searchers_ipv4')
    ? 'nft does not remember who searched: an overlay\'s etc/nftables.conf takes the place of brmc\'s, or it was not loaded'
    : 'who searched is remembered (set searchers_ipv4): does a rule drop what comes for that port?'
}

function natCause(state: GuestState): string | undefined {
  const {nftables} = state
  if (settingOf(state, 'net/ipv4/ip_forward') === '0') return 'net.ipv4.ip_forward is 0: unicast is not forwarded'
  if (nftables !== undefined && !/\b(masquerade|snat)\b/.test(nftables)) return 'nft has no masquerade rule: is the nft table loaded?'
  return dropsByDefault(state) ? 'a forward chain drops by default' : undefined
}

/** Why something came out that should not have. */
function leakCause({group, from}: Flow, state: GuestState): string | undefined {
  const entries = parseCache((group.family === 4 ? state.ip_mr_cache : state.ip6_mr_cache) ?? '', group.family).filter(entry => entry.group === group.bits && entry.outbound.size > 0)
  return entries.length > 0 ? `a route from ${from}, or a rule that changes the TTL, is wider than the file says (${group.family === 4 ? 'ip_mr_cache' : 'ip6_mr_cache'} has ${entries.length} of this group)` : undefined
}
