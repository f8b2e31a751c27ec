import {isLinkLocal} from '../../network/address.js'
import type {NetworkInterface} from '../../network/model.js'
import {hint} from '../suggest.js'
import type {Problem, Rule, RuleContext} from './rule.js'

/** Each interface whose addresses the page listens on, with its place where the file names it. */
function listening({deployment: {statusPage, interfaces}, spec}: RuleContext): {name: string, iface?: NetworkInterface, path: (string | number)[]}[] {
  return (statusPage?.interfaces ?? []).map((name, index) => {
    const iface = interfaces.find(one => one.name === name)
    return {name, ...iface && {iface}, path: spec.statusPage?.interfaces ? ['statusPage', 'interfaces', index] : ['statusPage']}
  })
}

export const statusPageNamesInterfaces: Rule = {
  id: 'N85',
  name: 'statusPageNamesInterfaces',
  severity: 'error',
  check: context => listening(context).filter(({iface}) => iface === undefined).map(({name, path}) => ({
    path,
    message: `there is no interface ${name}`,
    fix: hint(name, context.deployment.interfaces.map(one => one.name)),
  })),
}

export const statusPageHasReaders: Rule = {
  id: 'N86',
  name: 'statusPageHasReaders',
  severity: 'error',
  check: ({deployment: {statusPage}}) => statusPage?.interfaces.length === 0 ? [{
    path: ['statusPage'],
    message: 'the status page is read from downstream, and no interface is: it would listen nowhere',
    fix: 'write where it may be read: statusPage: {interfaces: [eth0]}',
  }] : [],
}

/** No password stands before it, and what it tells (addresses, groups, rules) helps whoever wants to do harm. */
export const statusPageStaysInside: Rule = {
  id: 'N87',
  name: 'statusPageStaysInside',
  severity: 'warning',
  check: context => listening(context).filter(({iface}) => iface?.role === 'upstream').map(({name, path}) => ({
    path,
    message: `${name} is upstream: everybody on the network that the router is a guest of can read the status page, for it has no password`,
    fix: `take ${name} out, and look from upstream by ssh: brmc doctor --router HOST`,
  })),
}

/** Ports that browsers do not open, whatever listens there (WHATWG Fetch, "port blocking"). */
const BLOCKED_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123,
  135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995,
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
])

export const statusPagePortOpens: Rule = {
  id: 'N88',
  name: 'statusPagePortOpens',
  severity: 'error',
  check: ({deployment: {statusPage}}): Problem[] => statusPage && BLOCKED_PORTS.has(statusPage.port) ? [{
    path: ['statusPage', 'port'],
    message: `no browser opens port ${statusPage.port}: it belongs to another protocol${statusPage.port === 22 ? ', ssh, which is served on it here' : ''}`,
    fix: 'leave port out (80), or write one such as 8080',
  }] : [],
}

export const statusPageHasAddress: Rule = {
  id: 'N89',
  name: 'statusPageHasAddress',
  severity: 'error',
  check: context => listening(context)
    .filter(({iface}) => iface !== undefined && !iface.dhcp && iface.addresses.every(({address}) => isLinkLocal(address)))
    .map(({name, path}) => ({
      path,
      message: `${name} has only link-local addresses (fe80::/10), which nobody can write into a browser`,
      fix: `give ${name} another address too, such as 192.168.2.1/24`,
    })),
}
