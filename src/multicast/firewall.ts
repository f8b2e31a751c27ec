import {formatAddress} from '../network/address.js'
import type {Firewall, NetworkInterface} from '../network/model.js'
import {receiversDecide, type DaemonName} from './daemons.js'
import type {Discovery} from './discovery.js'
import {flowsOf, waysOf} from './flows.js'
import type {MulticastRoute} from './model.js'
import type {Mrouted} from './mrouted.js'
import {quoteNft} from './quote-nft.js'

/** What the chains firewall_input and firewall_forward of nftables.conf.ejs print; every name is quoted. */
export interface FirewallModel {
  /** Interfaces from which all is let in: the router's own, and those of role downstream. */
  inside: string[]
  /** Interfaces from which packets are forwarded wherever they want. */
  insideCards: string[]
  /** Uplinks whose address a DHCP server gives. */
  dhcpClients: string[]
  /** DVMRP is a kind of IGMP that only mrouted speaks. */
  dvmrp: boolean
  /** mrouted's: IP in IP, and DVMRP, of this peer alone. */
  tunnels: {iif: string, remote: string}[]
  /** Groups that come from outside and are routed: `iifname <iif> oifname <oif> <match>`. */
  routed: {iif: string, oif: string, match: string}[]
  /** Where receivers decide: any group from outside. */
  routedByReceivers: string[]
  /** Groups that the router joined outside, and whose pings it answers. */
  answered: {iif: string, match: string}[]
  /** Answers to a ping of a group that left by iif: conntrack does not know them, for they come from another address than was called. */
  pingAnswers: {iif: string, oif: string}[]
  /** Uplinks where mDNS is reflected. */
  mdns: string[]
  /** What the file lets in, to the router or, with oif, through it. */
  open: {iif: string, oif?: string, match: string}[]
}

export interface FirewallInput {
  firewall: Firewall
  interfaces: readonly NetworkInterface[]
  routes: readonly MulticastRoute[]
  daemon: DaemonName
  mrouted: Pick<Mrouted, 'tunnels'>
  answerPing: boolean
  discovery: Discovery
}

/** The firewall towards the upstream; undefined where the file lets all of it in. */
export function firewallModel({firewall, interfaces, routes, daemon, mrouted, answerPing, discovery}: FirewallInput): FirewallModel | undefined {
  if (firewall.upstream === 'allow') return undefined
  const outside = new Set(interfaces.filter(({role}) => role === 'upstream').map(({name}) => name))
  const fromOutside = routes.filter(({from}) => outside.has(from))
  const toOutside = routes.flatMap(({from, to}) => to.filter(name => outside.has(name)).map(name => ({iif: quoteNft(name), oif: quoteNft(from)})))
  const insideCards = interfaces.filter(({role}) => role === 'downstream').map(({name}) => quoteNft(name))
  // mrouted forwards from everywhere to wherever somebody joined; igmpproxy from outside alone.
  const pinged = daemon === 'mrouted' ? [...outside].flatMap(name => insideCards.map(oif => ({iif: quoteNft(name), oif}))) : []
  return {
    inside: [quoteNft('lo'), ...insideCards],
    insideCards,
    dhcpClients: interfaces.filter(({name, dhcp}) => dhcp && outside.has(name)).map(({name}) => quoteNft(name)),
    dvmrp: daemon === 'mrouted',
    tunnels: daemon === 'mrouted' ? mrouted.tunnels.map(({on, remote}) => ({iif: quoteNft(on), remote: formatAddress(remote)})) : [],
    routed: waysOf(fromOutside),
    routedByReceivers: receiversDecide(daemon) ? [...outside].map(quoteNft) : [],
    answered: answerPing ? flowsOf(fromOutside.filter(({join, family}) => join && family === 4)) : [],
    pingAnswers: unique([...toOutside, ...pinged]),
    mdns: discovery.mdns.filter(name => outside.has(name)).map(quoteNft),
    open: firewall.open.map(({protocol, ports, from, to}) => ({
      iif: quoteNft(from),
      ...to !== undefined && {oif: quoteNft(to)},
      match: `${protocol} dport ${ports.first}${ports.last === ports.first ? '' : `-${ports.last}`}`,
    })),
  }
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}
