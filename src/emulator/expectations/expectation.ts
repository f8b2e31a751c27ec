import type {Address, Family} from '../../network/address.js'
import type {Observation} from '../host/host.js'

/** Something a virtual host does. `on` is the router's interface whose wire it sits on. */
export type Stimulus =
  | {kind: 'join', on: string, group: Address}
  /** Ask, as a querier does, which groups are wanted on the wire. */
  | {kind: 'query', on: string, family: Family}
  /** Switch on a device that wants an address. */
  | {kind: 'lease', on: string}
  | DatagramStimulus
  /** Knock at a TCP port. */
  | {kind: 'connect', on: string, source: Address, destination: Address, sourcePort: number, destinationPort: number}
  | {kind: 'echo', on: string, source: Address, destination: Address, ttl: number, identifier: number}

export interface DatagramStimulus {
  kind: 'datagram'
  on: string
  /** Unique; the payload is made from it. */
  key: string
  /** Where a program of the router's is to understand it: in place of the one made from the key. */
  payload?: Buffer
  source: Address
  destination: Address
  ttl: number
  sourcePort: number
  destinationPort: number
}

/** What was seen on which wire. */
export type Sighting = Observation & {
  on: string
  /** Of a datagram: the key its payload begins with, where there is one. */
  key?: string
}

export interface Verdict {
  passed: boolean
  /** In plain words. */
  seen: string
  /** What is wrong; empty where nothing is, absent where the words say it all. */
  faults?: readonly Fault[]
}

/** Something about a packet on one wire: it did not come, it should not have come, or it is not as it should be. */
export interface Fault {
  what: 'missing' | 'stray' | 'copies' | 'ttl' | 'sender' | 'damage'
  on: string
}

/** What did not come may have been lost on the way, and can be tried again; what the router did send, it sent. */
export const isFinal = ({passed, faults = []}: Verdict): boolean => passed || faults.some(({what}) => what !== 'missing')

/** What the cause of a failure is looked for with. */
export interface Flow {
  from: string
  to: readonly string[]
  source?: Address
  group: Address
  ttl: number
}

/** One promise of the file, and how to see from outside whether it is kept. */
export interface Expectation {
  id: string
  title: string
  /** In plain words. */
  expected: string
  kind: 'delivery' | 'ttl' | 'source' | 'silence' | 'ping' | 'membership' | 'dhcp' | 'nat' | 'firewall' | 'refusal' | 'discovery'
  stimuli: readonly Stimulus[]
  /** Send the stimuli again while the verdict is no, `times` times: for questions whose first packet may be lost to address resolution. */
  repeat?: {everyMs: number, times: number}
  flow?: Flow
  judge: (sightings: readonly Sighting[]) => Verdict
}

const FILLER = 'brmc multicast probe '

/** The datagram's content: the key, and enough more to notice damage. */
export function payloadOf(key: string): Buffer {
  return Buffer.from(`${key} ${FILLER.repeat(6)}`)
}

const LONGEST_KEY = 120

/** The key a payload begins with, damaged behind it or not. */
export function keyOf(payload: Buffer): string | undefined {
  return /^([!-~]+) /.exec(payload.toString('latin1', 0, LONGEST_KEY))?.[1]
}
