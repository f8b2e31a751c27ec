import {isLinkLocal} from '../../network/address.js'
import {pairs, type Problem, type Rule} from './rule.js'

export const natLeavesItsInterface: Rule = {
  id: 'N26',
  name: 'natLeavesItsInterface',
  severity: 'error',
  check: ({deployment: {nat, interfaces}}) => nat.flatMap(({from, to}, index): Problem[] => {
    if (from === to) return [{path: ['nat', index, 'to'], message: `what comes from ${from} cannot leave by ${to} with another address`, fix: 'write the interface towards the other network'}]
    const source = interfaces.find(({name}) => name === from)
    const target = interfaces.find(({name}) => name === to)
    if (source?.role !== 'upstream' || target?.role !== 'downstream') return []
    return [{
      path: ['nat', index],
      severity: 'warning',
      message: `this hides the upstream side (${from}) from the downstream side (${to}), the other way round than usual`,
      fix: `exchange them: from: ${to}, to: ${from}`,
    }]
  }),
}

export const natIsUnique: Rule = {
  id: 'N27',
  name: 'natIsUnique',
  severity: 'error',
  check: ({deployment: {nat}}) => pairs([...nat.entries()], ([, one], [, other]) =>
    one.from === other.from && one.to === other.to).map(([[, one], [index, other]]) => ({
    path: ['nat', index],
    severity: one.multicast === other.multicast ? 'warning' as const : 'error' as const,
    message: `nat from ${other.from} to ${other.to} stands twice${one.multicast === other.multicast ? '' : `, once with multicast: ${one.multicast} and once with ${other.multicast}`}`,
    fix: 'keep one',
  })),
}

/** brmc translates without connection tracking, and takes the address of the interface a packet leaves by: IPv4 only. */
export const translatedRouteExists: Rule = {
  id: 'N34',
  name: 'translatedRouteExists',
  severity: 'warning',
  check: ({deployment: {nat, routes, daemon}}) => daemon === 'mrouted' ? [] : nat.flatMap(({from, to, multicast}, index): Problem[] =>
    multicast === 'translate' && !routes.some(route => route.from === from && route.to.includes(to)) ? [{
      path: ['nat', index, 'multicast'],
      message: `no route leads multicast from ${from} to ${to}, so nothing is translated`,
      fix: 'add a route, or leave multicast: translate out',
    }] : []),
}

export const translationHasAddress: Rule = {
  id: 'N36',
  name: 'translationHasAddress',
  severity: 'warning',
  check: ({deployment: {nat, routes, interfaces}}) => nat.flatMap(({from, to, multicast}, index): Problem[] => {
    const uplink = interfaces.find(({name}) => name === to)
    if (multicast !== 'translate' || !uplink) return []
    const families = new Set(routes.filter(route => route.from === from && route.to.includes(to)).map(({family}) => family))
    const lacking = [...families].filter(family =>
      !(family === 4 && uplink.dhcp) && !uplink.addresses.some(({address}) => address.family === family && !isLinkLocal(address)))
    return lacking.map(family => ({
      path: ['nat', index, 'multicast'],
      message: `${to} has no IPv${family} address that stays, so routed IPv${family} multicast keeps the address of its sender`,
      fix: `give ${to} a fixed IPv${family} address, or accept it: IPv${family} senders are then seen as they are`,
    }))
  }),
}
