import type {Address} from '../../network/address.js'
import {internetChecksum, pseudoHeader, withChecksum} from './checksum.js'
import {IP_PROTOCOL} from './ip.js'

export interface UdpDatagram {
  sourcePort: number
  destinationPort: number
  payload: Buffer
}

/** The two ends, which the checksum covers. */
export interface Ends {
  source: Address
  destination: Address
}

const HEADER_BYTES = 8

/** RFC 768; a checksum that comes out as 0 is sent as 0xffff, since 0 means none. */
export function encodeUdp({sourcePort, destinationPort, payload}: UdpDatagram, ends: Ends): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(sourcePort, 0)
  header.writeUInt16BE(destinationPort, 2)
  header.writeUInt16BE(HEADER_BYTES + payload.length, 4)
  const segment = Buffer.concat([header, payload])
  const filled = withChecksum(segment, 6, pseudoHeader({...ends, protocol: IP_PROTOCOL.udp, length: segment.length}))
  if (filled.readUInt16BE(6) === 0) filled.writeUInt16BE(0xffff, 6)
  return filled
}

/** Undefined where the length field does not fit the bytes. IPv6 allows no datagram without checksum (RFC 8200 §8.1). */
export function decodeUdp(segment: Buffer, ends: Ends): UdpDatagram & {checksumValid: boolean} | undefined {
  if (segment.length < HEADER_BYTES) return undefined
  const length = segment.readUInt16BE(4)
  if (length < HEADER_BYTES || length > segment.length) return undefined
  const datagram = segment.subarray(0, length)
  const absent = datagram.readUInt16BE(6) === 0
  return {
    sourcePort: datagram.readUInt16BE(0),
    destinationPort: datagram.readUInt16BE(2),
    payload: datagram.subarray(HEADER_BYTES),
    checksumValid: absent ? ends.source.family === 4 : internetChecksum(pseudoHeader({...ends, protocol: IP_PROTOCOL.udp, length}), datagram) === 0,
  }
}
