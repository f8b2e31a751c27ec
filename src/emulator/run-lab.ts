import path from 'node:path'

import {BrmcError} from '../errors.js'
import {keyOf, payloadOf, type Sighting, type Stimulus} from './expectations/expectation.js'
import {discover, receiveAsClient, type DhcpClient} from './host/dhcp-client.js'
import type {HostState, Observation, VirtualHost} from './host/host.js'
import {generalQuery, join} from './host/memberships.js'
import {receive} from './host/virtual-host.js'
import {echoFrame, tcpFrame, udpFrame} from './packet/frame.js'
import {tagFrame, untagFrame} from './packet/vlan.js'
import {now, runWire, type Wire} from './run-wire.js'
import {cardName} from './topology.js'

/** The router's surroundings: a virtual host at the end of every wire. */
export interface Lab {
  places: readonly {host: VirtualHost, wire: Wire}[]
  /** All that any host saw, in the order of time. */
  sightings: readonly Sighting[]
  act: (stimulus: Stimulus) => void
  close: () => Promise<void>
}

/** How long a querier lets listeners take: they spread their reports over it. */
const RESPONSE_MS = 200
const OWN_TTL = 64

/** Opens the wires and lets the hosts live on them; with a folder each wire is captured to `<interface>.pcap` there. */
export async function runLab(hosts: readonly VirtualHost[], pcapFolder: string | undefined): Promise<Lab> {
  const sightings: Sighting[] = []
  const wires = new Map<string, Wire>()
  for (const card of new Set(hosts.map(host => cardName(host)))) wires.set(card, await runWire(pcapFolder === undefined ? undefined : path.join(pcapFolder, `${card}.pcap`)))
  const places = hosts.map((host, index) => {
    const cable = wires.get(cardName(host))
    if (!cable) throw new BrmcError('INTERNAL', `${host.interface} has no wire`)
    const wire = onVlan(cable, host.vlan)
    return {host, wire, ...inhabit({host, wire, index, sightings})}
  })
  return {
    places,
    sightings,
    act(stimulus) {
      places.find(place => place.host.interface === stimulus.on)?.act(stimulus)
    },
    async close() {
      await Promise.all([...wires.values()].map(async wire => wire.close()))
    },
  }
}

/** The part of a cable that a host sees: the frames of its VLAN, or those of none. */
function onVlan(cable: Wire, vlan: number | undefined): Wire {
  return {
    ...cable,
    send(frame) {
      cable.send(vlan === undefined ? frame : tagFrame(frame, vlan))
    },
    onFrame(listener) {
      cable.onFrame((frame, time) => {
        const seen = untagFrame(frame)
        if (seen.vlan === vlan) listener(seen.frame, time)
      })
    },
  }
}

interface Household {
  host: VirtualHost
  wire: Wire
  index: number
  sightings: Sighting[]
}

/** The host, and a device beside it that may ask for an address. */
function inhabit({host, wire, index, sightings}: Household): {act: (stimulus: Stimulus) => void} {
  let state: HostState = {groups: []}
  const client: DhcpClient = {mac: `${host.mac.slice(0, -5)}c0${host.mac.slice(-3)}`, transaction: 0xb0_0000 + index}
  let leaseWanted = false
  wire.onFrame((frame, time) => {
    const reaction = receive(host, state, frame, time)
    state = reaction.state
    for (const answer of reaction.frames) wire.send(answer)
    for (const seen of reaction.observations) sightings.push(sightingOf(seen, host.interface))
    if (!leaseWanted) return
    const {frames, taken} = receiveAsClient(client, frame, time)
    for (const answer of frames) wire.send(answer)
    if (taken) sightings.push({...taken, on: host.interface})
  })
  return {
    act(stimulus) {
      if (stimulus.kind === 'join') {
        const reaction = join(host, state, stimulus.group)
        state = reaction.state
        for (const frame of reaction.frames) wire.send(frame)
        return
      }

      if (stimulus.kind === 'lease') leaseWanted = true
      const frame = stimulus.kind === 'lease' ? discover(client) : frameOf(host, stimulus)
      if (frame) wire.send(frame)
    },
  }
}

function sightingOf(seen: Observation, on: string): Sighting {
  const key = seen.kind === 'datagram' ? keyOf(seen.payload) : undefined
  return {...seen, on, ...key !== undefined && {key}}
}

function frameOf(host: VirtualHost, stimulus: Exclude<Stimulus, {kind: 'join' | 'lease'}>): Buffer | undefined {
  if (stimulus.kind === 'query') return generalQuery(host, stimulus.family, RESPONSE_MS)
  if (stimulus.kind === 'connect') {
    const {source, destination, sourcePort, destinationPort} = stimulus
    const route = {sourceMac: host.mac, destinationMac: host.routerMac, source, destination, ttl: OWN_TTL}
    return tcpFrame(route, {sourcePort, destinationPort, sequence: Math.floor(now()) >>> 0, syn: true, ack: false, reset: false})
  }

  const {source, destination, ttl} = stimulus
  const route = {sourceMac: host.mac, destinationMac: host.routerMac, source, destination, ttl}
  if (stimulus.kind === 'datagram') {
    return udpFrame(route, {sourcePort: stimulus.sourcePort, destinationPort: stimulus.destinationPort, payload: stimulus.payload ?? payloadOf(stimulus.key)})
  }

  return echoFrame(route, {kind: 'echo request', identifier: stimulus.identifier, sequence: Math.floor(now()) & 0xffff, payload: Buffer.from('brmc multicast ping')})
}
