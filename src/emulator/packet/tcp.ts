import {pseudoHeader, withChecksum} from './checksum.js'
import {IP_PROTOCOL} from './ip.js'
import type {Ends} from './udp.js'

/** A segment without payload: hosts here knock at ports, and talk no further. */
export interface TcpSegment {
  sourcePort: number
  destinationPort: number
  sequence: number
  syn: boolean
  ack: boolean
  reset: boolean
}

const HEADER_BYTES = 20
const FLAGS = {syn: 0x02, reset: 0x04, ack: 0x10} as const
const WINDOW = 1024

/** RFC 9293 §3.1, with no options. */
export function encodeTcp({sourcePort, destinationPort, sequence, syn, ack, reset}: TcpSegment, ends: Ends): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(sourcePort, 0)
  header.writeUInt16BE(destinationPort, 2)
  header.writeUInt32BE(sequence, 4)
  header.writeUInt8(HEADER_BYTES / 4 << 4, 12)
  header.writeUInt8((syn ? FLAGS.syn : 0) | (ack ? FLAGS.ack : 0) | (reset ? FLAGS.reset : 0), 13)
  header.writeUInt16BE(WINDOW, 14)
  return withChecksum(header, 16, pseudoHeader({...ends, protocol: IP_PROTOCOL.tcp, length: header.length}))
}

/** Undefined where the bytes hold no header. */
export function decodeTcp(segment: Buffer): TcpSegment | undefined {
  if (segment.length < HEADER_BYTES) return undefined
  const flags = segment.readUInt8(13)
  return {
    sourcePort: segment.readUInt16BE(0),
    destinationPort: segment.readUInt16BE(2),
    sequence: segment.readUInt32BE(4),
    syn: (flags & FLAGS.syn) !== 0,
    ack: (flags & FLAGS.ack) !== 0,
    reset: (flags & FLAGS.reset) !== 0,
  }
}
