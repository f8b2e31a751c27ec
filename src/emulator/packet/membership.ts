import type {Address, Family} from '../../network/address.js'
import {addressAt, addressBytes} from './address-bytes.js'

/** Group record types of IGMPv3 (RFC 3376 §4.2.12) and MLDv2 (RFC 3810 §5.2.12): the same numbers. */
export const RECORD_TYPE = {isInclude: 1, isExclude: 2, toInclude: 3, toExclude: 4, allowSources: 5, blockSources: 6} as const

export interface GroupRecord {
  type: number
  group: Address
  sources: readonly Address[]
}

/** What IGMP and MLD say, whatever the version. */
export type MembershipMessage =
  | {kind: 'query', /** The unspecified address asks for all groups. */ group: Address, version: number, maxResponseMs: number}
  | {kind: 'report', version: number, records: readonly GroupRecord[]}

/** Whether a listener that says this wants the group (from at least one source) or gives it up. */
export function isJoin({type, sources}: GroupRecord): boolean {
  if (type === RECORD_TYPE.isExclude || type === RECORD_TYPE.toExclude) return true
  return type !== RECORD_TYPE.blockSources && sources.length > 0
}

/** Whether a listener that says this gets what `source` sends to the group; without one: what anybody sends. */
export function wants({type, sources}: GroupRecord, source?: Address): boolean {
  const isNamed = source !== undefined && sources.some(({bits}) => bits === source.bits)
  if (type === RECORD_TYPE.isExclude || type === RECORD_TYPE.toExclude) return !isNamed
  return type !== RECORD_TYPE.blockSources && isNamed
}

/** type, auxiliary length 0, number of sources, group, sources. */
export function encodeRecord({type, group, sources}: GroupRecord): Buffer {
  const head = Buffer.from([type, 0, 0, 0])
  head.writeUInt16BE(sources.length, 2)
  return Buffer.concat([head, addressBytes(group), ...sources.map(addressBytes)])
}

/** `count` records from the start of `bytes`; undefined where they do not fit. */
export function decodeRecords(bytes: Buffer, count: number, family: Family): GroupRecord[] | undefined {
  const width = family === 4 ? 4 : 16
  const records: GroupRecord[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (bytes.length < at + 4 + width) return undefined
    const sourceCount = bytes.readUInt16BE(at + 2)
    const end = at + 4 + width * (1 + sourceCount)
    if (bytes.length < end) return undefined
    const record = at
    records.push({
      type: bytes.readUInt8(at),
      group: addressAt(bytes, at + 4, family),
      sources: Array.from({length: sourceCount}, (_, source) => addressAt(bytes, record + 4 + width * (1 + source), family)),
    })
    // Auxiliary data is counted in 32-bit words; nobody sends any.
    at = end + 4 * bytes.readUInt8(at + 1)
  }

  return records
}
