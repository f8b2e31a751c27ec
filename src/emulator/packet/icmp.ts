import {internetChecksum, withChecksum} from './checksum.js'

export interface Echo {
  kind: 'echo request' | 'echo reply'
  identifier: number
  sequence: number
  payload: Buffer
}

const REQUEST = 8
const REPLY = 0
const HEADER_BYTES = 8

/** RFC 792, echo. */
export function encodeIcmpEcho({kind, identifier, sequence, payload}: Echo): Buffer {
  return withChecksum(Buffer.concat([echoHeader(kind === 'echo request' ? REQUEST : REPLY, identifier, sequence), payload]), 2)
}

/** The header that ICMP and ICMPv6 (RFC 4443 §4) echo messages share, checksum still 0. */
export function echoHeader(type: number, identifier: number, sequence: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(type, 0)
  header.writeUInt16BE(identifier, 4)
  header.writeUInt16BE(sequence, 6)
  return header
}

const UNREACHABLE = 3
const IPV4_HEADER_BYTES = 20
const UDP = 17

/** A datagram that was refused: the ports that its beginning, which comes back with the message, has (RFC 792, destination unreachable). */
export function decodeIcmpRefusal(message: Buffer): {sourcePort: number, refusedPort: number} | undefined {
  if (message.length < HEADER_BYTES + IPV4_HEADER_BYTES + 4 || internetChecksum(message) !== 0 || message.readUInt8(0) !== UNREACHABLE) return undefined
  const datagram = HEADER_BYTES + (message.readUInt8(HEADER_BYTES) & 0xf) * 4
  if (message.readUInt8(HEADER_BYTES + 9) !== UDP || message.length < datagram + 4) return undefined
  return {sourcePort: message.readUInt16BE(datagram), refusedPort: message.readUInt16BE(datagram + 2)}
}

/** Undefined for other ICMP messages, and where the checksum is wrong: a host drops those. */
export function decodeIcmpEcho(message: Buffer): Echo | undefined {
  if (message.length < HEADER_BYTES || internetChecksum(message) !== 0) return undefined
  const type = message.readUInt8(0)
  if (type !== REQUEST && type !== REPLY) return undefined
  return {
    kind: type === REQUEST ? 'echo request' : 'echo reply',
    identifier: message.readUInt16BE(4),
    sequence: message.readUInt16BE(6),
    payload: message.subarray(HEADER_BYTES),
  }
}
