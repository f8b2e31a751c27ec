import {isSameAddress} from '../packet/address-bytes.js'
import type {DatagramStimulus, Sighting, Stimulus} from './expectation.js'
import type {Routed} from './arrival.js'
import {knownSender, translatedSources} from './delivery.js'
import {highestThreshold} from './forwarding.js'
import {joins, type Plan} from './plan.js'

/** Packets sent all through the boot or a disturbance, one routed group after the other: the first to come out tells when the router began to route. */
export interface BootProbe {
  /** The `count`-th probe; undefined where nothing is routed. */
  at: (count: number) => DatagramStimulus | undefined
  /** What receivers must do first. */
  joins: readonly Stimulus[]
  /** all: every group has come out of each of its interfaces, and as the sender the file promises there. */
  arrived: (sightings: readonly Sighting[]) => {all: boolean, /** Milliseconds since 1970. */ first?: number, /** When all had come out. */ last?: number}
}

const KEY = /^(\S+)\/(\d+)\/\d+$/
const PORT = 39_000

/** `name` tells its packets from those of other probes. */
export function bootProbe(plan: Plan, routed: readonly Routed[], name = 'boot'): BootProbe {
  return {
    at(count) {
      const index = count % Math.max(1, routed.length)
      const one = routed[index]
      const source = one && knownSender(plan, one)
      if (!one || !source) return undefined
      const ttl = Math.min(255, highestThreshold(one.forwarding) + 8)
      return {kind: 'datagram', on: one.from, key: `${name}/${index}/${count}`, source, destination: one.group, ttl, sourcePort: PORT, destinationPort: PORT}
    },
    joins: routed.flatMap(one => joins(plan, one.forwarding.to, one.group)),
    arrived(sightings) {
      const seen = new Set<string>()
      const promised = routed.map(one => translatedSources(plan, one))
      let first: number | undefined
      let last: number | undefined
      for (const one of sightings) {
        if (one.kind !== 'datagram') continue
        const [, whose, number] = KEY.exec(one.key ?? '') ?? []
        const index = whose === name ? Number(number) : -1
        if (!routed[index]?.forwarding.to.includes(one.on)) continue
        first ??= one.time
        const source = promised[index]?.get(one.on)
        if (source && !isSameAddress(source, one.source) || seen.has(`${index} ${one.on}`)) continue
        seen.add(`${index} ${one.on}`)
        last = one.time
      }

      const all = routed.every((one, index) => one.forwarding.to.every(on => seen.has(`${index} ${on}`)))
      return {all, ...first !== undefined && {first}, ...all && last !== undefined && {last}}
    },
  }
}
