import {BrmcError} from '../errors.js'
import {contains, lastOf, networkOf, overlap, parsePrefix, widthOf, type Address, type Prefix} from '../network/address.js'
import type {NetworkInterface} from '../network/model.js'
import type {Deployment} from '../spec/deployment.js'
import type {VirtualHost} from './host/host.js'
import {isSameAddress} from './packet/address-bytes.js'

export type Machine = 'virt' | 'raspi3b'

/** How many more senders a host can play: a fresh source is the only way to see what happens to the first packet of a flow. */
const FRESH_SOURCES = 96
/** The same for the senders that one route names. */
const FRESH_SENDERS = 32
const LEASE_SECONDS = 3600

/** A virtual host for every interface of the deployment, in the order of the file. `pluggable`: those whose cards are USB cards on any machine. */
export function virtualHostsOf(deployment: Deployment, machine: Machine, pluggable: readonly string[] = []): VirtualHost[] {
  const taken = deployment.interfaces.flatMap(one => one.addresses)
  const usbCards = new Set(deployment.interfaces.filter(({name}) => pluggable.includes(name)).map(one => cardOf(deployment, one).name))
  const hosts: VirtualHost[] = []
  for (const [index, one] of deployment.interfaces.entries()) {
    const lease = one.dhcp ? freeNetwork(taken, index) : undefined
    if (lease) taken.push(lease)
    hosts.push(virtualHostOf(deployment, {one, index, lease, onUsb: machine === 'raspi3b' || usbCards.has(cardOf(deployment, one).name)}))
  }

  return hosts
}

interface Place {
  one: NetworkInterface
  index: number
  lease: Prefix | undefined
  onUsb: boolean
}

/** What the cable of an interface is plugged into: the first port of a bridge, which is enough to reach it, and the parent of a VLAN. */
function cardOf(deployment: Deployment, one: NetworkInterface): {name: string, vlan?: number, mac?: string} {
  const below = one.bridge?.ports[0] ?? one.vlan?.parent
  if (below === undefined) return one.mac === undefined ? {name: one.name} : {name: one.name, mac: one.mac}
  const parent = deployment.interfaces.find(({name}) => name === below)
  const port = deployment.ports.find(({name}) => name === below)
  const card = parent ? cardOf(deployment, parent) : {name: below, ...port?.mac !== undefined && {mac: port.mac}}
  return {...card, ...one.vlan && {vlan: one.vlan.id}}
}

function virtualHostOf(deployment: Deployment, {one, index, lease, onUsb}: Place): VirtualHost {
  const card = cardOf(deployment, one)
  const firstOnCard = deployment.interfaces.findIndex(other => cardOf(deployment, other).name === card.name)
  const senders = deployment.routes.flatMap(route => route.from === one.name && route.source ? sendersAmong(route.source, one) : [])
  const own = [...one.addresses.flatMap(prefix => hostAddresses(one, prefix)), ...lease ? hostAddresses(one, lease) : []]
  // An answer needs an address of the family; where the router has none there, any unique one will do (RFC 4193).
  if (!own.some(address => address.family === 6)) own.push({family: 6, bits: 0xfd99n << 112n | BigInt(index + 1) << 64n | 2n})
  return {
    interface: one.name,
    mac: cardMac(0x40, index),
    routerMac: routerMac(card, firstOnCard, onUsb),
    ...card.name !== one.name && {card: card.name},
    ...card.vlan !== undefined && {vlan: card.vlan},
    addresses: [...own, ...senders.filter(sender => !own.some(address => isSameAddress(address, sender)))],
    ...lease && {lease: {prefix: lease, seconds: LEASE_SECONDS}},
  }
}

/** 52:54:00 is what QEMU itself uses: locally administered. */
const cardMac = (block: number, index: number): string => [0x52, 0x54, 0, block, 0, index + 1].map(part => part.toString(16).padStart(2, '0')).join(':')

/** The card's own MAC where the file binds the name to one. QEMU's usb-net shows its guest 40 as first byte whatever it is told (hw/usb/dev-network.c). */
function routerMac({mac}: {mac?: string}, index: number, onUsb: boolean): string {
  const wanted = mac ?? cardMac(0xb0, index)
  return onUsb ? `40${wanted.slice(2)}` : wanted
}

/** A network that nobody else uses, the router's address in it .2; the virtual host, server and gateway, is .1. */
function freeNetwork(taken: readonly Prefix[], index: number): Prefix {
  const candidates = ['10.99', '198.18'].flatMap(half => Array.from({length: 254}, (_, third) => parsePrefix(`${half}.${(third + index) % 254 + 1}.2/24`)))
  const free = candidates.find(prefix => prefix && !taken.some(other => overlap(other, prefix)))
  if (!free) throw new BrmcError('SPEC_INVALID', 'the interfaces leave no network free in 10.99.0.0/16 or 198.18.0.0/15 for the emulator to play a DHCP server in')
  return free
}

/** Addresses in the router's network that are nobody's: its gateway first if that is in there, else the lowest, then the highest downwards. */
function hostAddresses({addresses, gateways, dhcpServer}: NetworkInterface, prefix: Prefix): Address[] {
  const {family} = prefix.address
  const first = networkOf(prefix).bits + (family === 4 && prefix.length === 31 ? 0n : 1n)
  const last = lastOf(prefix).bits - (family === 4 && prefix.length < 31 ? 1n : 0n)
  const isFree = (bits: bigint): boolean => !addresses.some(other => other.address.family === family && other.address.bits === bits)
    && bits !== prefix.address.bits
    && !(family === 4 && dhcpServer && bits >= dhcpServer.from.bits && bits <= dhcpServer.to.bits)
  const gateway = gateways.find(address => contains(prefix, address))
  const upwards = gateway ? [gateway.bits] : lowest(first, last, isFree)
  const downwards: bigint[] = []
  for (let bits = last; bits >= first && downwards.length < FRESH_SOURCES && last - bits < 1024n; bits--) {
    if (isFree(bits) && !upwards.includes(bits)) downwards.push(bits)
  }

  return [...upwards, ...downwards].map(bits => ({family, bits}))
}

function lowest(first: bigint, last: bigint, isFree: (bits: bigint) => boolean): bigint[] {
  for (let bits = first; bits <= last && bits - first < 1024n; bits++) {
    if (isFree(bits)) return [bits]
  }

  return []
}

/** The hosts of a route's source, which may be a range: the first of them that are not the router itself. */
function sendersAmong(source: Prefix, {addresses}: Pick<NetworkInterface, 'addresses'>): Address[] {
  const {family} = source.address
  const isRange = source.length < widthOf(family) - 1
  const [first, last] = [networkOf(source).bits + (isRange ? 1n : 0n), lastOf(source).bits - (isRange ? 1n : 0n)]
  const senders: Address[] = []
  for (let bits = first; bits <= last && senders.length < FRESH_SENDERS; bits++) {
    if (!addresses.some(({address}) => address.family === family && address.bits === bits)) senders.push({family, bits})
  }

  return senders
}

/** Name of the card that the host's wire leads to. */
export const cardName = (host: VirtualHost): string => host.card ?? host.interface

/** One for each cable, in the order of QEMU's cards: of several VLANs on one cable the first. */
export function cablesOf<T extends {host: VirtualHost}>(places: readonly T[]): T[] {
  return places.filter(({host}, index) => places.findIndex(other => cardName(other.host) === cardName(host)) === index)
}

/** `brmc.ifname=` of the kernel command line: which card is which (docs/architecture.md). */
export function interfaceNames(hosts: readonly VirtualHost[]): string {
  return `brmc.ifname=${[...new Set(hosts.map(host => `${host.routerMac}=${cardName(host)}`))].join(',')}`
}

/** The address the router has on this wire, by family; a leased one included. */
export function routerAddresses(deployment: Deployment, host: VirtualHost): Address[] {
  const fixed = deployment.interfaces.find(one => one.name === host.interface)?.addresses.map(prefix => prefix.address) ?? []
  return [...fixed, ...host.lease ? [host.lease.prefix.address] : []]
}
