import type {Address} from '../../network/address.js'

/** Protocol numbers (IANA); IPv6 calls the same field next header. */
export const IP_PROTOCOL = {hopByHop: 0, icmp: 1, igmp: 2, tcp: 6, udp: 17, icmpv6: 58, noNextHeader: 59} as const

/** What the two families have in common; the header's other fields are of no concern to a host that only listens. */
export interface IpPacket {
  source: Address
  destination: Address
  protocol: number
  /** IPv6: hop limit. */
  ttl: number
  /** Ask routers to look inside (RFC 2113, RFC 2711): every IGMP and MLD message carries it. */
  routerAlert: boolean
  payload: Buffer
}

export interface ReceivedIpPacket extends IpPacket {
  /** IPv6 has no checksum of its own: always true. */
  headerChecksumValid: boolean
  /** A later part of a cut packet, whose payload starts with no transport header. */
  fragment: boolean
}
