import type {Address} from '../../network/address.js'
import {addressBytes, isSameAddress} from '../packet/address-bytes.js'
import {decodeDhcp, DHCP_MESSAGE, DHCP_OPTION, DHCP_PORT, dhcpAddresses, dhcpMessageType, encodeDhcp, type DhcpMessage} from '../packet/dhcp.js'
import {udpFrame} from '../packet/frame.js'
import {BROADCAST_MAC} from '../packet/mac.js'
import type {Lease, Reaction, VirtualHost} from './host.js'

const BROADCAST: Address = {family: 4, bits: 0xffff_ffffn}

/** The server side of RFC 2131 for the one client there is, the router's card: OFFER, ACK, or NAK where it wants another address. */
export function answerDhcp(host: VirtualHost, payload: Buffer, time: number): Omit<Reaction, 'state'> {
  const message = decodeDhcp(payload)
  const {lease} = host
  const [server] = host.addresses.filter(address => address.family === 4)
  if (!lease || !server || message?.op !== 'request' || message.clientMac !== host.routerMac) return {frames: [], observations: []}
  const offered = lease.prefix.address
  const type = dhcpMessageType(message)
  if (type === DHCP_MESSAGE.discover) return {frames: [reply({host, server, lease}, message, DHCP_MESSAGE.offer)], observations: []}
  if (type !== DHCP_MESSAGE.request) return {frames: [], observations: []}
  const wanted = dhcpAddresses(message, DHCP_OPTION.requestedAddress)[0] ?? message.clientAddress
  if (!isSameAddress(wanted, offered)) return {frames: [reply({host, server, lease}, message, DHCP_MESSAGE.nak)], observations: []}
  return {frames: [reply({host, server, lease}, message, DHCP_MESSAGE.ack)], observations: [{kind: 'lease given', time, address: offered}]}
}

function reply({host, server, lease}: {host: VirtualHost, server: Address, lease: Lease}, request: DhcpMessage, type: number): Buffer {
  const given = type !== DHCP_MESSAGE.nak
  const options = new Map<number, Buffer>([[DHCP_OPTION.messageType, Buffer.from([type])], [DHCP_OPTION.serverIdentifier, addressBytes(server)]])
  if (given) {
    const netmask = {family: 4 as const, bits: 0xffff_ffffn << BigInt(32 - lease.prefix.length) & 0xffff_ffffn}
    const seconds = Buffer.alloc(4)
    seconds.writeUInt32BE(lease.seconds)
    options.set(DHCP_OPTION.leaseSeconds, seconds).set(DHCP_OPTION.subnetMask, addressBytes(netmask))
    options.set(DHCP_OPTION.router, addressBytes(server)).set(DHCP_OPTION.dns, addressBytes(server))
  }

  const payload = encodeDhcp({...request, op: 'reply', yourAddress: given ? lease.prefix.address : {family: 4, bits: 0n}, options})
  // A client without address hears only its own card or everybody (RFC 2131 §4.1).
  const toAll = request.broadcast || !given
  const [destinationMac, destination] = toAll ? [BROADCAST_MAC, BROADCAST] : [request.clientMac, lease.prefix.address]
  return udpFrame(
    {sourceMac: host.mac, destinationMac, source: server, destination, ttl: 64},
    {sourcePort: DHCP_PORT.server, destinationPort: DHCP_PORT.client, payload},
  )
}
