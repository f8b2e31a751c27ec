import {expectationsOf} from '../../../src/emulator/expectations/expectations-of.js'
import {payloadOf, type DatagramStimulus, type Expectation, type Sighting, type Stimulus} from '../../../src/emulator/expectations/expectation.js'
import type {VirtualHost} from '../../../src/emulator/host/host.js'
import {multicastMac} from '../../../src/emulator/packet/mac.js'
import {RECORD_TYPE, type GroupRecord} from '../../../src/emulator/packet/membership.js'
import {virtualHostsOf} from '../../../src/emulator/topology.js'
import type {Address} from '../../../src/network/address.js'
import {formatAddress} from '../../../src/network/address.js'
import type {Deployment} from '../../../src/spec/deployment.js'
import {address, labDeployment, networkInterface, route} from '../../lab/deployment.js'

/** One route each way of behaving: lifted, thresholded, (S,G), and a range to two links. */
export const deployment: Deployment = labDeployment({
  interfaces: [
    networkInterface('wlan0', ['192.168.2.1/24'], {dhcpServer: {from: address('192.168.2.10'), to: address('192.168.2.50'), dns: [address('9.9.9.9')], leaseMinutes: 720}}),
    networkInterface('usb0', [], {role: 'upstream', dhcp: true}),
    networkInterface('eth0', ['10.3.0.1/24']),
  ],
  firewall: {upstream: 'deny', open: [{protocol: 'tcp', ports: {first: 2222, last: 2222}, from: 'usb0'}, {protocol: 'udp', ports: {first: 8080, last: 8090}, from: 'usb0', to: 'wlan0'}]},
  nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}, {from: 'eth0', to: 'wlan0', multicast: 'keep'}],
  routes: [
    route('225.0.0.1', {liftTtl: true}),
    route('239.1.0.0/24', {to: ['usb0', 'eth0'], join: false}),
    route('232.1.1.1', {source: '192.168.2.77', to: ['eth0']}),
    route('239.9.9.9', {from: 'eth0', to: ['wlan0'], ttlThreshold: 5}),
  ],
})

/** Ways in which a router can fail. */
export interface Faults {
  noLift?: boolean
  noTranslation?: boolean
  noRouting?: boolean
  ignoresThreshold?: boolean
  anySender?: boolean
  bothWays?: boolean
  floods?: boolean
  duplicates?: boolean
  damages?: boolean
  wrongMac?: boolean
  noJoins?: boolean
  wrongSender?: boolean
  noForwarding?: boolean
  /** conntrack's NAT of a group that the router joined. */
  untranslatedFirst?: boolean
  /** The same where no NAT of multicast was asked for. */
  masquerades?: boolean
  filtersForeign?: boolean
  noFirewall?: boolean
  /** Nothing is let in from any side. */
  closed?: boolean
}

export interface Trial {
  expectations: Expectation[]
  sightings: Sighting[]
}

/** Lets a router written out for this one deployment, with its faults, treat all stimuli; what the hosts would then see. */
export function tryRouter(faults: Faults = {}, attempt = 1): Trial {
  const hosts = virtualHostsOf(deployment, 'virt')
  const expectations = expectationsOf(deployment, hosts, attempt)
  const flows = new Map<string, number>()
  const sightings = expectations.flatMap(({stimuli}) => stimuli).flatMap(stimulus => treat(stimulus, hosts, {faults, flows}))
  return {expectations, sightings}
}

export const failuresOf = ({expectations, sightings}: Trial): string[] => expectations.filter(one => !one.judge(sightings).passed).map(one => one.id)

const ROUTES: readonly {from: string, group: RegExp, to: readonly string[], sender?: string, lift?: true, threshold?: number}[] = [
  {from: 'wlan0', group: /^225\.0\.0\.1$/, to: ['usb0'], lift: true},
  {from: 'wlan0', group: /^239\.1\.0\./, to: ['usb0', 'eth0']},
  {from: 'wlan0', group: /^232\.1\.1\.1$/, to: ['eth0'], sender: '192.168.2.77'},
  {from: 'eth0', group: /^239\.9\.9\.9$/, to: ['wlan0'], threshold: 5},
]
const BOOT_SENDERS = ['192.168.2.2', '10.3.0.2']
const LEASED = address('10.99.2.2')

interface Treatment {
  faults: Faults
  /** The port of a sender's first flow to a group: what the kernel has no route for yet is delivered to the router itself before it is forwarded. */
  flows: Map<string, number>
}

function treat(stimulus: Stimulus, hosts: readonly VirtualHost[], treatment: Treatment): Sighting[] {
  const {faults} = treatment
  const arrival = {time: 1, sourceMac: '52:54:00:b0:00:01', destinationMac: '52:54:00:40:00:01', ttl: 63}
  const hostOn = (name: string) => hosts.find(host => host.interface === name)?.addresses[0] ?? LEASED
  switch (stimulus.kind) {
    case 'join': return []
    case 'lease': return [{kind: 'lease taken', on: stimulus.on, time: 1, address: address('192.168.2.10'), server: address('192.168.2.1'), netmask: address('255.255.255.0'),
      routers: [address('192.168.2.1')], dns: [address('9.9.9.9')], seconds: 43_200}]
    case 'query': return (faults.noJoins ? [] : stimulus.on === 'wlan0' ? ['225.0.0.1', '232.1.1.1'] : ['239.9.9.9']).map(group => ({
      kind: 'membership', on: stimulus.on, ...arrival, sourceMac: hosts.find(host => host.interface === stimulus.on)?.routerMac ?? '', source: address('192.168.2.1'),
      destination: address('224.0.0.22'), protocol: 'IGMPv3', records: [recordOf(group, faults)],
    }))
    case 'echo': {
      const reply = (source: Address) => ({kind: 'echo reply' as const, on: stimulus.on, ...arrival, source, destination: stimulus.source, identifier: stimulus.identifier, sequence: 1})
      const group = formatAddress(stimulus.destination)
      if (stimulus.destination.bits < 0xe000_0000n) return toHost(stimulus, faults, own => own ? reply(own) : {...reply(stimulus.source), kind: 'echo request' as const, on: hostsWire(stimulus.destination)})
      const far = faults.noForwarding || faults.noRouting || stimulus.ttl === 1 ? [] : ROUTES.find(one => one.group.test(group))?.to ?? []
      return [reply(stimulus.on === 'wlan0' ? address('192.168.2.1') : address('10.3.0.1')), ...far.map(name => reply(hostOn(name)))]
    }
    case 'connect': {
      const seen = {kind: 'segment', on: stimulus.on, ...arrival, source: stimulus.source, destination: stimulus.destination} as const
      const [sourcePort, destinationPort] = [stimulus.sourcePort, stimulus.destinationPort]
      return toHost(stimulus, faults, own => own
        ? {...seen, sourcePort: destinationPort, destinationPort: sourcePort}
        : {...seen, on: hostsWire(stimulus.destination), sourcePort, destinationPort})
    }
    case 'datagram': {
      if (stimulus.destinationPort === 7) return unicast(stimulus, faults)
      return stimulus.destination.bits < 0xe000_0000n ? knock(stimulus, faults, arrival) : forward(stimulus, treatment)
    }
  }
}

/** Wire of the inside that an address is on. */
const hostsWire = (one: Address): string => formatAddress(one).startsWith('10.3.') ? 'eth0' : 'wlan0'

interface UnicastStimulus {
  on: string
  destination: Address
  destinationPort?: number
}

/** What a packet to one host leads to: `seen` of the router's own address, or of none where it goes through. */
function toHost(stimulus: UnicastStimulus, {noFirewall, closed}: Faults, seen: (own: Address | undefined) => Sighting): Sighting[] {
  const own = ['192.168.2.1', '10.3.0.1', '10.99.2.2'].map(address).find(({bits}) => bits === stimulus.destination.bits)
  const open = stimulus.on !== 'usb0' || noFirewall || OPEN.some(one => one.port === stimulus.destinationPort && one.own === (own !== undefined))
  return open && !closed ? [seen(own)] : []
}

const OPEN = [{port: 2222, own: true}, {port: 8080, own: false}]

function knock(stimulus: DatagramStimulus, faults: Faults, arrival: {time: number, sourceMac: string, destinationMac: string, ttl: number}): Sighting[] {
  const {on, source, destination, sourcePort, destinationPort, key} = stimulus
  return toHost(stimulus, faults, own => own
    ? {kind: 'unreachable', on, ...arrival, source: own, destination: source, sourcePort, refusedPort: destinationPort}
    : {kind: 'datagram', on: hostsWire(destination), ...arrival, source, destination, sourcePort, destinationPort, key, payload: payloadOf(key), checksumsValid: true})
}

const recordOf = (group: string, {wrongSender}: Faults): GroupRecord => group.startsWith('232.')
  ? {type: RECORD_TYPE.isInclude, group: address(group), sources: [address(wrongSender ? '192.168.2.78' : '192.168.2.77')]}
  : {type: RECORD_TYPE.isExclude, group: address(group), sources: []}

function unicast(stimulus: DatagramStimulus, {noTranslation, noForwarding}: Faults): Sighting[] {
  if (noForwarding) return []
  const seen = {kind: 'datagram' as const, time: 1, sourceMac: '', destinationMac: '', ttl: 63, payload: payloadOf(stimulus.key), checksumsValid: true, key: stimulus.key}
  const [far, own] = stimulus.on === 'wlan0' ? ['usb0', LEASED] as const : ['wlan0', address('192.168.2.1')] as const
  const source = noTranslation ? stimulus.source : own
  return [
    {...seen, on: far, source, destination: stimulus.destination, sourcePort: stimulus.sourcePort, destinationPort: 7},
    {...seen, on: stimulus.on, source: stimulus.destination, destination: stimulus.source, sourcePort: 7, destinationPort: stimulus.sourcePort},
  ]
}

function forward(stimulus: DatagramStimulus, {faults, flows}: Treatment): Sighting[] {
  const group = formatAddress(stimulus.destination)
  const met = ROUTES.find(one => one.group.test(group) && (one.from === stimulus.on || faults.bothWays && one.to.includes(stimulus.on))
    && (!one.sender || faults.anySender || one.sender === formatAddress(stimulus.source)))
  const flooded = faults.floods ? {from: stimulus.on, to: ['wlan0', 'usb0', 'eth0'].filter(name => name !== stimulus.on)} : undefined
  const entry = met ?? flooded
  if (!entry || faults.noRouting) return []
  const ttl = stimulus.ttl === 1 && met?.lift && !faults.noLift ? 64 : stimulus.ttl
  if (ttl <= 1 || ttl <= (faults.ignoresThreshold ? 1 : met?.threshold ?? 1)) return []
  const sender = formatAddress(stimulus.source)
  if (faults.filtersForeign && !/^(192\.168\.2|10\.3\.0|10\.99\.2)\./.test(sender)) return []
  const flow = `${sender} to ${group}`
  // Hosts speak with their first address all through the boot.
  const first = !BOOT_SENDERS.includes(sender) && (flows.get(flow) ?? stimulus.sourcePort) === stimulus.sourcePort
  if (!flows.has(flow)) flows.set(flow, stimulus.sourcePort)
  const to = stimulus.on === entry.from ? entry.to : [entry.from]
  const copies = faults.duplicates ? [...to, ...to] : to
  return copies.map(on => ({
    kind: 'datagram', on, time: 1, key: stimulus.key, ttl: ttl - 1, sourceMac: '52:54:00:b0:00:02', sourcePort: stimulus.sourcePort, destinationPort: stimulus.destinationPort,
    source: on === 'usb0' && !faults.noTranslation && !(faults.untranslatedFirst && first) ? LEASED
      : on === 'wlan0' && faults.masquerades && !first ? address('192.168.2.1') : stimulus.source,
    destination: stimulus.destination,
    destinationMac: faults.wrongMac ? 'ff:ff:ff:ff:ff:ff' : multicastMac(stimulus.destination),
    payload: faults.damages ? Buffer.concat([payloadOf(stimulus.key).subarray(0, -1), Buffer.from('x')]) : payloadOf(stimulus.key),
    checksumsValid: true,
  }))
}
