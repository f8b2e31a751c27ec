import type {Family} from '../network/address.js'
import type {Discovery} from './discovery.js'

/** Daemons that can own the kernel's IPv4 multicast routing table. */
export const DAEMON_NAMES = ['smcroute', 'igmpproxy', 'mrouted'] as const
export type DaemonName = typeof DAEMON_NAMES[number]

/** With these, receivers say by IGMP what they want, and get nothing else. */
export const receiversDecide = (daemon: DaemonName): boolean => daemon !== 'smcroute'

/** Who routes a family: IPv6 smcroute alone can. */
export const daemonOf = (daemon: DaemonName, family: Family): DaemonName => family === 6 ? 'smcroute' : daemon

/** The program, as ps shows it. */
export const programOf = (daemon: DaemonName): string => daemon === 'smcroute' ? 'smcrouted' : daemon

/** Does smcroute route IPv6 beside the owner of the IPv4 table? It then has a table of its own, which a rule (ip -6 mrule) leads to. */
export const routesBeside = ({daemon, routes}: {daemon: DaemonName, routes: readonly {family: Family}[]}): boolean =>
  receiversDecide(daemon) && routes.some(({family}) => family === 6)

/** Programs that not every base has (src/boards/packages.ts). BusyBox's ip knows no mrule. */
export function packagesOfDaemons(deployment: {daemon: DaemonName, routes: readonly {family: Family}[], discovery: Discovery}): ('igmpproxy' | 'iproute2' | 'avahi')[] {
  return [
    ...deployment.daemon === 'igmpproxy' ? ['igmpproxy' as const] : [],
    ...routesBeside(deployment) ? ['iproute2' as const] : [],
    ...deployment.discovery.mdns.length > 0 ? ['avahi' as const] : [],
  ]
}
