import type {Deployment} from '../spec/deployment.js'
import type {NetworkInterface} from './model.js'

/** A file below /proc/sys and what is written there. */
export interface Sysctl {
  path: string
  value: string
}

/** Kernel settings made at boot, before any interface is up; the file's own come on top. */
export function globalSysctls({sysctl, interfaces, answerPing}: Deployment): Sysctl[] {
  const ignoresPing = answerPing ? '0' : '1'
  return mergeSysctls([
    ['net/ipv4/ip_forward', '1'],
    ['net/ipv6/conf/all/forwarding', '1'],
    // `all` is max()-ed with each interface's own (M22), so it has to be 0 for any of them to be.
    ['net/ipv4/conf/all/rp_filter', '0'],
    ['net/ipv4/icmp_echo_ignore_broadcasts', ignoresPing],
    ['net/ipv6/icmp/echo_ignore_multicast', ignoresPing],
    ...writtenSysctls(sysctl).filter(([path]) => !interfaces.some(({name}) => belongsTo(path, name))),
  ])
}

/** Settings that can only be made once the interface is there; made again whenever it comes back. */
export function interfaceSysctls(one: NetworkInterface, {sysctl, routes, daemon}: Deployment): Sysctl[] {
  const receives = daemon === 'mrouted' || daemon === 'igmpproxy' && one.role === 'upstream' || routes.some(({from}) => from === one.name)
  return mergeSysctls([
    // Where multicast arrives a source may be foreign; elsewhere it must at least be routable (RFC 3704 §2.4, loose).
    [`net/ipv4/conf/${one.name}/rp_filter`, receives ? '0' : '2'],
    // A router ignores advertisements unless told 2 (ip-sysctl.rst, accept_ra).
    [`net/ipv6/conf/${one.name}/accept_ra`, one.role === 'upstream' && one.gateways.every(({family}) => family === 4) ? '2' : '0'],
    ...writtenSysctls(sysctl).filter(([path]) => belongsTo(path, one.name)).map(([path, value]): [string, string] => [withOwnDots(path, one.name), value]),
  ])
}

/** As a path: sysctl(8) takes dots and slashes alike. */
function writtenSysctls(sysctl: Deployment['sysctl']): [string, string][] {
  return Object.entries(sysctl).map(([key, value]) => [key.replaceAll('.', '/'), value])
}

/** net.ipv4.conf.<interface>.<setting>, and neigh alike. An interface's own dots have become slashes too. */
function belongsTo(path: string, name: string): boolean {
  return /^net\/ipv[46]\/(conf|neigh)\//.test(path) && path.split('/').slice(3, -1).join('/') === name.replaceAll('.', '/')
}

function withOwnDots(path: string, name: string): string {
  const parts = path.split('/')
  return [...parts.slice(0, 3), name, ...parts.slice(-1)].join('/')
}

/** The last of the same name wins, in the place of the first. */
function mergeSysctls(settings: readonly (readonly [string, string])[]): Sysctl[] {
  return [...new Map(settings)].map(([path, value]) => ({path, value}))
}
