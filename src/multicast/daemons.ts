import type {Family} from '../network/address.js'

/** Daemons that can own the kernel's IPv4 multicast routing table. */
export const DAEMON_NAMES = ['smcroute', 'igmpproxy', 'mrouted'] as const
export type DaemonName = typeof DAEMON_NAMES[number]

/** With these, receivers say by IGMP what they want, and get nothing else. */
export const receiversDecide = (daemon: DaemonName): boolean => daemon !== 'smcroute'

/** Who routes a family: IPv6 smcroute alone can. */
export const daemonOf = (daemon: DaemonName, family: Family): DaemonName => family === 6 ? 'smcroute' : daemon

/** The program, as ps shows it. */
export const programOf = (daemon: DaemonName): string => daemon === 'smcroute' ? 'smcrouted' : daemon

/** Programs that not every base has (src/boards/packages.ts). */
export function packagesOfDaemons({daemon}: {daemon: DaemonName}): 'igmpproxy'[] {
  return daemon === 'igmpproxy' ? ['igmpproxy'] : []
}
