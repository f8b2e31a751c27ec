import type {Address} from '../../network/address.js'
import {addressBytes, unspecified} from '../packet/address-bytes.js'
import {decodeDhcp, DHCP_MESSAGE, DHCP_OPTION, DHCP_PORT, dhcpAddresses, dhcpMessageType, emptyDhcp, encodeDhcp, type DhcpMessage} from '../packet/dhcp.js'
import {decodeEthernet, ETHER_TYPE} from '../packet/ethernet.js'
import {udpFrame} from '../packet/frame.js'
import {IP_PROTOCOL} from '../packet/ip.js'
import {decodeIPv4} from '../packet/ipv4.js'
import {BROADCAST_MAC, type Mac} from '../packet/mac.js'
import {decodeUdp} from '../packet/udp.js'
import type {LeaseTaken} from './host.js'

/** A device that has just been switched on behind an interface where the router gives out addresses. */
export interface DhcpClient {
  mac: Mac
  /** Names its conversation. */
  transaction: number
}

const BROADCAST: Address = {family: 4, bits: 0xffff_ffffn}

/** "Is there a server?" To be repeated until an answer comes. */
export const discover = (client: DhcpClient): Buffer => send(client, new Map<number, Buffer>([[DHCP_OPTION.messageType, Buffer.from([DHCP_MESSAGE.discover])]]))

/** An offer is accepted; an acknowledgement is the lease. */
export function receiveAsClient(client: DhcpClient, bytes: Buffer, time: number): {frames: readonly Buffer[], taken?: LeaseTaken} {
  const message = dhcpIn(bytes)
  if (message?.op !== 'reply' || message.clientMac !== client.mac || message.transaction !== client.transaction) return {frames: []}
  const [server] = dhcpAddresses(message, DHCP_OPTION.serverIdentifier)
  if (dhcpMessageType(message) === DHCP_MESSAGE.offer && server) {
    return {frames: [send(client, new Map<number, Buffer>([
      [DHCP_OPTION.messageType, Buffer.from([DHCP_MESSAGE.request])],
      [DHCP_OPTION.requestedAddress, addressBytes(message.yourAddress)],
      [DHCP_OPTION.serverIdentifier, addressBytes(server)],
    ]))]}
  }

  if (dhcpMessageType(message) !== DHCP_MESSAGE.ack) return {frames: []}
  const seconds = message.options.get(DHCP_OPTION.leaseSeconds)
  return {frames: [], taken: {
    kind: 'lease taken',
    time,
    address: message.yourAddress,
    server,
    netmask: dhcpAddresses(message, DHCP_OPTION.subnetMask)[0],
    routers: dhcpAddresses(message, DHCP_OPTION.router),
    dns: dhcpAddresses(message, DHCP_OPTION.dns),
    seconds: seconds?.length === 4 ? seconds.readUInt32BE() : undefined,
  }}
}

function send({mac, transaction}: DhcpClient, options: ReadonlyMap<number, Buffer>): Buffer {
  // Parameter request list (RFC 2132 §9.8): netmask, router, name servers.
  const wishes = new Map([...options, [55, Buffer.from([DHCP_OPTION.subnetMask, DHCP_OPTION.router, DHCP_OPTION.dns])]])
  const payload = encodeDhcp({...emptyDhcp('request', transaction, mac), broadcast: true, options: wishes})
  return udpFrame(
    {sourceMac: mac, destinationMac: BROADCAST_MAC, source: unspecified(4), destination: BROADCAST, ttl: 64},
    {sourcePort: DHCP_PORT.client, destinationPort: DHCP_PORT.server, payload},
  )
}

function dhcpIn(bytes: Buffer): DhcpMessage | undefined {
  const frame = decodeEthernet(bytes)
  const packet = frame?.etherType === ETHER_TYPE.ipv4 ? decodeIPv4(frame.payload) : undefined
  if (packet?.protocol !== IP_PROTOCOL.udp || packet.fragment) return undefined
  const datagram = decodeUdp(packet.payload, packet)
  return datagram?.destinationPort === DHCP_PORT.client && datagram.checksumValid ? decodeDhcp(datagram.payload) : undefined
}
