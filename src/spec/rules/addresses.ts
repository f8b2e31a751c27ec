import {isMulticast} from '../../multicast/groups.js'
import {contains, formatAddress, formatPrefix, isLinkLocal, lastOf, networkOf, overlap, parsePrefix, widthOf, type Address, type Prefix} from '../../network/address.js'
import type {SpecPath} from '../finding.js'
import {pairs, type Problem, type Rule, type RuleContext} from './rule.js'

interface PlacedPrefix {
  interfaceName: string
  prefix: Prefix
  path: SpecPath
}

/** All static addresses with the place they stand at. */
function placedPrefixes({deployment, spec}: RuleContext): PlacedPrefix[] {
  return deployment.interfaces.flatMap(({name, addresses}) => addresses.map((prefix, index) => ({
    interfaceName: name,
    prefix,
    path: ['interfaces', name, 'address', ...Array.isArray(spec.interfaces[name]?.address) ? [index] : []],
  })))
}

export const subnetsDoNotOverlap: Rule = {
  id: 'N04',
  name: 'subnetsDoNotOverlap',
  severity: 'error',
  check: context => pairs(placedPrefixes(context), (one, other) => one.interfaceName !== other.interfaceName && !isLinkLocal(one.prefix.address)
      && overlap(one.prefix, other.prefix) && one.prefix.address.bits !== other.prefix.address.bits)
    .map(([one, other]) => ({
      path: other.path,
      message: `${formatPrefix(other.prefix)} of ${other.interfaceName} overlaps ${formatPrefix(one.prefix)} of ${one.interfaceName}: the router cannot tell on which side a host is`,
      fix: 'give each interface a subnet of its own',
    })),
}

export const addressesAreUnique: Rule = {
  id: 'N06',
  name: 'addressesAreUnique',
  severity: 'error',
  check: context => pairs(placedPrefixes(context), (one, other) =>
    one.prefix.address.family === other.prefix.address.family && one.prefix.address.bits === other.prefix.address.bits
    && (one.interfaceName === other.interfaceName || !isLinkLocal(one.prefix.address)))
    .map(([one, other]) => ({
      path: other.path,
      message: `${formatAddress(other.prefix.address)} is also an address of ${one.interfaceName}`,
      fix: 'give each interface an address of its own',
    })),
}

export const addressesAreHosts: Rule = {
  id: 'N05',
  name: 'addressesAreHosts',
  severity: 'error',
  check: context => placedPrefixes(context).flatMap(({prefix, path}): Problem[] => {
    const why = notAHost(prefix)
    return why === undefined ? [] : [{
      path,
      message: `${formatPrefix(prefix)} ${why}`,
      fix: `choose an address of a host, such as ${formatPrefix({...prefix, address: firstHost(prefix)})}`,
    }]
  }),
}

function notAHost(prefix: Prefix): string | undefined {
  const {address, length} = prefix
  const width = widthOf(address.family)
  if (isMulticast(address)) return 'is a multicast group, not an address an interface can have'
  if (address.bits === 0n) return 'means no address at all'
  if (address.family === 4 && address.bits >> 24n === 127n || address.family === 6 && address.bits === 1n) return 'is the loopback address'
  // RFC 3021 and RFC 6164: in a /31 or /127 both are hosts.
  if (length >= width - 1) return undefined
  if (address.bits === networkOf(prefix).bits) return address.family === 4 ? 'is the address of the network itself' : 'is the subnet-router anycast address (RFC 4291 §2.6.1)'
  if (address.family === 4 && address.bits === lastOf(prefix).bits) return 'is the broadcast address of its network'
  return undefined
}

function firstHost(prefix: Prefix): Address {
  const sane = isMulticast(prefix.address) || prefix.address.bits <= 1n || prefix.address.bits >> 24n === 127n
  if (sane) return (prefix.address.family === 4 ? EXAMPLE_4 : EXAMPLE_6).address
  return {family: prefix.address.family, bits: networkOf(prefix).bits + 1n}
}

function example(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (!parsed) throw new TypeError(`not a prefix: ${text}`)
  return parsed
}

const EXAMPLE_4 = example('192.168.2.1/24')
const EXAMPLE_6 = example('fd00::1/64')

export const gatewayIsOnLink: Rule = {
  id: 'N07',
  name: 'gatewayIsOnLink',
  severity: 'error',
  check: ({deployment}) => deployment.interfaces.flatMap(({name, addresses, gateways, dhcp}) => gateways.flatMap((gateway, index): Problem[] => {
    const path = ['interfaces', name, 'gateway', index]
    const text = formatAddress(gateway)
    if (isMulticast(gateway) || gateway.bits === 0n) return [{path, message: `${text} cannot be a gateway`, fix: 'write the address of the router on this link'}]
    if (addresses.some(({address}) => address.family === gateway.family && address.bits === gateway.bits)) {
      return [{path, message: `${text} is the address of ${name} itself`, fix: 'write the address of the other router on this link'}]
    }

    if (isLinkLocal(gateway) || addresses.some(prefix => contains(prefix, gateway))) return []
    return [dhcp && gateway.family === 4
      ? {path, message: `${name} gets its gateway from DHCP`, fix: 'remove the gateway, or give the interface a fixed address'}
      : {path, message: `the gateway ${text} is in no subnet of ${name}, so it cannot be reached`, fix: `choose one in ${addresses.map(prefix => formatPrefix(prefix)).join(' or ') || 'a subnet of the interface'}`}]
  })),
}
