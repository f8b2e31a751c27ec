import {contains, formatAddress, formatPrefix, lastOf, networkOf, type Prefix} from '../../network/address.js'
import type {DhcpServer, NetworkInterface} from '../../network/model.js'
import type {Problem, Rule} from './rule.js'

export const dhcpServerFitsItsSubnet: Rule = {
  id: 'N03',
  name: 'dhcpServerFitsItsSubnet',
  severity: 'error',
  check: ({deployment}) => deployment.interfaces.flatMap(iface => iface.dhcpServer ? problemsOf(iface, iface.dhcpServer) : []),
}

function problemsOf({name, dhcp, addresses}: NetworkInterface, {from, to}: DhcpServer): Problem[] {
  const path = ['interfaces', name, 'dhcpServer']
  if (dhcp) return [{path, message: `${name} gets its own address by DHCP and cannot give addresses out`, fix: 'give the interface a fixed address, or remove dhcpServer'}]
  const subnets = addresses.filter(({address}) => address.family === 4)
  if (subnets.length === 0) return [{path, message: `${name} has no IPv4 address, and a DHCP server gives out IPv4 addresses`, fix: 'give the interface an IPv4 address too'}]
  if (from.bits > to.bits) {
    return [{path: [...path, 'from'], message: `the range ends (${formatAddress(to)}) before it begins (${formatAddress(from)})`, fix: 'exchange from and to'}]
  }

  const subnet = subnets.find(prefix => contains(prefix, from))
  if (!subnet) return [outside([...path, 'from'], formatAddress(from), subnets)]
  if (!contains(subnet, to)) return [outside([...path, 'to'], formatAddress(to), [subnet])]
  return insideProblems(path, {from, to}, subnet)
}

const outside = (path: (string | number)[], text: string, subnets: readonly Prefix[]): Problem => ({
  path,
  message: `${text} is not in the subnet of the interface, ${subnets.map(prefix => formatPrefix({...prefix, address: networkOf(prefix)})).join(' or ')}`,
  fix: 'choose addresses of that subnet: clients could not reach the router from any other',
})

function insideProblems(path: readonly string[], {from, to}: Pick<DhcpServer, 'from' | 'to'>, subnet: Prefix): Problem[] {
  const within = (bits: bigint): boolean => bits >= from.bits && bits <= to.bits
  return [
    ...within(subnet.address.bits) ? [{
      path: [...path, 'from'],
      message: `the range holds the router's own address ${formatAddress(subnet.address)}: a client could get it`,
      fix: 'begin behind it, or end before it',
    }] : [],
    ...within(networkOf(subnet).bits) ? [{path: [...path, 'from'], message: `${formatAddress(networkOf(subnet))} is the address of the network itself`, fix: 'begin one later'}] : [],
    ...within(lastOf(subnet).bits) ? [{path: [...path, 'to'], message: `${formatAddress(lastOf(subnet))} is the broadcast address`, fix: 'end one earlier'}] : [],
  ]
}
