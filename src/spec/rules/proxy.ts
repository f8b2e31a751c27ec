import {receiversDecide} from '../../multicast/daemons.js'
import type {Problem, Rule, RuleContext} from './rule.js'

const isProxy = ({deployment}: RuleContext): boolean => deployment.daemon === 'igmpproxy'

export const proxyHasOneUpstream: Rule = {
  id: 'N50',
  name: 'proxyHasOneUpstream',
  severity: 'error',
  check: context => {
    if (!isProxy(context)) return []
    const {interfaces} = context.deployment
    const [first, ...more] = interfaces.filter(({role}) => role === 'upstream')
    if (!first) {
      return [{
        path: ['multicast', 'daemon'],
        message: 'igmpproxy fetches what receivers ask for from one upstream interface, and there is none',
        seen: '"There must be at least 1 Vif as upstream", and it ends',
        fix: 'write role: upstream at the interface towards the senders',
      }]
    }

    return [
      ...interfaces.length === 1 ? [{
        path: ['multicast', 'daemon'],
        message: 'igmpproxy serves receivers on downstream interfaces, and there is none',
        fix: 'add an interface with role: downstream',
      }] : [],
      ...more.map(({name}): Problem => ({
        path: ['interfaces', name, 'role'],
        message: `${name} is upstream as ${first.name} is, and igmpproxy has one upstream interface`,
        seen: 'the manual: "There can only be one upstream interface"',
        fix: 'choose role: downstream for one of them, or multicast.daemon: smcroute',
      })),
    ]
  },
}

export const proxyRoutesLeadDownstream: Rule = {
  id: 'N51',
  name: 'proxyRoutesLeadDownstream',
  severity: 'error',
  check: context => isProxy(context) ? context.deployment.routes.flatMap(({family, from, to}, index): Problem[] => {
    const roleOf = (name: string) => context.deployment.interfaces.find(one => one.name === name)?.role
    if (family === 6) return []
    const path = ['multicast', 'routes', index]
    return [
      ...roleOf(from) === 'downstream' ? [{path: [...path, 'from'], message: `${from} is downstream, and igmpproxy routes what comes from upstream alone`, seen: '"The source address … is from downstream VIF. Ignoring", and 0 packets', fix: 'write the upstream interface, or choose multicast.daemon: smcroute'}] : [],
      ...to.flatMap((name, position) => roleOf(name) === 'upstream' && name !== from
        ? [{path: [...path, 'to', position], message: `${name} is upstream, and igmpproxy sends to downstream interfaces alone`, fix: 'leave it out, or choose multicast.daemon: smcroute'}]
        : []),
    ]
  }) : [],
}

export const proxyKnowsNoSenders: Rule = {
  id: 'N52',
  name: 'proxyKnowsNoSenders',
  severity: 'error',
  check: ({deployment: {daemon, routes}}) => receiversDecide(daemon) ? routes.flatMap(({family, source}, index): Problem[] => family === 4 && source ? [{
    path: ['multicast', 'routes', index, 'source'],
    message: `${daemon} passes a group of whatever sender, and cannot keep to this one`,
    fix: 'leave source out, or choose multicast.daemon: smcroute',
  }] : []) : [],
}

export const proxyInterfaceHasOneAddress: Rule = {
  id: 'N53',
  name: 'proxyInterfaceHasOneAddress',
  severity: 'error',
  check: context => isProxy(context) ? context.deployment.interfaces.flatMap(({name, addresses, dhcp}): Problem[] => {
    const own = addresses.filter(({address}) => address.family === 4)
    if (own.length === 1 || dhcp) return []
    const path = ['interfaces', name, 'address']
    return [own.length === 0 ? {
      path,
      message: `${name} has no IPv4 address, and igmpproxy leaves out an interface that has none`,
      fix: 'give it an IPv4 address, or choose multicast.daemon: smcroute',
    } : {
      path: [...path, addresses.findLastIndex(({address}) => address.family === 4)],
      message: `${name} has ${own.length} IPv4 addresses, and igmpproxy takes each for an interface of its own`,
      seen: 'with a receiver in each of two subnets of one interface each packet came twice',
      fix: 'keep one IPv4 address, or choose multicast.daemon: smcroute',
    }]
  }) : [],
}
