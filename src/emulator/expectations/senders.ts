import {contains, type Address, type Family} from '../../network/address.js'
import type {Deployment} from '../../spec/deployment.js'
import type {VirtualHost} from '../host/host.js'
import {isSameAddress} from '../packet/address-bytes.js'

/** Hands out senders' addresses and ports nobody has used yet: what happens to the first packet of a flow can be seen only once. */
export interface Senders {
  /** A new sender on this wire; undefined where the host has no address of the family. */
  next: (on: string, family: Family) => Address | undefined
  /** A source port, a new one each time. */
  port: () => number
}

const FIRST_PORT = 40_000

/** `attempt` counts from 1; the second starts from the other end, so that it meets fresh senders again. */
export function freshSenders(deployment: Deployment, hosts: readonly VirtualHost[], attempt: number): Senders {
  const sources = deployment.routes.flatMap(route => route.source ? [route.source] : [])
  const pools = new Map<string, Address[]>()
  for (const host of hosts) {
    for (const family of [4, 6] as const) {
      const [main, ...others] = host.addresses.filter(address => address.family === family && !sources.some(source => contains(source, address)))
      const pool = attempt % 2 === 1 ? others : [...others].reverse()
      pools.set(`${host.interface} ${family}`, main ? [...pool, main] : [])
    }
  }

  let ports = FIRST_PORT + 10_000 * (attempt - 1)
  return {
    next(on, family) {
      const pool = pools.get(`${on} ${family}`) ?? []
      return pool.length > 1 ? pool.shift() : pool[0]
    },
    port: () => ports++,
  }
}

export const isAmong = (addresses: readonly Address[], wanted: Address): boolean => addresses.some(address => isSameAddress(address, wanted))
