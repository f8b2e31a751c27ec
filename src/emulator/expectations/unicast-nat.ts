import {formatAddress} from '../../network/address.js'
import {ECHO_PORT} from '../host/virtual-host.js'
import type {DatagramStimulus, Expectation} from './expectation.js'
import {hostAddress, routerAddress, type Plan} from './plan.js'
import {sightingsOf} from './words.js'

const PATIENCE = {everyMs: 400, times: 10}

/** nat: a client's packet reaches a server on the other side with the router's address, and the answer comes back to the client. */
export function unicastNatExpectations(plan: Plan): Expectation[] {
  return plan.deployment.nat.flatMap(({from, to}) => {
    const client = hostAddress(plan, from, 4)
    const server = hostAddress(plan, to, 4)
    const router = routerAddress(plan, to, 4)
    if (!client || !server || !router) return []
    const probe: DatagramStimulus = {
      kind: 'datagram', on: from, key: `${plan.attempt}/nat-${from}-${to}`, source: client, destination: server, ttl: 64, sourcePort: plan.senders.port(), destinationPort: ECHO_PORT,
    }
    return [{
      id: `nat-${from}-${to}`,
      title: `a client on ${from} reaches a server on ${to} as ${formatAddress(router)} and gets its answer`,
      expected: `the request on ${to} from ${formatAddress(router)}, the answer on ${from} to ${formatAddress(client)}`,
      kind: 'nat',
      stimuli: [probe],
      repeat: PATIENCE,
      judge(sightings) {
        const seen = sightingsOf(sightings, probe)
        const request = seen.find(one => one.on === to && one.destinationPort === ECHO_PORT)
        const answer = seen.find(one => one.on === from && one.sourcePort === ECHO_PORT)
        const passed = request?.source.bits === router.bits && answer?.destination.bits === client.bits && answer.source.bits === server.bits
        const asked = request ? `request on ${to} from ${formatAddress(request.source)}` : `no request on ${to}`
        return {passed, seen: `${asked}; ${answer ? `answer on ${from} to ${formatAddress(answer.destination)}` : `no answer on ${from}`}`}
      },
    }]
  })
}
