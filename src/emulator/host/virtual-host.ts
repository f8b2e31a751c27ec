import type {Address} from '../../network/address.js'
import {isMulticast} from '../../multicast/groups.js'
import {isSameAddress} from '../packet/address-bytes.js'
import {decodeArp, encodeArp} from '../packet/arp.js'
import {decodeEthernet, encodeEthernet, ETHER_TYPE, type EthernetFrame} from '../packet/ethernet.js'
import {echoFrame, icmpv6Frame, udpFrame} from '../packet/frame.js'
import {decodeIcmpEcho, decodeIcmpRefusal, type Echo} from '../packet/icmp.js'
import {decodeIcmpv6, type Icmpv6Message} from '../packet/icmpv6.js'
import {decodeIgmp} from '../packet/igmp.js'
import {BROADCAST_MAC, multicastMac} from '../packet/mac.js'
import {IP_PROTOCOL, type ReceivedIpPacket} from '../packet/ip.js'
import {decodeIPv4} from '../packet/ipv4.js'
import {decodeIPv6} from '../packet/ipv6.js'
import {decodeMld} from '../packet/mld.js'
import {decodeTcp} from '../packet/tcp.js'
import {decodeUdp} from '../packet/udp.js'
import {DHCP_PORT} from '../packet/dhcp.js'
import {answerDhcp} from './dhcp-server.js'
import type {HostState, Observation, Reaction, VirtualHost} from './host.js'
import {answerQuery, isMembershipValid} from './memberships.js'

/** RFC 862: what arrives here for the host itself goes back to its sender. */
export const ECHO_PORT = 7
const OWN_TTL = 64

interface Arrival {
  host: VirtualHost
  state: HostState
  frame: EthernetFrame
  packet: ReceivedIpPacket
  time: number
}

/** One frame from the wire: what the host answers and what it saw. `time` in milliseconds since 1970. */
export function receive(host: VirtualHost, state: HostState, bytes: Buffer, time: number): Reaction {
  const frame = decodeEthernet(bytes)
  if (frame?.etherType === ETHER_TYPE.arp) return {state, frames: answerArp(host, frame), observations: []}
  const packet = frame?.etherType === ETHER_TYPE.ipv4 ? decodeIPv4(frame.payload) : frame?.etherType === ETHER_TYPE.ipv6 ? decodeIPv6(frame.payload) : undefined
  if (!frame || !packet || packet.fragment) return {state, frames: [], observations: []}
  return {state, ...receivePacket({host, state, frame, packet, time})}
}

type Answer = Omit<Reaction, 'state'>
const NOTHING: Answer = {frames: [], observations: []}

function receivePacket(arrival: Arrival): Answer {
  const {packet} = arrival
  switch (packet.protocol) {
    case IP_PROTOCOL.udp: return receiveDatagram(arrival)
    case IP_PROTOCOL.icmp: {
      const echo = decodeIcmpEcho(packet.payload)
      return echo ? receiveEcho(arrival, echo) : receiveRefusal(arrival)
    }
    case IP_PROTOCOL.tcp: return receiveSegment(arrival)
    case IP_PROTOCOL.igmp: return receiveMembership(arrival)
    case IP_PROTOCOL.icmpv6: {
      const message = decodeIcmpv6(packet.payload, packet)
      return message ? receiveIcmpv6(arrival, message) : receiveMembership(arrival)
    }
    default: return NOTHING
  }
}

function answerArp({mac, addresses}: VirtualHost, frame: EthernetFrame): Buffer[] {
  const arp = decodeArp(frame.payload)
  if (arp?.operation !== 'request' || !addresses.some(address => isSameAddress(address, arp.target))) return []
  const payload = encodeArp({operation: 'reply', senderMac: mac, sender: arp.target, targetMac: arp.senderMac, target: arp.sender})
  return [encodeEthernet({destination: arp.senderMac, source: mac, etherType: ETHER_TYPE.arp, payload})]
}

function receiveDatagram({host, frame, packet, time}: Arrival): Answer {
  const datagram = decodeUdp(packet.payload, packet)
  if (!datagram) return NOTHING
  const {checksumValid, ...rest} = datagram
  const seen: Observation = {kind: 'datagram', ...envelope(frame, packet, time), ...rest, checksumsValid: checksumValid && packet.headerChecksumValid}
  if (datagram.destinationPort === DHCP_PORT.server) {
    const {frames, observations} = answerDhcp(host, datagram.payload, time)
    return {frames, observations: [seen, ...observations]}
  }

  const echoed = datagram.destinationPort === ECHO_PORT && owns(host, packet.destination) && isForCard(host, frame, packet) && seen.checksumsValid
  const answer = {...datagram, sourcePort: ECHO_PORT, destinationPort: datagram.sourcePort}
  return {observations: [seen], frames: echoed ? [udpFrame(replyTo(host, frame, packet), answer)] : []}
}

function receiveEcho({host, state, frame, packet, time}: Arrival, echo: Echo): Answer {
  const {kind, identifier, sequence} = echo
  const observations: Observation[] = [{kind, ...envelope(frame, packet, time), identifier, sequence}]
  const answered = kind === 'echo request' && isForUs(host, state, packet.destination) && isForCard(host, frame, packet)
  return {observations, frames: answered ? [echoFrame(replyTo(host, frame, packet), {...echo, kind: 'echo reply'})] : []}
}

function receiveRefusal({frame, packet, time}: Arrival): Answer {
  const refusal = decodeIcmpRefusal(packet.payload)
  return refusal ? {frames: [], observations: [{kind: 'unreachable', ...envelope(frame, packet, time), ...refusal}]} : NOTHING
}

/** Seen and not answered: that it arrived is all that is asked. */
function receiveSegment({frame, packet, time}: Arrival): Answer {
  const segment = decodeTcp(packet.payload)
  if (!segment) return NOTHING
  const {sourcePort, destinationPort} = segment
  return {frames: [], observations: [{kind: 'segment', ...envelope(frame, packet, time), sourcePort, destinationPort}]}
}

function receiveIcmpv6(arrival: Arrival, message: Icmpv6Message): Answer {
  const {host, frame, packet} = arrival
  if (message.kind === 'echo request' || message.kind === 'echo reply') return receiveEcho(arrival, message)
  if (message.kind !== 'neighbour solicitation' || !owns(host, message.target)) return NOTHING
  // RFC 4861 §7.1.1: with less than 255 hops left it came from beyond the link, and is dropped.
  if (packet.ttl !== 255 || !isForCard(host, frame, packet)) return NOTHING
  // A probe for duplicates comes from :: and is answered to all nodes (RFC 4861 §7.2.4); a clash is what it should then see.
  const solicited = packet.source.bits !== 0n
  const destination = solicited ? packet.source : {family: 6 as const, bits: 0xff02n << 112n | 1n}
  return {
    observations: [],
    frames: [icmpv6Frame(
      {sourceMac: host.mac, destinationMac: frame.source, source: message.target, destination, ttl: 255},
      {kind: 'neighbour advertisement', target: message.target, targetMac: host.mac, solicited, override: true, router: false},
    )],
  }
}

function receiveMembership({host, state, frame, packet, time}: Arrival): Answer {
  const {family} = packet.source
  const message = family === 4 ? decodeIgmp(packet.payload) : decodeMld(packet.payload, packet)
  if (!message || !isMembershipValid(packet, message)) return NOTHING
  if (message.kind === 'query') {
    const observations: Observation[] = [{kind: 'query', ...envelope(frame, packet, time), group: message.group}]
    return {observations, frames: answerQuery(host, state, message, family)}
  }

  const protocol = family === 4 ? message.version === 3 ? 'IGMPv3' : 'IGMPv2' : message.version === 2 ? 'MLDv2' : 'MLDv1'
  return {frames: [], observations: [{kind: 'membership', ...envelope(frame, packet, time), protocol, records: message.records}]}
}

const envelope = (frame: EthernetFrame, {source, destination, ttl}: ReceivedIpPacket, time: number) =>
  ({time, source, destination, ttl, sourceMac: frame.source, destinationMac: frame.destination})

const owns = ({addresses}: VirtualHost, wanted: Address): boolean => addresses.some(address => isSameAddress(address, wanted))

/** Whether the host's card takes the frame in: RFC 1112 §6.4 and RFC 2464 §7 for groups; nobody answers a broadcast frame with a packet to one host (RFC 1122 §3.3.6). */
function isForCard({mac}: VirtualHost, {destination}: EthernetFrame, packet: ReceivedIpPacket): boolean {
  return isMulticast(packet.destination) ? destination === multicastMac(packet.destination) || destination === BROADCAST_MAC : destination === mac
}

function isForUs(host: VirtualHost, {groups}: HostState, destination: Address): boolean {
  return owns(host, destination) || isMulticast(destination) && groups.some(group => isSameAddress(group, destination))
}

/** Back the way it came: to the card that sent it, from the address that was called, or from the host's first where that was a group. */
function replyTo(host: VirtualHost, frame: EthernetFrame, {source, destination}: ReceivedIpPacket) {
  const own = isMulticast(destination) ? mainAddress(host, destination.family) ?? destination : destination
  return {sourceMac: host.mac, destinationMac: frame.source, source: own, destination: source, ttl: OWN_TTL}
}

/** The address the host speaks with. */
export function mainAddress({addresses}: VirtualHost, family: 4 | 6): Address | undefined {
  return addresses.find(address => address.family === family)
}
