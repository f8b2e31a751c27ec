import type {Address, Prefix} from '../../network/address.js'
import type {GroupRecord} from '../packet/membership.js'
import type {Mac} from '../packet/mac.js'

/** A virtual host at the far end of one interface's wire. */
export interface VirtualHost {
  /** The router's interface that the wire leads to. */
  interface: string
  mac: Mac
  /** The router's own card on this wire. */
  routerMac: Mac
  /** Name of that card, where it is not the interface itself: a port of its bridge, the parent of its VLAN. */
  card?: string
  /** The VLAN id in all frames to and from this host. */
  vlan?: number
  /** All that it answers for; the first of each family is the one it speaks with. */
  addresses: readonly Address[]
  /** Where the router's address comes from DHCP, this host is the server. */
  lease?: Lease
}

/** The one address that a virtual host lends the router; its own address is the gateway. */
export interface Lease {
  prefix: Prefix
  seconds: number
}

export interface HostState {
  groups: readonly Address[]
}

/** Whom a packet came from and went to, as the wire showed it. */
interface Seen {
  /** Milliseconds since 1970, with fractions. */
  time: number
  source: Address
  destination: Address
  sourceMac: Mac
  destinationMac: Mac
  ttl: number
}

export interface DatagramSeen extends Seen {
  kind: 'datagram'
  sourcePort: number
  destinationPort: number
  payload: Buffer
  /** Both the IP header's and UDP's. */
  checksumsValid: boolean
}

export interface EchoSeen extends Seen {
  kind: 'echo request' | 'echo reply'
  identifier: number
  sequence: number
}

export interface SegmentSeen extends Seen {
  kind: 'segment'
  sourcePort: number
  destinationPort: number
}

/** ICMP's word that a datagram was refused. */
export interface UnreachableSeen extends Seen {
  kind: 'unreachable'
  sourcePort: number
  refusedPort: number
}

export interface MembershipSeen extends Seen {
  kind: 'membership'
  protocol: 'IGMPv2' | 'IGMPv3' | 'MLDv1' | 'MLDv2'
  records: readonly GroupRecord[]
}

export interface QuerySeen extends Seen {
  kind: 'query'
  group: Address
}

/** A virtual DHCP server lent its address. */
export interface LeaseGiven {
  kind: 'lease given'
  time: number
  address: Address
}

/** A virtual DHCP client was given an address by the router. */
export interface LeaseTaken {
  kind: 'lease taken'
  time: number
  address: Address
  server: Address | undefined
  netmask: Address | undefined
  routers: readonly Address[]
  dns: readonly Address[]
  seconds: number | undefined
}

export type Observation = DatagramSeen | EchoSeen | SegmentSeen | UnreachableSeen | MembershipSeen | QuerySeen | LeaseGiven | LeaseTaken

/** What a host does about a frame or a wish. */
export interface Reaction {
  state: HostState
  frames: readonly Buffer[]
  observations: readonly Observation[]
}
