import {allGroups, isGroupRange, isMdns, isMulticast, isSourceSpecific, knownGroup, unforwardableScope} from '../../multicast/groups.js'
import {daemonOf} from '../../multicast/daemons.js'
import {isJoinable, LIFTED_TTL} from '../../multicast/model.js'
import {isSsdp} from '../../multicast/ssdp.js'
import {formatAddress, formatPrefix, overlap, widthOf} from '../../network/address.js'
import {rangeText} from './context.js'
import type {CheckedRoute, Problem, Rule, RuleContext} from './rule.js'

export const groupIsForwardable: Rule = {
  id: 'M01',
  name: 'groupIsForwardable',
  severity: 'error',
  check: ({routes}) => routes.flatMap(({group}) => {
    const scope = group.range && isGroupRange(group.range) ? unforwardableScope(group.range) : undefined
    return scope ? [{
      ...group.where,
      message: `${group.text} never leaves its link: its scope is ${scope.name} (${scope.source}), and the kernel forwards none of it`,
      seen: 'the route was accepted silently and 0 of 5 packets came through, even with TTL 255',
      fix: 'choose a group that routers forward: 225.0.0.0 to 238.255.255.255 or 239.0.0.0/8, ff05::/16 or ff08::/16',
    }] : []
  }),
}

export const groupIsMulticast: Rule = {
  id: 'M02',
  name: 'groupIsMulticast',
  severity: 'error',
  check: ({routes}) => routes.flatMap(({group}): Problem[] => {
    const {range, text, where} = group
    if (!range) return [{...where, message: `${text} is neither an address nor a range`, seen: '"Invalid multicast group" in the log, and the daemon went on without the route', fix: 'write a group (225.0.0.1) or a range (225.0.0.0/24)'}]
    if (isGroupRange(range)) return []
    const all = formatPrefix(allGroups(range.address.family))
    return [{
      ...where,
      message: isMulticast(range.address) ? `${text} is larger than all of multicast, ${all}` : `${text} is not a multicast group`,
      seen: 'smcrouted says "Invalid multicast group" and goes on, or (225.0.0.0/3) says nothing',
      fix: `groups are in ${all}`,
    }]
  }),
}

export const ttl1GroupIsLifted: Rule = {
  id: 'M03',
  name: 'ttl1GroupIsLifted',
  severity: 'warning',
  check: context => context.routes.flatMap(route => {
    const known = route.group.range && knownGroup(route.group.range)
    if (!known?.oftenTtl1 || route.liftsTtl || hasTtlRule(context, route)) return []
    return [{
      ...route.group.where,
      message: `many programs send ${known.name} (${route.group.text}) with TTL 1, which no router forwards`,
      seen: '0 of 5 packets with TTL 1 came through, and no counter but Pkts in ip_mr_cache rose',
      fix: `write liftTtl: true in this route${route.group.range && isSsdp(route.group.range) ? ', or multicast: {discovery: [ssdp]} in its place' : ''}`,
    }]
  }),
}

function hasTtlRule({firewall}: RuleContext, {from, group}: CheckedRoute): boolean {
  return firewall.rules.some(({action, input, destination}) => action === 'ttl' && (input === undefined || input === from.name)
    && (!destination || destination.ranges.length === 0 || destination.ranges.some(range => group.range !== undefined && overlap(range, group.range))))
}

export const ttlThresholdCanBePassed: Rule = {
  id: 'M06',
  name: 'ttlThresholdCanBePassed',
  severity: 'warning',
  check: ({deployment, smcrouteConf}) => [
    ...deployment.routes.flatMap(({liftTtl, ttlThreshold}, index): Problem[] => liftTtl && ttlThreshold >= LIFTED_TTL ? [{
      path: ['multicast', 'routes', index, 'ttlThreshold'],
      message: `a packet whose TTL was lifted has ${LIFTED_TTL}, and ttlThreshold ${ttlThreshold} lets only more than ${ttlThreshold} pass`,
      seen: 'a threshold of 10 dropped TTL 10 and let TTL 11 pass',
      fix: `choose a ttlThreshold below ${LIFTED_TTL}, or leave liftTtl out`,
    }] : []),
    ...(smcrouteConf?.phyints ?? []).flatMap(({ttlThreshold}) => ttlThreshold && !isThreshold(ttlThreshold.value) ? [{
      place: ttlThreshold.place,
      message: ttlThreshold.value === '255' ? 'with a ttl-threshold of 255 nothing ever passes' : `a ttl-threshold of ${ttlThreshold.value} is out of range`,
      seen: '255: 0 packets; 0 and 256: a warning in the log, and 1 is used',
      fix: 'choose 1 to 254',
    }] : []),
  ],
}

const isThreshold = (value: string): boolean => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 254

export const mdnsIsNotRouted: Rule = {
  id: 'M31',
  name: 'mdnsIsNotRouted',
  severity: 'warning',
  check: ({routes}) => routes.flatMap(({group}) => group.range && isMdns(group.range) ? [{
    ...group.where,
    message: `${group.text} is mDNS, which is answered for one link at a time (RFC 6762 §11) and cannot be routed`,
    seen: '0 of 5 packets to 224.0.0.251 and ff02::fb, with the TTL lifted too',
    fix: 'leave the route out, and write multicast: {discovery: [mdns]}: a reflector does this',
  }] : []),
}

export const sourceIsUnicast: Rule = {
  id: 'N16',
  name: 'sourceIsUnicast',
  severity: 'error',
  check: ({routes}) => routes.flatMap(({source}) => source && (!source.range || isMulticast(source.range.address)) ? [{
    ...source.where,
    message: source.range ? `${source.text} is a multicast group, and nobody sends from one` : `${source.text} is neither an address nor a range`,
    fix: 'write the address of the sender, or leave source out for any sender',
  }] : []),
}

export const familiesMatch: Rule = {
  id: 'N15',
  name: 'familiesMatch',
  severity: 'error',
  check: ({routes}) => routes.flatMap(({group, source}) => source?.range && group.range && source.range.address.family !== group.range.address.family ? [{
    ...source.where,
    message: `the source ${source.text} is IPv${source.range.address.family} and the group ${group.text} is IPv${group.range.address.family}`,
    fix: 'write one route for each family',
  }] : []),
}

export const sourceSpecificGroupHasSource: Rule = {
  id: 'N28',
  name: 'sourceSpecificGroupHasSource',
  severity: 'warning',
  check: ({routes, deployment}) => routes.flatMap(({group, source, joined}) => group.range && daemonOf(deployment.daemon, group.range.address.family) === 'smcroute' && isSourceSpecific(group.range) && !source && joined ? [{
    ...group.where,
    message: `${group.text} is source-specific multicast, where a group is joined for one sender (RFC 4607 §1); a join without one is ignored by switches and routers (RFC 4604 §2.2.1)`,
    fix: 'name the sender with source, or choose a group outside 232.0.0.0/8 and ff3x::/32',
  }] : []),
}

export const rangeCanBeJoined: Rule = {
  id: 'N25',
  name: 'rangeCanBeJoined',
  severity: 'warning',
  check: ({routes, deployment}) => routes.flatMap(({group, joined}) => {
    const {range} = group
    return joined && range && daemonOf(deployment.daemon, range.address.family) === 'smcroute' && isGroupRange(range) && !isJoinable(range) ? [{
      ...group.where,
      message: `${group.text} is 2^${widthOf(range.address.family) - range.length} groups, which is more than brmc lets the router join: a switch that snoops IGMP or MLD will not send them here`,
      seen: '4096 groups (a /20) were joined; more was not tried',
      fix: 'name the groups that are used, in routes of their own',
    }] : []
  }),
}

export const groupHasNoHostBits: Rule = {
  id: 'N32',
  name: 'groupHasNoHostBits',
  severity: 'warning',
  check: ({routes}) => routes.flatMap(({group, source}) => [group, source].flatMap(part => {
    const {range} = part ?? {}
    if (!part || !range || !(range.address.bits & (1n << BigInt(widthOf(range.address.family) - range.length)) - 1n)) return []
    return [{...part.where, message: `the range does not start at ${formatAddress(range.address)}: its first ${range.length} bits make it ${rangeText(range)}`, fix: `write ${rangeText(range)}`}]
  })),
}
