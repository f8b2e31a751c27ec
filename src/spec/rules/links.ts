import {isCardName} from '../../network/card-names.js'
import type {SpecPath} from '../finding.js'
import {pairs, type Problem, type Rule, type RuleContext} from './rule.js'

export const bridgePortIsFree: Rule = {
  id: 'N63',
  name: 'bridgePortIsFree',
  severity: 'error',
  check: ({deployment: {ports}, spec: {interfaces}}) => [
    ...pairs(ports, (one, other) => one.name === other.name).map(([one, other]): Problem => ({
      path: ['interfaces', other.bridge, 'bridge', 'ports'],
      message: one.bridge === other.bridge ? `${other.name} stands twice among the ports of ${other.bridge}` : `${other.name} is a port of ${one.bridge} already, and can be in one bridge alone`,
      fix: 'take it out of one',
    })),
    ...ports.flatMap(({name, bridge}): Problem[] => {
      const port = interfaces[name]
      if (port?.bridge) return [{path: ['interfaces', bridge, 'bridge', 'ports'], message: name === bridge ? `${name} cannot be its own port` : `${name} is a bridge itself, and a bridge cannot be a port of another`, fix: 'name its ports instead'}]
      return (['role', 'address', 'dhcpServer'] as const).filter(key => port?.[key] !== undefined).map(key => ({
        path: ['interfaces', name, key],
        message: `${name} is a port of ${bridge}: what arrives there is ${bridge}'s, and a port has no ${key} of its own`,
        fix: `write ${key} at ${bridge}`,
      }))
    }),
  ],
}

export const vlanIsPossible: Rule = {
  id: 'N64',
  name: 'vlanIsPossible',
  severity: 'error',
  check: ({deployment: {interfaces}}) => [
    ...interfaces.flatMap(({name, vlan, ...one}): Problem[] => vlan === undefined ? [] : [
      ...interfaces.some(parent => parent.name === vlan.parent && parent.vlan) || vlan.parent === name
        ? [{path: ['interfaces', name, 'vlan', 'parent'], message: `${vlan.parent} is a VLAN itself: brmc makes none inside another`, fix: 'name the card'}] : [],
      ...one.bridge ? [{path: ['interfaces', name, 'vlan'], message: `${name} cannot be a VLAN and a bridge`, fix: 'give each an interface of its own: the VLAN as a port of the bridge'}] : [],
      ...one.mac !== undefined || one.driver !== undefined || one.place !== undefined || one.accessPoint
        ? [{
          path: ['interfaces', name, 'vlan'],
          message: `${name} is a VLAN of ${vlan.parent}, not a card: it cannot be bound to one or be a radio`,
          fix: `bind ${vlan.parent}`,
        }] : [],
    ]),
    ...pairs(interfaces.filter(({vlan}) => vlan), (one, other) => one.vlan?.parent === other.vlan?.parent && one.vlan?.id === other.vlan?.id)
      .map(([one, other]): Problem => ({
        path: ['interfaces', other.name, 'vlan', 'id'],
        message: `VLAN ${other.vlan?.id ?? ''} of ${other.vlan?.parent ?? ''} is ${one.name} already`,
        fix: 'write another id',
      })),
  ],
}

export const interfaceIsComplete: Rule = {
  id: 'N65',
  name: 'interfaceIsComplete',
  severity: 'error',
  check: ({deployment: {interfaces}, spec}) => interfaces.flatMap(({name}): Problem[] => {
    const written = spec.interfaces[name]
    const path = ['interfaces', name]
    const carries = interfaces.some(({vlan}) => vlan?.parent === name)
    return [
      ...written?.role === undefined ? [{path, at: 'key' as const, message: `interfaces.${name} has no role`, fix: 'add role (upstream: towards the network the router is a guest of; downstream: the side it serves)'}] : [],
      ...written?.address === undefined && !carries
        ? [{path, at: 'key' as const, message: `interfaces.${name} has no address`, fix: 'add address (dhcp, or one or more addresses with prefix length); only a port of a bridge and the parent of a VLAN can be without'}] : [],
    ]
  }),
}

export const lowerInterfaceIsKnown: Rule = {
  id: 'N66',
  name: 'lowerInterfaceIsKnown',
  severity: 'error',
  check: context => lowerInterfaces(context)
    .filter(({name}) => !isCardName(name) && !(name in context.spec.interfaces))
    .map(({name, path}) => ({
      path,
      message: `${name} is neither an interface of this file nor what the kernel calls a card (eth0, wlan0, usb0, …)`,
      seen: 'it never comes, and the bridge or VLAN stays without',
      fix: `correct the name, or bind it to a card: ${name}: {driver: …}`,
    })),
}

function lowerInterfaces({deployment: {interfaces}}: RuleContext): {name: string, path: SpecPath}[] {
  return interfaces.flatMap(({name, bridge, vlan}) => [
    ...(bridge?.ports ?? []).map((port, index) => ({name: port, path: ['interfaces', name, 'bridge', 'ports', index]})),
    ...vlan ? [{name: vlan.parent, path: ['interfaces', name, 'vlan', 'parent']}] : [],
  ])
}

export const bindingIsUnique: Rule = {
  id: 'N67',
  name: 'bindingIsUnique',
  severity: 'error',
  check: ({deployment: {interfaces, ports}}) => {
    const cards = [...interfaces, ...ports]
    return [
      ...(['driver', 'place'] as const).flatMap(key => pairs(cards, (one, other) => one[key] !== undefined && one[key] === other[key]).map(([one, other]): Problem => ({
        path: ['interfaces', other.name, key],
        message: `${key} ${other[key] ?? ''} is what ${one.name} is bound to as well, and a card has one name`,
        fix: key === 'driver' ? 'bind them by place or mac, where the driver is the same' : 'write the place of the other card',
      }))),
      ...cards.filter(({mac, driver, place}) => [mac, driver, place].filter(key => key !== undefined).length > 1).map(({name}): Problem => ({
        path: ['interfaces', name],
        at: 'key',
        message: `${name} is bound in more than one way (mac, driver, place): which counts where two cards fit?`,
        fix: 'keep one',
      })),
    ]
  },
}

export const snoopingHasQuerier: Rule = {
  id: 'N68',
  name: 'snoopingHasQuerier',
  severity: 'warning',
  check: ({deployment: {interfaces, ports}}) => interfaces.flatMap(({name, bridge}): Problem[] => {
    if (!bridge) return []
    const toUnicast = ports.find(port => port.bridge === name && port.accessPoint?.multicast.toUnicast === true)
    return [
      ...bridge.snooping && !bridge.querier ? [{
        path: ['interfaces', name, 'bridge', 'querier'],
        message: `${name} snoops, and asks nobody: unless another router on it does, it floods, or forgets who joined`,
        seen: 'without a querier everything was flooded',
        fix: 'leave querier out, or turn snooping off as well',
      }] : [],
      ...!bridge.snooping && toUnicast ? [{
        path: ['interfaces', name, 'bridge', 'snooping'],
        message: `without snooping ${name} does not know who joined, and multicast.toUnicast of ${toUnicast.name} does nothing`,
        fix: 'leave snooping out',
      }] : [],
    ]
  }),
}
