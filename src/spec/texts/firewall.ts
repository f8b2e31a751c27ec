import {parseRange, type Family, type Prefix} from '../../network/address.js'
import type {Place} from '../finding.js'

/** A rule of iptables or nftables, as far as it matters to multicast routing. */
export interface FirewallRule {
  tool: 'iptables' | 'nft'
  place: Place
  /** Hook of the chain, in the kernel's words; undefined for a chain that is only jumped to. */
  hook?: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'ingress'
  /** iptables: the table's name; nft: the chain's type (filter, nat, route). */
  table: string
  /** Which packets it can meet. */
  families: readonly Family[]
  /** What it does: ttl (sets TTL or hop limit), masquerade, snat (tracked), saddr (stateless), notrack, accept, drop, other. */
  action: 'ttl' | 'masquerade' | 'snat' | 'saddr' | 'notrack' | 'accept' | 'drop' | 'other'
  input?: string
  output?: string
  destination?: Destination
  /** Conditions that leave out multicast that is routed: conntrack state, a protocol other than udp, a port, a mark. */
  narrow: boolean
  /** Names a destination port. */
  port: boolean
  /** Matches multicast by packet type (`-m pkttype --pkt-type multicast`, `meta pkttype multicast`). */
  multicastOnly: boolean
}

export interface Destination {
  /** Ranges, as far as they are written out; a set by name has none. */
  ranges: readonly Prefix[]
  negated: boolean
}

/** What a chain does with a packet that no rule took. */
export interface ChainPolicy {
  tool: 'iptables' | 'nft'
  place: Place
  hook: 'input' | 'forward' | 'output'
  policy: 'accept' | 'drop'
  /** Which packets pass it; nft's inet has both. */
  families: readonly Family[]
}

export interface Firewall {
  rules: readonly FirewallRule[]
  policies: readonly ChainPolicy[]
}

/** Reads `225.0.0.0/8`, `ff05::1` or a list of such; what is neither (a variable, a set's name) is left out. */
export function rangesOf(texts: readonly string[]): Prefix[] {
  return texts.flatMap(text => parseRange(text) ?? [])
}
