import type {Address} from '../../network/address.js'
import {addressBytes} from './address-bytes.js'

/** The Internet checksum of RFC 1071: over data that holds its own checksum the result is 0. Only the last part may have an odd length. */
export function internetChecksum(...parts: readonly Buffer[]): number {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at + 1 < part.length; at += 2) sum += part.readUInt16BE(at)
    if (part.length % 2 === 1) sum += part.readUInt8(part.length - 1) << 8
  }

  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return ~sum & 0xffff
}

export interface PseudoHeader {
  source: Address
  destination: Address
  protocol: number
  /** Bytes of the transport header and its payload. */
  length: number
}

/** What a transport checksum covers besides the segment: RFC 768 for IPv4, RFC 8200 §8.1 for IPv6. */
export function pseudoHeader({source, destination, protocol, length}: PseudoHeader): Buffer {
  const tail = Buffer.alloc(source.family === 4 ? 4 : 8)
  if (source.family === 4) {
    tail.writeUInt8(protocol, 1)
    tail.writeUInt16BE(length, 2)
  } else {
    tail.writeUInt32BE(length, 0)
    tail.writeUInt8(protocol, 7)
  }

  return Buffer.concat([addressBytes(source), addressBytes(destination), tail])
}

/** `segment` with the checksum at `offset` filled in; `cover` is a pseudo header where the protocol has one. */
export function withChecksum(segment: Buffer, offset: number, cover: Buffer = Buffer.alloc(0)): Buffer {
  const filled = Buffer.from(segment)
  filled.writeUInt16BE(0, offset)
  filled.writeUInt16BE(internetChecksum(cover, filled), offset)
  return filled
}
