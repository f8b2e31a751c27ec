import {addressAt, addressBytes} from './address-bytes.js'
import {icmpv6Message, isIcmpv6ChecksumValid} from './icmpv6.js'
import {decodeRecords, encodeRecord, RECORD_TYPE, type MembershipMessage} from './membership.js'
import type {Ends} from './udp.js'

/** ICMPv6 types of RFC 2710 §3 and RFC 3810 §5. */
const TYPE = {query: 130, reportV1: 131, done: 132, reportV2: 143} as const

/** MLDv1 or MLDv2; a version 1 report or done has one record, whose type says which of the two it is. */
export function encodeMld(message: MembershipMessage, ends: Ends): Buffer {
  if (message.kind === 'query') {
    const head = Buffer.alloc(4)
    head.writeUInt16BE(Math.min(0x7fff, message.maxResponseMs), 0)
    // Robustness 2, query interval 125 s (RFC 3810 §9), no sources.
    const tail = message.version === 2 ? Buffer.from([2, 125, 0, 0]) : Buffer.alloc(0)
    return icmpv6Message(TYPE.query, Buffer.concat([head, addressBytes(message.group), tail]), ends)
  }

  const [first] = message.records
  if (message.version < 2 && first) {
    const type = first.type === RECORD_TYPE.toInclude ? TYPE.done : TYPE.reportV1
    return icmpv6Message(type, Buffer.concat([Buffer.alloc(4), addressBytes(first.group)]), ends)
  }

  const head = Buffer.alloc(4)
  head.writeUInt16BE(message.records.length, 2)
  return icmpv6Message(TYPE.reportV2, Buffer.concat([head, ...message.records.map(encodeRecord)]), ends)
}

/** Undefined for other types and where the checksum is wrong: a router drops those. */
export function decodeMld(bytes: Buffer, ends: Ends): MembershipMessage | undefined {
  if (bytes.length < 8 || !isIcmpv6ChecksumValid(bytes, ends)) return undefined
  const type = bytes.readUInt8(0)
  if (type === TYPE.reportV2) {
    const records = decodeRecords(bytes.subarray(8), bytes.readUInt16BE(6), 6)
    return records && {kind: 'report', version: 2, records}
  }

  if (bytes.length < 24) return undefined
  const group = addressAt(bytes, 8, 6)
  switch (type) {
    case TYPE.query: return {kind: 'query', group, version: bytes.length >= 28 ? 2 : 1, maxResponseMs: responseMs(bytes.readUInt16BE(4))}
    case TYPE.reportV1: return {kind: 'report', version: 1, records: [{type: RECORD_TYPE.toExclude, group, sources: []}]}
    case TYPE.done: return {kind: 'report', version: 1, records: [{type: RECORD_TYPE.toInclude, group, sources: []}]}
    default: return undefined
  }
}

/** RFC 3810 §5.1.3: from 32768 on a small floating point number, 1 bit mark, 3 exponent, 12 mantissa. */
const responseMs = (code: number): number => code < 0x8000 ? code : (code & 0xfff | 0x1000) << ((code >> 12 & 7) + 3)
