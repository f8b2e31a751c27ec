import * as accessPoints from './access-points.js'
import * as addresses from './addresses.js'
import * as buildroot from './buildroot.js'
import * as daemons from './daemons.js'
import * as dhcp from './dhcp.js'
import * as discovery from './discovery.js'
import * as firewall from './firewall.js'
import * as groups from './groups.js'
import * as interfaces from './interfaces.js'
import * as kernel from './kernel.js'
import * as keys from './keys.js'
import * as links from './links.js'
import * as lists from './lists.js'
import * as mrouted from './mrouted.js'
import * as nat from './nat.js'
import * as openings from './openings.js'
import * as overlayCollisions from './overlay-collisions.js'
import * as overlayFiles from './overlay-files.js'
import * as overlayMeta from './overlay-meta.js'
import * as overlayNames from './overlay-names.js'
import * as overlayRoom from './overlay-room.js'
import * as proxy from './proxy.js'
import * as radio from './radio.js'
import * as routeInterfaces from './route-interfaces.js'
import * as routes from './routes.js'
import type {Rule} from './rule.js'
import * as statusPage from './status-page.js'
import * as sysctl from './sysctl.js'

const isRule = (value: unknown): value is Rule => typeof value === 'object' && value !== null && 'id' in value && 'check' in value

const FILES = [
  accessPoints, addresses, buildroot, daemons, dhcp, discovery, firewall, groups, interfaces, kernel, keys, links, lists, mrouted, nat, openings,
  overlayCollisions, overlayFiles, overlayMeta, overlayNames, overlayRoom, proxy, radio, routeInterfaces, routes, statusPage, sysctl,
]

/** Every rule: what these files export that is one, in the order of their ids. */
export const rules: readonly Rule[] = FILES
  .flatMap(file => Object.values<unknown>(file).filter(value => isRule(value)))
  .sort((one, other) => one.id < other.id ? -1 : 1)

/** What no file can show, why, and where it is dealt with instead. */
export const notVisibleInFiles: Readonly<Record<string, {what: string, why: string, instead: string}>> = {
  M32: {
    what: 'more than 20 groups in one socket of a receiver',
    why: 'igmp_max_memberships limits programs on receivers, which no file of the router describes; smcrouted opens a socket for each 20',
    instead: 'a program in an overlay sets net.ipv4.igmp_max_memberships with system.sysctl; receivers are outside',
  },
}
