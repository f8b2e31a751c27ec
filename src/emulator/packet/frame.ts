import {isMulticast} from '../../multicast/groups.js'
import {encodeEthernet, ETHER_TYPE} from './ethernet.js'
import {encodeIcmpEcho, type Echo} from './icmp.js'
import {encodeIcmpv6, type Icmpv6Message} from './icmpv6.js'
import {encodeIgmp} from './igmp.js'
import {IP_PROTOCOL, type IpPacket} from './ip.js'
import {encodeIPv4} from './ipv4.js'
import {encodeIPv6} from './ipv6.js'
import {multicastMac, type Mac} from './mac.js'
import type {MembershipMessage} from './membership.js'
import {encodeMld} from './mld.js'
import {encodeTcp, type TcpSegment} from './tcp.js'
import {encodeUdp, type Ends, type UdpDatagram} from './udp.js'

/** Who a packet is from and to, on both layers. */
export interface Route extends Ends {
  sourceMac: Mac
  /** For a unicast destination: the next hop's card. A group's is computed. */
  destinationMac?: Mac
  ttl: number
}

function ipFrame(route: Route, {protocol, payload, routerAlert = false}: Pick<IpPacket, 'protocol' | 'payload'> & {routerAlert?: boolean}): Buffer {
  const {source, destination, ttl} = route
  const packet = {source, destination, ttl, protocol, payload, routerAlert}
  const destinationMac = isMulticast(destination) ? multicastMac(destination) : route.destinationMac
  if (destinationMac === undefined) throw new RangeError('a packet to one host needs the card it goes to')
  return encodeEthernet({
    destination: destinationMac,
    source: route.sourceMac,
    etherType: source.family === 4 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6,
    payload: source.family === 4 ? encodeIPv4(packet) : encodeIPv6(packet),
  })
}

export const udpFrame = (route: Route, datagram: UdpDatagram): Buffer => ipFrame(route, {protocol: IP_PROTOCOL.udp, payload: encodeUdp(datagram, route)})

export const tcpFrame = (route: Route, segment: TcpSegment): Buffer => ipFrame(route, {protocol: IP_PROTOCOL.tcp, payload: encodeTcp(segment, route)})

export function echoFrame(route: Route, echo: Echo): Buffer {
  return route.source.family === 4
    ? ipFrame(route, {protocol: IP_PROTOCOL.icmp, payload: encodeIcmpEcho(echo)})
    : icmpv6Frame(route, echo)
}

export function icmpv6Frame(route: Route, message: Icmpv6Message): Buffer {
  return ipFrame(route, {protocol: IP_PROTOCOL.icmpv6, payload: encodeIcmpv6(message, route)})
}

/** IGMP or MLD by family; both travel with TTL 1 and a router alert (RFC 3376 §4, RFC 3810 §5). */
export function membershipFrame(route: Omit<Route, 'ttl'>, message: MembershipMessage): Buffer {
  const [protocol, payload] = route.source.family === 4
    ? [IP_PROTOCOL.igmp, encodeIgmp(message)]
    : [IP_PROTOCOL.icmpv6, encodeMld(message, route)]
  return ipFrame({...route, ttl: 1}, {protocol, payload, routerAlert: true})
}
