import {parseAddress, parsePrefix, type Address, type Prefix} from '../../src/network/address.js'
import type {MulticastRoute} from '../../src/multicast/model.js'
import type {AccessPoint, NetworkInterface} from '../../src/network/model.js'
import type {Deployment} from '../../src/spec/deployment.js'

/** An address written as in a spec. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new RangeError(`${text} is not an address`)
  return parsed
}

/** A prefix written as in a spec; a bare address is a host. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)
  if (!parsed) throw new RangeError(`${text} is not a prefix`)
  return parsed
}

type RouteOptions = Partial<Omit<MulticastRoute, 'group' | 'source' | 'to'>> & {source?: string, to?: readonly string[]}

/** A route of `group`, from wlan0 to usb0 unless `options` say otherwise. */
export function route(group: string, {source, to = ['usb0'], ...options}: RouteOptions = {}): MulticastRoute {
  return {
    family: group.includes(':') ? 6 : 4,
    group: prefix(group),
    ...source !== undefined && {source: prefix(source)},
    from: 'wlan0',
    to,
    liftTtl: false,
    ttlThreshold: 1,
    join: true,
    reversePathCheck: false,
    ...options,
  }
}

/** An interface with static addresses, downstream unless `options` say otherwise. */
export function networkInterface(name: string, addresses: readonly string[], options: Partial<NetworkInterface> = {}): NetworkInterface {
  return {name, role: 'downstream', addresses: addresses.map(prefix), dhcp: false, gateways: [], ...options}
}

/** The router of the lab (mcast-lab): wlan0 towards the sender, usb0 and eth0 towards receivers. */
export function labDeployment(options: Partial<Deployment> = {}): Deployment {
  return {
    name: 'default',
    board: 'virt',
    base: 'debian',
    root: 'ext4',
    debian: {suite: 'trixie', components: ['main']},
    buildroot: {override: {}, ccache: true, toolchain: 'bootlin', engine: 'auto'},
    kernel: 'raspberrypi',
    hostname: 'mcast-router',
    authorizedKeys: [],
    siteSettings: false,
    sysctl: {},
    interfaces: [
      networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64']),
      networkInterface('usb0', ['10.2.0.1/24', 'fd02::1/64'], {role: 'upstream'}),
      networkInterface('eth0', ['10.3.0.1/24', 'fd03::1/64']),
    ],
    ports: [],
    nat: [],
    firewall: {upstream: 'deny', open: []},
    daemon: 'smcroute',
    mrouted: {staticGroups: [], tunnels: []},
    answerPing: true,
    routes: [route('225.0.0.1')],
    discovery: {mdns: [], ssdp: []},
    packages: [],
    overlays: [],
    ...options,
  }
}

/** An access point as one that only has the keys it must have. */
export function accessPoint(options: Partial<AccessPoint> = {}): AccessPoint {
  return {ssid: 'pi', passphrase: 'correct horse', country: 'PT', channel: 6, hidden: false, isolateStations: false, security: 'wpa2', multicast: {toUnicast: false}, ...options}
}
