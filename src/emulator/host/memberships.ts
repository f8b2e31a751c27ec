import type {Address, Family} from '../../network/address.js'
import {isSameAddress} from '../packet/address-bytes.js'
import {membershipFrame} from '../packet/frame.js'
import type {ReceivedIpPacket} from '../packet/ip.js'
import {linkLocalOf} from '../packet/mac.js'
import {RECORD_TYPE, type GroupRecord, type MembershipMessage} from '../packet/membership.js'
import type {HostState, Reaction, VirtualHost} from './host.js'

/** 224.0.0.22 and ff02::16: where IGMPv3 and MLDv2 reports go (RFC 3376 §4.2.14, RFC 3810 §5.2.14). */
const REPORTS_TO: Readonly<Record<Family, Address>> = {4: {family: 4, bits: 0xe000_0016n}, 6: {family: 6, bits: 0xff02n << 112n | 0x16n}}
/** 224.0.0.1 and ff02::1: all nodes, whom a general query asks. */
const ALL_NODES: Readonly<Record<Family, Address>> = {4: {family: 4, bits: 0xe000_0001n}, 6: {family: 6, bits: 0xff02n << 112n | 1n}}
/** 224.0.0.2 and ff02::2, whom an older host tells that it leaves (RFC 2236 §3, RFC 2710 §4). */
const ALL_ROUTERS: Readonly<Record<Family, Address>> = {4: {family: 4, bits: 0xe000_0002n}, 6: {family: 6, bits: 0xff02n << 112n | 2n}}
const NEWEST: Readonly<Record<Family, number>> = {4: 3, 6: 2}

/** The host joins the group: from now on it answers for it, and says so in IGMPv2 and v3, or MLDv2, for routers of any age. */
export function join(host: VirtualHost, state: HostState, group: Address): Reaction {
  const known = state.groups.some(one => isSameAddress(one, group))
  return {
    state: known ? state : {groups: [...state.groups, group]},
    frames: reports(host, group.family, [{type: RECORD_TYPE.toExclude, group, sources: []}], group.family === 4 ? [2, 3] : [2]),
    observations: [],
  }
}

/** Gives the group up. */
export function leave(host: VirtualHost, state: HostState, group: Address): Reaction {
  return {
    state: {groups: state.groups.filter(one => !isSameAddress(one, group))},
    frames: reports(host, group.family, [{type: RECORD_TYPE.toInclude, group, sources: []}], group.family === 4 ? [2, 3] : [2]),
    observations: [],
  }
}

/** A general query, as a querier or a snooping switch sends it: listeners report all their groups within `maxResponseMs`. */
export function generalQuery(host: VirtualHost, family: Family, maxResponseMs: number): Buffer | undefined {
  const source = speaker(host, family)
  if (!source) return undefined
  const message: MembershipMessage = {kind: 'query', group: {family, bits: 0n}, version: NEWEST[family], maxResponseMs}
  return membershipFrame({sourceMac: host.mac, source, destination: ALL_NODES[family]}, message)
}

/** A host asked for its groups tells them at once, in the words of the version it was asked in. */
export function answerQuery(host: VirtualHost, {groups}: HostState, query: MembershipMessage & {kind: 'query'}, family: Family): Buffer[] {
  const wanted = groups.filter(group => group.family === family && (query.group.bits === 0n || isSameAddress(group, query.group)))
  return reports(host, family, wanted.map(group => ({type: RECORD_TYPE.isExclude, group, sources: []})), [query.version])
}

function reports(host: VirtualHost, family: Family, records: readonly GroupRecord[], versions: readonly number[]): Buffer[] {
  const source = speaker(host, family)
  if (!source || records.length === 0) return []
  return versions.flatMap(version => version === NEWEST[family]
    ? [membershipFrame({sourceMac: host.mac, source, destination: REPORTS_TO[family]}, {kind: 'report', version, records})]
    : records.map(record => {
      const destination = record.type === RECORD_TYPE.toInclude ? ALL_ROUTERS[family] : record.group
      return membershipFrame({sourceMac: host.mac, source, destination}, {kind: 'report', version, records: [record]})
    }))
}

/**
 * What a router or switch would drop: RFC 3810 §5.2 (hop limit 1, router alert, a link-local sender or, before it has one, ::), RFC 3376 §4 and
 * RFC 2236 §2 (TTL 1, router alert); reports of the newest version go to all routers of it (RFC 3376 §4.2.14, RFC 3810 §5.2.14), older ones to the group.
 */
export function isMembershipValid({source, destination, ttl, routerAlert}: ReceivedIpPacket, message: MembershipMessage): boolean {
  const {family} = source
  if (ttl !== 1 || !routerAlert) return false
  if (family === 6 && source.bits !== 0n && source.bits >> 118n !== 0x3fan) return false
  if (message.kind === 'query') return true
  const isLeave = message.version < NEWEST[family] && message.records.some(({type}) => type === RECORD_TYPE.toInclude)
  if (isLeave) return isSameAddress(destination, ALL_ROUTERS[family])
  if (message.version === NEWEST[family]) return isSameAddress(destination, REPORTS_TO[family])
  return message.records.every(({group}) => isSameAddress(group, destination))
}

/** MLD speaks from the link-local address (RFC 3810 §5.2.13). */
function speaker({mac, addresses}: VirtualHost, family: Family): Address | undefined {
  return family === 6 ? linkLocalOf(mac) : addresses.find(address => address.family === 4)
}
