import {formatAddress} from '../../network/address.js'
import type {DhcpServer} from '../../network/model.js'
import type {LeaseTaken} from '../host/host.js'
import type {Expectation} from './expectation.js'
import {routerAddress, type Plan} from './plan.js'

/** A server that checks first whether an address is in use takes a few seconds (BusyBox udhcpd: 2 s). */
const PATIENCE = {everyMs: 1500, times: 6}

/** dhcpServer: a device that is switched on gets an address, with all that was promised. */
export function leaseExpectations(plan: Plan): Expectation[] {
  return plan.deployment.interfaces.flatMap(({name, dhcpServer}) => {
    if (!dhcpServer) return []
    const router = routerAddress(plan, name, 4)
    return [{
      id: `dhcp-server-${name}`,
      title: `a device on ${name} gets an address by DHCP`,
      expected: `an address from ${formatAddress(dhcpServer.from)} to ${formatAddress(dhcpServer.to)}, the router as gateway, name servers ${dhcpServer.dns.map(formatAddress).join(', ')}`,
      kind: 'dhcp',
      stimuli: [{kind: 'lease', on: name}],
      repeat: PATIENCE,
      judge(sightings) {
        const lease = sightings.find((one): one is LeaseTaken & {on: string} => one.kind === 'lease taken' && one.on === name)
        if (!lease) return {passed: false, seen: 'no lease'}
        const problems = leaseProblems(lease, dhcpServer, router?.bits)
        const seen = `${formatAddress(lease.address)}, gateway ${lease.routers.map(formatAddress).join(', ') || 'none'}, name servers ${lease.dns.map(formatAddress).join(', ') || 'none'}`
        return {passed: problems.length === 0, seen: problems.length === 0 ? seen : `${seen} (${problems.join('; ')})`}
      },
    }]
  })
}

function leaseProblems(lease: LeaseTaken, server: DhcpServer, router: bigint | undefined): string[] {
  const wantedDns = server.dns.map(formatAddress).join()
  return [
    ...lease.address.bits < server.from.bits || lease.address.bits > server.to.bits ? ['the address is outside the range'] : [],
    ...lease.routers[0]?.bits === router ? [] : ['the gateway is not the router'],
    ...lease.dns.map(formatAddress).join() === wantedDns ? [] : ['the name servers are not those of the file'],
    ...lease.seconds === server.leaseMinutes * 60 ? [] : [`lent for ${lease.seconds ?? 'an unknown number of'} s instead of ${server.leaseMinutes * 60}`],
  ]
}
