import {daemonOf, receiversDecide} from '../../multicast/daemons.js'
import {isLinkLocal, type Address} from '../../network/address.js'
import type {Deployment} from '../../spec/deployment.js'
import type {VirtualHost} from '../host/host.js'
import {mainAddress} from '../host/virtual-host.js'
import {routerAddresses} from '../topology.js'
import {freshSenders, type Senders} from './senders.js'
import type {DatagramStimulus} from './expectation.js'

/** What all expectations are made from. */
export interface Plan {
  /** Its routes are those to prove: where receivers decide and the file has none, some that stand for any. */
  deployment: Deployment
  /** Routes as the file has them. */
  written: Deployment['routes']
  hosts: readonly VirtualHost[]
  senders: Senders
  attempt: number
}

export function planOf(deployment: Deployment, {hosts, attempt, written}: Pick<Plan, 'hosts' | 'attempt' | 'written'>): Plan {
  return {deployment, written, hosts, attempt, senders: freshSenders(deployment, hosts, attempt)}
}

export const hostOn = ({hosts}: Plan, name: string): VirtualHost | undefined => hosts.find(host => host.interface === name)

/** The address the host on this wire speaks with. */
export function hostAddress(plan: Plan, name: string, family: 4 | 6): Address | undefined {
  const host = hostOn(plan, name)
  return host && mainAddress(host, family)
}

/** The router's own address on this wire; undefined where it has none of the family that is known beyond the link. */
export function routerAddress({deployment, hosts}: Plan, name: string, family: 4 | 6): Address | undefined {
  const host = hosts.find(one => one.interface === name)
  return host && routerAddresses(deployment, host).find(address => address.family === family && !isLinkLocal(address))
}

/** Nobody listens there in earnest. */
const PROBE_PORT = 5000

interface ProbedFlow {
  on: string
  source: Address
  group: Address
  ttl: number
  count: number
}

/** `count` probes of one flow. */
export function probes(plan: Plan, id: string, {on, source, group, ttl, count}: ProbedFlow): DatagramStimulus[] {
  const sourcePort = plan.senders.port()
  return Array.from({length: count}, (_, index) => ({
    kind: 'datagram', on, key: `${plan.attempt}/${id}/${index + 1}`, source, destination: group, ttl, sourcePort, destinationPort: PROBE_PORT,
  }))
}

/** The receivers' part: with mrouted and igmpproxy nothing is forwarded that nobody asked for. */
export function joins({deployment}: Plan, to: readonly string[], group: Address): {kind: 'join', on: string, group: Address}[] {
  return receiversDecide(daemonOf(deployment.daemon, group.family)) ? to.map(on => ({kind: 'join', on, group})) : []
}
