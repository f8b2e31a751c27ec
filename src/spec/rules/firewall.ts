import {contains, overlap} from '../../network/address.js'
import {allGroups} from '../../multicast/groups.js'
import type {FirewallRule} from '../texts/firewall.js'
import type {CheckedRoute, Problem, Rule, RuleContext} from './rule.js'

export const ttlIsSetBeforeRouting: Rule = {
  id: 'M04',
  name: 'ttlIsSetBeforeRouting',
  severity: 'error',
  check: ({firewall}) => firewall.rules.filter(({action, hook, table, tool}) =>
    action === 'ttl' && (hook !== undefined && hook !== 'prerouting' && hook !== 'ingress' || tool === 'iptables' && table !== 'mangle')).map(({place, hook, tool}) => ({
    place,
    message: `a TTL is raised in ${hook ?? 'this chain'}, which is too late: a packet with TTL 1 is dropped by the routing before it`,
    seen: 'in FORWARD the rule counted 0 packets, and 0 of 5 came through',
    fix: tool === 'iptables' ? 'write it as: -t mangle -A PREROUTING' : 'write it in a chain with: type filter hook prerouting priority mangle',
  })),
}

export const ttlRuleNamesGroup: Rule = {
  id: 'M05',
  name: 'ttlRuleNamesGroup',
  severity: 'warning',
  check: ({firewall}) => firewall.rules.filter(({action, destination, multicastOnly}) => action === 'ttl' && !destination && !multicastOnly).map(({place, tool}) => ({
    place,
    message: 'this raises the TTL of every packet, not just of the group',
    seen: 'a ping with TTL 1 got through to the far side; traceroute and the guard against routing loops no longer work',
    fix: `name the group: ${tool === 'iptables' ? '-d 225.0.0.1' : 'ip daddr 225.0.0.1'}; liftTtl: true in the route does it for you`,
  })),
}

export const masqueradeIsOnOneInterface: Rule = {
  id: 'M17',
  name: 'masqueradeIsOnOneInterface',
  severity: 'error',
  check: context => context.routes.flatMap(route => {
    const rules = trackedNat(context, route).filter(({rule}) => rule.action === 'masquerade')
    const masqueraded = route.to.filter(({name}) => rules.some(({output}) => output === undefined || output === name))
    const second = rules.at(-1)
    return second && masqueraded.length > 1 ? [{
      place: second.rule.place,
      message: `${route.text} leaves by ${masqueraded.map(({name}) => name).join(' and ')}, and both are masqueraded: a flow has one mapping, and the copy for the other interface is dropped`,
      seen: '10 of 10 packets to the first interface were lost',
      fix: `exclude multicast (! -d ${ALL_IPV4}), and write multicast: translate in nat`,
    }] : []
  }),
}

export const natCoversAllInterfaces: Rule = {
  id: 'M18',
  name: 'natCoversAllInterfaces',
  severity: 'error',
  check: context => context.routes.flatMap(route => {
    const rules = trackedNat(context, route)
    const translated = route.to.filter(({name}) => rules.some(({output}) => output === undefined || output === name))
    const [first] = rules
    return first && translated.length < route.to.length ? [{
      place: first.rule.place,
      message: `${route.text} leaves by ${route.to.map(({name}) => name).join(', ')}, and only ${translated.map(({name}) => name).join(', ')} is translated: one of the copies decides for all`,
      seen: 'translated on neither interface, or on both with the address of one, by the order of the interfaces',
      fix: `exclude multicast (! -d ${ALL_IPV4}), and write multicast: translate in nat, which does it for each interface by itself`,
    }] : []
  }),
}

export const natMeetsFirstPacket: Rule = {
  id: 'M19',
  name: 'natMeetsFirstPacket',
  severity: 'error',
  check: context => context.routes.flatMap(route => {
    const [first] = trackedNat(context, route)
    if (!first || !route.joined || route.source || inputIsHandled(context, route)) return []
    return [{
      place: first.rule.place,
      message: `${route.text} is joined by the router, so its own copy of the first packet fixes the flow as untranslated before this rule sees it`,
      seen: 'all 10 packets kept the address of the sender; after a pause of more than 30 s they were translated',
      fix: `exclude multicast (! -d ${ALL_IPV4}), and write multicast: translate in nat, which translates from the first packet on`,
    }]
  }),
}

export const masqueradeLeavesMulticast: Rule = {
  id: 'M20',
  name: 'masqueradeLeavesMulticast',
  severity: 'warning',
  check: context => {
    const reported = new Set([masqueradeIsOnOneInterface, natCoversAllInterfaces, natMeetsFirstPacket]
      .flatMap(({check}) => check(context)).map(({place}) => JSON.stringify(place)))
    return context.firewall.rules.filter(rule => rule.action === 'masquerade' && !rule.narrow && rule.families.includes(4)
      && !isExempt(context, rule) && !reported.has(JSON.stringify(rule.place))).map(({place, tool}) => ({
      place,
      message: 'this masquerades multicast too, and whether a flow is translated depends on what came first',
      seen: 'with the exclusion all packets kept their address; without it some did, by accident',
      fix: `add: ${tool === 'iptables' ? `! -d ${ALL_IPV4}` : `ip daddr != ${ALL_IPV4}`}`,
    }))
  },
}

export const forwardingAcceptsGroup: Rule = {
  id: 'M21',
  name: 'forwardingAcceptsGroup',
  severity: 'error',
  check: context => {
    const {firewall, routes} = context
    const drops = [
      ...firewall.policies.filter(({hook, policy}) => hook === 'forward' && policy === 'drop'),
      ...firewall.rules.filter(({hook, action, narrow, input, output, destination}) => hook === 'forward' && action === 'drop' && !narrow && (input ?? output ?? destination) === undefined),
    ]
    return drops.flatMap(({place, families}): Problem[] => {
      const lost = routes.filter(route => route.group.range && families.includes(route.group.range.address.family)
        && route.to.some(({name}) => !firewall.rules.some(rule => rule.hook === 'forward' && rule.action === 'accept' && accepts(rule, route, name))))
      return lost.length === 0 ? [] : [{
        place,
        message: `what is forwarded is dropped unless it is accepted, and nothing accepts ${lost.map(({text}) => text).join(', ')}`,
        seen: '0 of 5 packets; ESTABLISHED,RELATED alone does not let multicast pass, -d 224.0.0.0/4 does',
        fix: `accept it: -A FORWARD -i ${lost[0]?.from.name ?? 'wlan0'} -d ${lost[0]?.group.text ?? ALL_IPV4} -j ACCEPT`,
      }]
    })
  },
}

const ALL_IPV4 = '224.0.0.0/4'

interface NatRule {
  rule: FirewallRule
  output?: string
}

/** Rules that translate this route's packets by connection tracking; none where they are not tracked, as brmc's own translation does. */
function trackedNat({firewall, deployment}: RuleContext, route: CheckedRoute): NatRule[] {
  if (deployment.nat.some(({from, multicast}) => from === route.from.name && multicast === 'translate')) return []
  if (firewall.rules.some(rule => rule.action === 'notrack' && meets(rule, route))) return []
  return firewall.rules.filter((rule, index) => (rule.action === 'masquerade' || rule.action === 'snat') && rule.hook === 'postrouting' && meets(rule, route)
    && (rule.output === undefined || route.to.some(({name}) => name === rule.output))
    && !firewall.rules.slice(0, index).some(before => before.hook === 'postrouting' && before.table === 'nat' && before.action === 'accept' && meets(before, route)))
    .map(rule => ({rule, ...rule.output === undefined ? {} : {output: rule.output}}))
}

/** Can packets of the route match the rule's family, interface and destination? */
function meets({families, input, destination, narrow, multicastOnly}: FirewallRule, {group, from}: CheckedRoute): boolean {
  if (!group.range || !families.includes(group.range.address.family) || narrow || input !== undefined && input !== from.name) return false
  if (!destination || multicastOnly) return true
  const range = group.range
  return destination.negated
    ? !destination.ranges.some(excluded => contains(excluded, range.address))
    : destination.ranges.length === 0 || destination.ranges.some(included => overlap(included, range))
}

const accepts = (rule: FirewallRule, route: CheckedRoute, output: string): boolean =>
  meets(rule, route) && (rule.output === undefined || rule.output === output)

/** Is the router's own copy dropped, or translated, before it fixes the flow? */
const inputIsHandled = ({firewall}: RuleContext, route: CheckedRoute): boolean =>
  firewall.rules.some(rule => rule.hook === 'input' && ['drop', 'snat', 'masquerade'].includes(rule.action) && meets(rule, route))

/** Does a masquerade rule leave multicast alone, by its own words or a rule before it? */
function isExempt({firewall, deployment}: RuleContext, rule: FirewallRule): boolean {
  const all = allGroups(4)
  const {destination} = rule
  if (destination?.negated && destination.ranges.some(range => contains(range, all.address) && range.length <= all.length)) return true
  if (destination && !destination.negated && !destination.ranges.some(range => overlap(range, all))) return true
  if (deployment.nat.some(({to, multicast}) => multicast === 'translate' && to === rule.output)) return true
  const before = firewall.rules.slice(0, firewall.rules.indexOf(rule))
  return before.some(({hook, table, action, destination: excluded, multicastOnly}) => hook === 'postrouting' && table === 'nat' && action === 'accept'
    && (multicastOnly || excluded?.ranges.some(range => contains(range, all.address) && range.length <= all.length) === true))
}
