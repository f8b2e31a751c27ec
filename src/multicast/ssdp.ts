import {isLinkLocal, type Address, type Family, type Prefix} from '../network/address.js'
import type {NetworkInterface} from '../network/model.js'
import {daemonOf, type DaemonName} from './daemons.js'
import type {MulticastRoute} from './model.js'

/** What devices and those who look for them send to (UPnP Device Architecture 2.0 §1.1.1 and A.3); WS-Discovery shares it. ff02::c never leaves its link. */
export const SSDP_GROUPS: Readonly<Record<Family, Address>> = {
  4: {family: 4, bits: 0xefff_fffan},
  6: {family: 6, bits: 0xff05n << 112n | 0xcn},
}

export const isSsdp = ({address}: Prefix): boolean => SSDP_GROUPS[address.family].bits === address.bits

interface Router {
  interfaces: readonly NetworkInterface[]
  daemon: DaemonName
}

/**
 * From each of the interfaces to the others, lifted, of senders that are really there: who asks for devices wants to be answered.
 * IPv6 between those that the file gives an address which can be answered. igmpproxy knows one direction only, and gets none.
 */
export function ssdpRoutes(names: readonly string[], {interfaces, daemon}: Router): MulticastRoute[] {
  const answers = ({addresses}: NetworkInterface): boolean => addresses.some(({address}) => address.family === 6 && !isLinkLocal(address))
  const withIPv6 = names.filter(name => interfaces.some(one => one.name === name && answers(one)))
  return [
    ...daemonOf(daemon, 4) === 'igmpproxy' ? [] : routesAmong(names, 4),
    ...routesAmong(withIPv6, 6),
  ]
}

function routesAmong(names: readonly string[], family: Family): MulticastRoute[] {
  const address = SSDP_GROUPS[family]
  return names.length < 2 ? [] : names.map(from => ({
    family,
    group: {address, length: family === 4 ? 32 : 128},
    from,
    to: names.filter(name => name !== from),
    liftTtl: true,
    ttlThreshold: 1,
    join: true,
    reversePathCheck: true,
  }))
}
