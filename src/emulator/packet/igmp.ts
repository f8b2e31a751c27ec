import {addressAt, addressBytes} from './address-bytes.js'
import {internetChecksum, withChecksum} from './checksum.js'
import {decodeRecords, encodeRecord, RECORD_TYPE, type MembershipMessage} from './membership.js'

/** RFC 2236 §2.1, RFC 3376 §4; version 1 reports (0x12) are read like version 2 ones. */
const TYPE = {query: 0x11, reportV1: 0x12, reportV2: 0x16, leave: 0x17, reportV3: 0x22} as const

/** IGMPv2 or IGMPv3; a version 2 report or leave has one record, whose type says which of the two it is. */
export function encodeIgmp(message: MembershipMessage): Buffer {
  if (message.kind === 'query') {
    const head = Buffer.from([TYPE.query, Math.min(127, Math.round(message.maxResponseMs / 100)), 0, 0])
    // Robustness 2, query interval 125 s (RFC 3376 §8), no sources.
    const tail = message.version === 3 ? Buffer.from([2, 125, 0, 0]) : Buffer.alloc(0)
    return withChecksum(Buffer.concat([head, addressBytes(message.group), tail]), 2)
  }

  const [first] = message.records
  if (message.version < 3 && first) {
    const type = first.type === RECORD_TYPE.toInclude ? TYPE.leave : TYPE.reportV2
    return withChecksum(Buffer.concat([Buffer.from([type, 0, 0, 0]), addressBytes(first.group)]), 2)
  }

  const head = Buffer.from([TYPE.reportV3, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(message.records.length, 6)
  return withChecksum(Buffer.concat([head, ...message.records.map(encodeRecord)]), 2)
}

/** Undefined for other types and where the checksum is wrong: a router drops those. */
export function decodeIgmp(bytes: Buffer): MembershipMessage | undefined {
  if (bytes.length < 8 || internetChecksum(bytes) !== 0) return undefined
  const group = addressAt(bytes, 4, 4)
  switch (bytes.readUInt8(0)) {
    case TYPE.query: return {kind: 'query', group, version: bytes.length >= 12 ? 3 : 2, maxResponseMs: 100 * responseUnits(bytes.readUInt8(1))}
    case TYPE.reportV1:
    case TYPE.reportV2: return {kind: 'report', version: 2, records: [{type: RECORD_TYPE.toExclude, group, sources: []}]}
    case TYPE.leave: return {kind: 'report', version: 2, records: [{type: RECORD_TYPE.toInclude, group, sources: []}]}
    case TYPE.reportV3: {
      const records = decodeRecords(bytes.subarray(8), bytes.readUInt16BE(6), 4)
      return records && {kind: 'report', version: 3, records}
    }
    default: return undefined
  }
}

/** RFC 3376 §4.1.1: from 128 on a small floating point number, 1 bit mark, 3 exponent, 4 mantissa. */
const responseUnits = (code: number): number => code < 128 ? code : (code & 0xf | 0x10) << ((code >> 4 & 7) + 3)
