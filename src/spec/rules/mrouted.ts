import {isMulticast, unforwardableScope} from '../../multicast/groups.js'
import {formatAddress} from '../../network/address.js'
import {hint} from '../suggest.js'
import type {Problem, Rule, RuleContext} from './rule.js'

const PATH = ['multicast', 'mrouted']

/** Every interface that mrouted's settings name. */
const named = ({deployment: {mrouted}}: RuleContext) => [
  ...(mrouted.interfaces ?? []).map((name, index) => ({name, path: [...PATH, 'interfaces', index]})),
  ...mrouted.staticGroups.map(({on}, index) => ({name: on, path: [...PATH, 'staticGroups', index, 'on']})),
  ...mrouted.tunnels.map(({on}, index) => ({name: on, path: [...PATH, 'tunnels', index, 'on']})),
]

const takesPart = ({deployment: {mrouted}}: RuleContext, name: string): boolean => mrouted.interfaces?.includes(name) ?? true

export const mroutedSettingsCount: Rule = {
  id: 'N54',
  name: 'mroutedSettingsCount',
  severity: 'warning',
  check: ({deployment: {daemon, mrouted}}) => daemon !== 'mrouted' && (mrouted.interfaces !== undefined || mrouted.staticGroups.length > 0 || mrouted.tunnels.length > 0) ? [{
    path: PATH,
    at: 'key',
    message: `multicast.daemon is ${daemon}, and the settings of mrouted have no effect`,
    fix: 'choose multicast.daemon: mrouted, or remove them',
  }] : [],
}

export const mroutedInterfacesTakePart: Rule = {
  id: 'N55',
  name: 'mroutedInterfacesTakePart',
  severity: 'error',
  check: context => {
    const {deployment: {daemon, interfaces, mrouted}} = context
    const declared = interfaces.map(({name}) => name)
    const taking = declared.filter(name => takesPart(context, name)).length + mrouted.tunnels.length
    return [
      ...named(context).flatMap(({name, path}): Problem[] => declared.includes(name)
        ? takesPart(context, name) ? [] : [{path, message: `${name} takes no part: it is not among multicast.mrouted.interfaces`, fix: 'add it there'}]
        : [{path, message: `${name} is not among the interfaces`, seen: '"phyint not available, continuing" in the log', fix: hint(name, declared)}]),
      ...daemon === 'mrouted' && taking < 2 ? [{
        path: ['multicast', 'daemon'],
        message: 'mrouted routes between interfaces or tunnels, and less than two take part',
        seen: 'mrouted ends: "no multicast-capable vifs" or "only one enabled vif"',
        fix: 'let another interface take part, or add a tunnel',
      }] : [],
    ]
  },
}

export const staticGroupIsForwardable: Rule = {
  id: 'N56',
  name: 'staticGroupIsForwardable',
  severity: 'error',
  check: ({deployment: {mrouted}}) => mrouted.staticGroups.flatMap(({group}, index): Problem[] => {
    const path = [...PATH, 'staticGroups', index, 'group']
    const text = formatAddress(group)
    if (!isMulticast(group)) return [{path, message: `${text} is not a multicast group`, fix: 'groups are in 224.0.0.0/4'}]
    const scope = unforwardableScope({address: group, length: 32})
    return scope ? [{path, message: `${text} never leaves its link: its scope is ${scope.name} (${scope.source})`, fix: 'choose a group that routers forward'}] : []
  }),
}

export const tunnelLeadsElsewhere: Rule = {
  id: 'N57',
  name: 'tunnelLeadsElsewhere',
  severity: 'error',
  check: ({deployment: {mrouted, interfaces}}) => mrouted.tunnels.flatMap(({remote, on}, index): Problem[] => {
    const path = [...PATH, 'tunnels', index]
    const text = formatAddress(remote)
    const own = interfaces.some(({addresses}) => addresses.some(({address}) => address.family === 4 && address.bits === remote.bits))
    const local = interfaces.find(({name}) => name === on)
    const twice = mrouted.tunnels.findIndex(other => other.remote.bits === remote.bits) < index
    return [
      ...own ? [{path: [...path, 'remote'], message: `${text} is this router itself`, seen: '"Tunnel remote address is one of mine", and mrouted ends', fix: 'write the address of the other router'}] : [],
      ...isMulticast(remote) ? [{path: [...path, 'remote'], message: `${text} is a multicast group, and a tunnel leads to one router`, fix: 'write the address of the other router'}] : [],
      ...twice ? [{path: [...path, 'remote'], message: `a tunnel to ${text} stands twice`, seen: '"Duplicate tunnel", and mrouted ends', fix: 'remove one'}] : [],
      ...local && !local.dhcp && !local.addresses.some(({address}) => address.family === 4)
        ? [{path: [...path, 'on'], message: `${on} has no IPv4 address for this end of the tunnel`, fix: 'give it one, or choose another interface'}]
        : [],
    ]
  }),
}
