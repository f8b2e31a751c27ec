import {addressAt, addressBytes, unspecified} from './address-bytes.js'
import {macAt, macBytes, type Mac} from './mac.js'
import type {Address} from '../../network/address.js'

export const DHCP_PORT = {server: 67, client: 68} as const

/** RFC 2132 §9.6. */
export const DHCP_MESSAGE = {discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8} as const
/** RFC 2132 option numbers. */
export const DHCP_OPTION = {subnetMask: 1, router: 3, dns: 6, requestedAddress: 50, leaseSeconds: 51, messageType: 53, serverIdentifier: 54} as const

/** RFC 2131 §2. */
export interface DhcpMessage {
  op: 'request' | 'reply'
  transaction: number
  /** The client cannot yet take a unicast answer. */
  broadcast: boolean
  clientAddress: Address
  yourAddress: Address
  clientMac: Mac
  options: ReadonlyMap<number, Buffer>
}

const FIXED_BYTES = 236
const MAGIC_COOKIE = Buffer.from('63825363', 'hex')
const END = 255

export function encodeDhcp({op, transaction, broadcast, clientAddress, yourAddress, clientMac, options}: DhcpMessage): Buffer {
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.set([op === 'request' ? 1 : 2, 1, 6, 0])
  fixed.writeUInt32BE(transaction, 4)
  fixed.writeUInt16BE(broadcast ? 0x8000 : 0, 10)
  fixed.set(addressBytes(clientAddress), 12)
  fixed.set(addressBytes(yourAddress), 16)
  fixed.set(macBytes(clientMac), 28)
  const encoded = [...options].map(([code, value]) => Buffer.concat([Buffer.from([code, value.length]), value]))
  const message = Buffer.concat([fixed, MAGIC_COOKIE, ...encoded, Buffer.from([END])])
  // RFC 1542 §2.1: relays and old clients expect 300 bytes at least.
  return Buffer.concat([message, Buffer.alloc(Math.max(0, 300 - message.length))])
}

/** Undefined where the bytes are no DHCP message of an Ethernet client. */
export function decodeDhcp(bytes: Buffer): DhcpMessage | undefined {
  if (bytes.length < FIXED_BYTES + 4 || !bytes.subarray(FIXED_BYTES, FIXED_BYTES + 4).equals(MAGIC_COOKIE)) return undefined
  const op = bytes.readUInt8(0)
  if (op !== 1 && op !== 2 || bytes.readUInt8(1) !== 1 || bytes.readUInt8(2) !== 6) return undefined
  return {
    op: op === 1 ? 'request' : 'reply',
    transaction: bytes.readUInt32BE(4),
    broadcast: (bytes.readUInt16BE(10) & 0x8000) !== 0,
    clientAddress: addressAt(bytes, 12, 4),
    yourAddress: addressAt(bytes, 16, 4),
    clientMac: macAt(bytes, 28),
    options: decodeOptions(bytes.subarray(FIXED_BYTES + 4)),
  }
}

function decodeOptions(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>()
  for (let at = 0; at + 1 < bytes.length;) {
    const code = bytes.readUInt8(at)
    if (code === END) break
    if (code === 0) {
      at += 1
      continue
    }

    const end = at + 2 + bytes.readUInt8(at + 1)
    if (end > bytes.length) break
    options.set(code, bytes.subarray(at + 2, end))
    at = end
  }

  return options
}

export const dhcpMessageType = ({options}: DhcpMessage): number | undefined => options.get(DHCP_OPTION.messageType)?.[0]

/** The addresses an option holds: one for most, several for routers and name servers. */
export function dhcpAddresses({options}: DhcpMessage, option: number): Address[] {
  const value = options.get(option) ?? Buffer.alloc(0)
  return Array.from({length: Math.floor(value.length / 4)}, (_, index) => addressAt(value, 4 * index, 4))
}

/** A message without any address in it yet. */
export const emptyDhcp = (op: DhcpMessage['op'], transaction: number, clientMac: Mac): DhcpMessage => ({
  op,
  transaction,
  broadcast: false,
  clientAddress: unspecified(4),
  yourAddress: unspecified(4),
  clientMac,
  options: new Map(),
})
