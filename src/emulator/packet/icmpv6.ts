import type {Address} from '../../network/address.js'
import {addressAt, addressBytes} from './address-bytes.js'
import {internetChecksum, pseudoHeader, withChecksum} from './checksum.js'
import {echoHeader, type Echo} from './icmp.js'
import {IP_PROTOCOL} from './ip.js'
import {macAt, macBytes, type Mac} from './mac.js'
import type {Ends} from './udp.js'

/** RFC 4861 §4.3 and §4.4, and RFC 4443 §4. */
export type Icmpv6Message =
  | Echo
  | {kind: 'neighbour solicitation', target: Address, sourceMac?: Mac}
  | {kind: 'neighbour advertisement', target: Address, targetMac?: Mac, solicited: boolean, override: boolean, router: boolean}
  | {kind: 'router solicitation', sourceMac?: Mac}

const TYPES = {'echo request': 128, 'echo reply': 129, 'router solicitation': 133, 'neighbour solicitation': 135, 'neighbour advertisement': 136} as const
const SOURCE_LINK_LAYER_ADDRESS = 1
const TARGET_LINK_LAYER_ADDRESS = 2

export function encodeIcmpv6(message: Icmpv6Message, ends: Ends): Buffer {
  return icmpv6Message(TYPES[message.kind], bodyOf(message), ends)
}

/** Any ICMPv6 message from its type and what follows the checksum: MLD uses it too. */
export function icmpv6Message(type: number, body: Buffer, ends: Ends): Buffer {
  const message = Buffer.concat([Buffer.from([type, 0, 0, 0]), body])
  return withChecksum(message, 2, pseudoHeader({...ends, protocol: IP_PROTOCOL.icmpv6, length: message.length}))
}

export function isIcmpv6ChecksumValid(message: Buffer, ends: Ends): boolean {
  return internetChecksum(pseudoHeader({...ends, protocol: IP_PROTOCOL.icmpv6, length: message.length}), message) === 0
}

function bodyOf(message: Icmpv6Message): Buffer {
  switch (message.kind) {
    case 'echo request':
    case 'echo reply': return Buffer.concat([echoHeader(0, message.identifier, message.sequence).subarray(4), message.payload])
    case 'router solicitation': return Buffer.concat([Buffer.alloc(4), linkLayerOption(SOURCE_LINK_LAYER_ADDRESS, message.sourceMac)])
    case 'neighbour solicitation':
      return Buffer.concat([Buffer.alloc(4), addressBytes(message.target), linkLayerOption(SOURCE_LINK_LAYER_ADDRESS, message.sourceMac)])
    case 'neighbour advertisement': {
      const flags = (message.router ? 0x80 : 0) | (message.solicited ? 0x40 : 0) | (message.override ? 0x20 : 0)
      return Buffer.concat([Buffer.from([flags, 0, 0, 0]), addressBytes(message.target), linkLayerOption(TARGET_LINK_LAYER_ADDRESS, message.targetMac)])
    }
  }
}

function linkLayerOption(type: number, mac: Mac | undefined): Buffer {
  return mac === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.from([type, 1]), macBytes(mac)])
}

/** Undefined for other messages, and where the checksum is wrong: a host drops those. */
export function decodeIcmpv6(message: Buffer, ends: Ends): Icmpv6Message | undefined {
  if (message.length < 8 || !isIcmpv6ChecksumValid(message, ends)) return undefined
  const type = message.readUInt8(0)
  const flags = message.readUInt8(4)
  switch (type) {
    case TYPES['echo request']:
    case TYPES['echo reply']: return {
      kind: type === TYPES['echo request'] ? 'echo request' : 'echo reply',
      identifier: message.readUInt16BE(4),
      sequence: message.readUInt16BE(6),
      payload: message.subarray(8),
    }
    case TYPES['router solicitation']: return {kind: 'router solicitation', ...withMac('sourceMac', message.subarray(8))}
    case TYPES['neighbour solicitation']:
      return message.length < 24 ? undefined : {kind: 'neighbour solicitation', target: addressAt(message, 8, 6), ...withMac('sourceMac', message.subarray(24))}
    case TYPES['neighbour advertisement']: return message.length < 24
      ? undefined
      : {
        kind: 'neighbour advertisement',
        target: addressAt(message, 8, 6),
        router: (flags & 0x80) !== 0,
        solicited: (flags & 0x40) !== 0,
        override: (flags & 0x20) !== 0,
        ...withMac('targetMac', message.subarray(24)),
      }
    default: return undefined
  }
}

/** The link-layer address among neighbour discovery options: each is type, length in units of 8 bytes, value. */
function withMac<Name extends 'sourceMac' | 'targetMac'>(name: Name, options: Buffer): Partial<Record<Name, Mac>> {
  const wanted = name === 'sourceMac' ? SOURCE_LINK_LAYER_ADDRESS : TARGET_LINK_LAYER_ADDRESS
  for (let at = 0; at + 8 <= options.length;) {
    const units = options.readUInt8(at + 1)
    if (units === 0) break
    if (options.readUInt8(at) === wanted) return {[name]: macAt(options, at + 2)} as Partial<Record<Name, Mac>>
    at += 8 * units
  }

  return {}
}
