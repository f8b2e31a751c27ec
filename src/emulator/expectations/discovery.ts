import {SSDP_GROUPS} from '../../multicast/ssdp.js'
import {formatAddress, type Address} from '../../network/address.js'
import {nameBytes, pointerAnswer, pointerQuestion} from '../packet/dns.js'
import type {DatagramStimulus, Expectation, Sighting} from './expectation.js'
import {hostAddress, routerAddress, type Plan} from './plan.js'
import {sightingsOf, type DatagramSighting} from './words.js'

/** The reflector may start later than the routes, and waits before it asks (RFC 6762 §5.2). */
const PATIENCE = {everyMs: 700, times: 12}
const MDNS_GROUP: Address = {family: 4, bits: 0xe000_00fbn}
const MDNS_PORT = 5353
const SSDP_PORT = 1900
const SEARCH = 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'

/** What is asked on one side is heard on the others, and what is answered there comes back. */
export function discoveryExpectations(plan: Plan): Expectation[] {
  const {deployment: {discovery: {mdns, ssdp}, interfaces}} = plan
  const others = (names: readonly string[], name: string): string[] => names.filter(other => other !== name)
  const downstream = ssdp.filter(name => interfaces.some(one => one.name === name && one.role === 'downstream'))
  return [
    ...mdns.flatMap(from => [question(plan, from, others(mdns, from)), announcement(plan, from, others(mdns, from))].flatMap(one => one ?? [])),
    ...downstream.flatMap(from => others(ssdp, from).flatMap(to => foundDevice(plan, from, to) ?? [])),
  ]
}

function question(plan: Plan, from: string, to: readonly string[]): Expectation | undefined {
  const name = `_brmc-${plan.attempt}-${from.replaceAll('.', '-')}._udp.local`
  return reflected(plan, {from, to, what: 'question', name, payload: pointerQuestion(name), title: `a question of mDNS from ${from} is asked on ${to.join(' and ')}`})
}

function announcement(plan: Plan, from: string, to: readonly string[]): Expectation | undefined {
  const name = `_brmc-${plan.attempt}-on-${from.replaceAll('.', '-')}._udp.local`
  return reflected(plan, {from, to, what: 'announcement', name, payload: pointerAnswer(name, `device.${name}`), title: `a device that tells of itself by mDNS on ${from} is heard on ${to.join(' and ')}`})
}

interface Reflected {
  from: string
  to: readonly string[]
  what: string
  name: string
  payload: Buffer
  title: string
}

function reflected(plan: Plan, {from, to, what, name, payload, title}: Reflected): Expectation | undefined {
  const source = hostAddress(plan, from, 4)
  if (!source || to.length === 0) return undefined
  const id = `mdns-${what}-${from}`
  return {
    id,
    title,
    expected: `it on ${to.join(' and ')}, from the router`,
    kind: 'discovery',
    stimuli: [{kind: 'datagram', on: from, key: `${plan.attempt}/${id}`, payload, source, destination: MDNS_GROUP, ttl: 255, sourcePort: MDNS_PORT, destinationPort: MDNS_PORT}],
    repeat: PATIENCE,
    judge(sightings) {
      const heard = sightings.filter(isMdns).filter(one => one.payload.includes(nameBytes(name).subarray(0, -1)))
      const where = to.filter(on => heard.some(one => one.on === on))
      return {passed: where.length === to.length, seen: where.length === 0 ? 'nothing of it' : `it on ${where.join(' and ')}`}
    },
  }
}

const isMdns = (one: Sighting): one is DatagramSighting => one.kind === 'datagram' && one.destinationPort === MDNS_PORT && one.sourcePort === MDNS_PORT

/** A search, and the answer that a device gives it: to whom it came from, where it came. */
function foundDevice(plan: Plan, from: string, to: string): Expectation | undefined {
  const {deployment: {nat}, senders, attempt} = plan
  const [searcher, device] = [hostAddress(plan, from, 4), hostAddress(plan, to, 4)]
  const isTranslated = nat.some(one => one.from === from && one.to === to && one.multicast === 'translate')
  const asked = isTranslated ? routerAddress(plan, to, 4) : searcher
  if (!searcher || !device || !asked) return undefined
  const port = senders.port()
  const id = `ssdp-${from}-${to}`
  const search: DatagramStimulus = {
    kind: 'datagram', on: from, key: `${attempt}/${id}-search`, payload: Buffer.from(SEARCH), source: searcher, destination: SSDP_GROUPS[4], ttl: 2, sourcePort: port, destinationPort: SSDP_PORT,
  }
  const answer: DatagramStimulus = {kind: 'datagram', on: to, key: `${attempt}/${id}-answer`, source: device, destination: asked, ttl: 64, sourcePort: SSDP_PORT, destinationPort: port}
  return {
    id,
    title: `a search by SSDP from ${from} finds a device on ${to}: its answer to ${formatAddress(asked)} comes back to ${formatAddress(searcher)}`,
    expected: `the answer of ${formatAddress(device)} on ${from}`,
    kind: 'discovery',
    stimuli: [search, answer],
    repeat: PATIENCE,
    judge(sightings) {
      const came = sightingsOf(sightings, answer).find(one => one.on === from && one.destination.bits === searcher.bits && one.destinationPort === port)
      return {passed: came?.source.bits === device.bits, seen: came ? `the answer on ${from} from ${formatAddress(came.source)}` : `no answer on ${from}`}
    },
  }
}
