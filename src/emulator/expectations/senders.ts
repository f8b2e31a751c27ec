import {contains, formatAddress, formatPrefix, type Address, type Prefix} from '../../network/address.js'
import type {Deployment} from '../../spec/deployment.js'
import type {VirtualHost} from '../host/host.js'
import {isSameAddress} from '../packet/address-bytes.js'

/** Hands out senders and ports that nobody has used yet: what happens to the first packet of a flow can be seen only once. */
export interface Senders {
  /** One that has not sent to this group yet, of `sources` where given; the last again and again; undefined where there is none. */
  next: (on: string, group: Address, sources?: Prefix) => Address | undefined
  /** The one that stands for all of a route's `sources`. */
  among: (on: string, group: Address, sources: Prefix) => Address | undefined
  /** A source port, a new one each time. */
  port: () => number
}

const FIRST_PORT = 40_000

/** `attempt` counts from 1; the second starts from the other end, so that it meets fresh senders again. */
export function freshSenders({routes}: Pick<Deployment, 'routes'>, hosts: readonly VirtualHost[], attempt: number): Senders {
  const pools = new Map<string, Address[]>()
  /** Those of `sources` that no narrower route of the group is for; without sources those that none names. The first speaks for the host. */
  const speakers = (on: string, group: Address, sources?: Prefix): Address[] => {
    const named = routes.flatMap(route => route.source && route.from === on && contains(route.group, group) ? [route.source] : [])
    const narrower = sources ? named.filter(other => other.length > sources.length && contains(sources, other.address)) : named
    const own = hosts.find(host => host.interface === on)?.addresses.filter(address => address.family === group.family) ?? []
    return own.filter(address => (!sources || contains(sources, address)) && !narrower.some(other => contains(other, address)))
  }

  const poolOf = (on: string, group: Address, sources?: Prefix): Address[] => {
    const key = `${on} ${formatAddress(group)} ${sources ? formatPrefix(sources) : '*'}`
    const known = pools.get(key)
    if (known) return known
    const [first, ...others] = speakers(on, group, sources)
    const pool = [...attempt % 2 === 1 ? others : others.reverse(), ...first ? [first] : []]
    pools.set(key, pool)
    return pool
  }

  let ports = FIRST_PORT + 10_000 * (attempt - 1)
  return {
    next(on, group, sources) {
      const pool = poolOf(on, group, sources)
      return pool.length > 1 ? pool.shift() : pool[0]
    },
    among: (on, group, sources) => speakers(on, group, sources)[0],
    port: () => ports++,
  }
}

export const isAmong = (addresses: readonly Address[], wanted: Address): boolean => addresses.some(address => isSameAddress(address, wanted))
