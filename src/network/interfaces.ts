import {translatorName} from '../multicast/nftables.js'
import type {Deployment} from '../spec/deployment.js'
import {formatAddress, formatPrefix} from './address.js'
import type {NetworkInterface} from './model.js'
import {interfaceSysctls} from './sysctl.js'

/**
 * One line of /etc/brmc/interfaces, which interface-event reads: `NAME KEY VALUE`, the value being the rest of the line.
 * No value has a line end (the schema refuses control characters), and the script uses each only as one argument: there is nothing to escape.
 */
export interface InterfaceLine {
  name: string
  key: 'role' | 'mac' | 'sysctl' | 'address' | 'up' | 'gateway' | 'dhcp' | 'dhcp-server' | 'access-point' | 'translator'
  value: string
}

export function interfaceLines(deployment: Deployment): InterfaceLine[] {
  return deployment.interfaces.flatMap(one => linesOf(one, deployment).map(([key, value]) => ({name: one.name, key, value})))
}

/** In the order the script works them off: settings and addresses before it is up, servers last. */
function linesOf(one: NetworkInterface, deployment: Deployment): [InterfaceLine['key'], string][] {
  const translates = deployment.nat.some(({to, multicast}) => to === one.name && multicast === 'translate')
    && deployment.routes.some(({family, to}) => family === 4 && to.includes(one.name))
  return [
    ['role', one.role],
    ...one.mac === undefined ? [] : [['mac', one.mac] as [InterfaceLine['key'], string]],
    ...interfaceSysctls(one, deployment).map(({path, value}): [InterfaceLine['key'], string] => ['sysctl', `${path} ${value}`]),
    ...one.addresses.map((prefix): [InterfaceLine['key'], string] => ['address', formatPrefix(prefix)]),
    ['up', 'now'],
    ...one.gateways.map((gateway): [InterfaceLine['key'], string] => ['gateway', formatAddress(gateway)]),
    ...one.dhcp && translates ? [['translator', translatorName(one.name, 4)] as [InterfaceLine['key'], string]] : [],
    ...one.dhcp ? [['dhcp', 'client'] as [InterfaceLine['key'], string]] : [],
    ...one.accessPoint ? [['access-point', hostapdPath(one.name)] as [InterfaceLine['key'], string]] : [],
    ...one.dhcpServer ? [['dhcp-server', udhcpdPath(one.name)] as [InterfaceLine['key'], string]] : [],
  ]
}

/** Places in the guest. */
export const hostapdPath = (name: string): string => `/etc/hostapd/${name}.conf`
export const udhcpdPath = (name: string): string => `/etc/udhcpd/${name}.conf`
