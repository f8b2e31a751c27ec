import {formatAddress, type Address} from '../../network/address.js'
import {multicastMac} from '../packet/mac.js'
import type {DatagramSeen} from '../host/host.js'
import {payloadOf, type DatagramStimulus, type Sighting} from './expectation.js'

export type DatagramSighting = DatagramSeen & {on: string}

/** Sightings of one probe, wherever it turned up. */
export function sightingsOf(sightings: readonly Sighting[], {key}: DatagramStimulus): DatagramSighting[] {
  return sightings.filter((one): one is DatagramSighting => one.kind === 'datagram' && one.key === key)
}

/** `2 of 3 packets on usb0, 3 of 3 on eth0`; TTL and sender where they differ from what is wanted are told by the caller. */
export function arrivals(sightings: readonly Sighting[], probes: readonly DatagramStimulus[], interfaces: readonly string[]): string {
  return interfaces.map(on => {
    const seen = probes.flatMap(probe => sightingsOf(sightings, probe).filter(one => one.on === on))
    const ttls = [...new Set(seen.map(one => one.ttl))].join(' and ')
    const sources = [...new Set(seen.map(one => formatAddress(one.source)))].join(' and ')
    return `${on}: ${seen.length} of ${probes.length}${seen.length > 0 ? `, TTL ${ttls}, from ${sources}` : ''}`
  }).join('; ')
}

/** What is wrong with a datagram that arrived, besides its TTL and sender. */
export function damageOf(seen: DatagramSeen, key: string, destination: Address): string[] {
  return [
    ...seen.checksumsValid ? [] : ['a wrong checksum'],
    ...seen.payload.equals(payloadOf(key)) ? [] : ['a changed payload'],
    ...seen.destinationMac === multicastMac(destination) ? [] : [`the destination MAC ${seen.destinationMac} instead of ${multicastMac(destination)}`],
  ]
}

export const hopWord = (family: 4 | 6): string => family === 4 ? 'TTL' : 'hop limit'
