import type {Address, Prefix} from './address.js'
import type {LegacyRate} from './rates.js'

/** Which card has the name, where that is not left to the kernel. */
export interface Binding {
  mac?: string
  /** Name of its driver. */
  driver?: string
  /** Where it is plugged in. */
  place?: string
}

export const isBound = ({mac, driver, place}: Binding): boolean => mac !== undefined || driver !== undefined || place !== undefined

/** An interface of the router as its daemons and scripts need it: ports of bridges are not among them. */
export interface NetworkInterface extends Binding {
  name: string
  role: 'upstream' | 'downstream'
  bridge?: Bridge
  vlan?: Vlan
  /** Static addresses; empty where DHCP gives one. */
  addresses: readonly Prefix[]
  dhcp: boolean
  gateways: readonly Address[]
  dhcpServer?: DhcpServer
  accessPoint?: AccessPoint
}

export interface Bridge {
  ports: readonly string[]
  snooping: boolean
  querier: boolean
}

export interface Vlan {
  parent: string
  id: number
}

/** A card that is one network with a bridge. */
export interface BridgePort extends Binding {
  name: string
  bridge: string
  accessPoint?: AccessPoint
}

export interface DhcpServer {
  from: Address
  to: Address
  dns: readonly Address[]
  leaseMinutes: number
}

export interface AccessPoint {
  ssid: string
  passphrase: string
  country: string
  channel: number
  hidden: boolean
  isolateStations: boolean
  security: 'wpa2' | 'wpa3' | 'wpa2+wpa3'
  multicast: {
    toUnicast: boolean
    /** Mbit/s; hostapd's own lowest where absent. */
    rate?: LegacyRate | undefined
  }
}

/** Clients of `from` leave by `to` with the address of `to`. */
export interface Nat {
  from: string
  to: string
  /** What becomes of routed multicast UDP, which conntrack cannot translate reliably (it would pass untranslated until a pause of 30 s). */
  multicast: 'keep' | 'translate'
}

/** What may come in from the upstream side, besides what the deployment itself needs. */
export interface Firewall {
  upstream: 'deny' | 'allow'
  open: readonly Opening[]
}

export interface Opening {
  protocol: 'tcp' | 'udp'
  ports: {first: number, last: number}
  from: string
  /** Into the network of this interface; absent: to the router itself. */
  to?: string
}
