import {nftablesModel, translatorName} from '../multicast/nftables.js'
import {formatAddress, formatPrefix} from '../network/address.js'
import type {Binding, BridgePort, NetworkInterface} from '../network/model.js'
import {interfaceSysctls} from '../network/sysctl.js'
import type {Deployment} from '../spec/deployment.js'

/**
 * One line of /etc/brmc/interfaces, which interface-event reads: `NAME KEY VALUE`, the value being the rest of the line.
 * No value has a line end (the schema refuses control characters), and the script uses each only as one argument: there is nothing to escape.
 */
export interface InterfaceLine {
  name: string
  key: 'role' | 'mac' | 'driver' | 'place' | 'bridge' | 'vlan' | 'port' | 'sysctl' | 'address' | 'up' | 'gateway' | 'dhcp' | 'dhcp-server' | 'access-point' | 'translator' | 'status-page'
  value: string
}

export function interfaceLines(deployment: Deployment): InterfaceLine[] {
  const chains = new Set(nftablesModel(deployment).translators.map(({chain}) => chain))
  return [
    ...deployment.interfaces.map(one => ({name: one.name, lines: linesOf(one, deployment, chains)})),
    ...deployment.ports.map(port => ({name: port.name, lines: portLines(port)})),
    ...trunks(deployment).map(name => ({name, lines: lines('up', 'now')})),
  ].flatMap(({name, lines}) => lines.map(([key, value]) => ({name, key, value})))
}

/** Cards that carry VLANs and are nothing else: they only have to be up. */
function trunks({interfaces, ports}: Deployment): string[] {
  const known = new Set([...interfaces, ...ports].map(({name}) => name))
  return [...new Set(interfaces.flatMap(({vlan}) => vlan && !known.has(vlan.parent) ? [vlan.parent] : []))]
}

type Line = [InterfaceLine['key'], string]

/** In the order the script works them off: settings and addresses before it is up, servers last. */
function linesOf(one: NetworkInterface, deployment: Deployment, chains: ReadonlySet<string>): Line[] {
  const translator = translatorName(one.name, 4)
  return [
    ...lines('role', one.role),
    ...bindingLines(one),
    ...lines('bridge', one.bridge && `${one.bridge.snooping ? 1 : 0} ${one.bridge.querier ? 1 : 0}`),
    ...lines('vlan', one.vlan && `${one.vlan.parent} ${one.vlan.id}`),
    ...lines('sysctl', ...interfaceSysctls(one, deployment).map(({path, value}) => `${path} ${value}`)),
    ...lines('address', ...one.addresses.map(formatPrefix)),
    ...lines('up', 'now'),
    ...lines('gateway', ...one.gateways.map(formatAddress)),
    ...lines('translator', one.dhcp && chains.has(translator) ? translator : undefined),
    ...lines('status-page', deployment.statusPage?.interfaces.includes(one.name) ? String(deployment.statusPage.port) : undefined),
    ...lines('dhcp', one.dhcp ? 'client' : undefined),
    ...lines('access-point', one.accessPoint && hostapdPath(one.name)),
    ...lines('dhcp-server', one.dhcpServer && udhcpdPath(one.name)),
  ]
}

function portLines({accessPoint, ...port}: BridgePort): Line[] {
  return [
    ...bindingLines(port),
    ...lines('port', `${port.bridge}${accessPoint?.multicast.toUnicast === true ? ' to-unicast' : ''}`),
    ...lines('up', 'now'),
    ...lines('access-point', accessPoint && hostapdPath(port.name)),
  ]
}

const bindingLines = ({mac, driver, place}: Binding): Line[] => [...lines('mac', mac), ...lines('driver', driver), ...lines('place', place)]

const lines = (key: Line[0], ...values: (string | undefined)[]): Line[] => values.flatMap(value => value === undefined ? [] : [[key, value] satisfies Line])

/** Places in the guest. */
const hostapdPath = (name: string): string => `/etc/hostapd/${name}.conf`
const udhcpdPath = (name: string): string => `/etc/udhcpd/${name}.conf`
