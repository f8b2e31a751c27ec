import {endlessCircles} from '../../multicast/circles.js'
import {formatRange} from '../../network/address.js'
import {discoveryPath, routePath} from './context.js'
import type {Problem, Rule} from './rule.js'

const KINDS = ['mdns', 'ssdp'] as const

export const discoveryHasSides: Rule = {
  id: 'N73',
  name: 'discoveryHasSides',
  severity: 'error',
  check: ({deployment: {discovery}, spec}) => KINDS.flatMap((kind): Problem[] => {
    const names = discovery[kind]
    const [only] = names
    if (only === undefined) {
      const isAsked = Array.isArray(spec.multicast.discovery) ? spec.multicast.discovery.includes(kind) : spec.multicast.discovery[kind] !== undefined
      return isAsked ? [{path: discoveryPath(spec, kind), message: 'devices are found from one interface on another, and this names none', fix: 'name two, write all, or leave it out'}] : []
    }

    const twice = names.filter((name, index) => names.indexOf(name) < index)
    return [
      ...new Set(names).size === 1 ? [{path: discoveryPath(spec, kind), message: `devices are found from one interface on another, and there is ${only} alone`, fix: 'name another interface'}] : [],
      ...twice.map((name): Problem => ({path: discoveryPath(spec, kind), severity: 'warning', message: `${name} stands twice`, fix: `remove one ${name}`})),
    ]
  }),
}

export const searchesFitDaemon: Rule = {
  id: 'N74',
  name: 'searchesFitDaemon',
  severity: 'error',
  check: ({deployment: {discovery, daemon}, spec}) => discovery.ssdp.length > 0 && daemon === 'igmpproxy' ? [{
    path: discoveryPath(spec, 'ssdp'),
    message: 'SSDP is asked by one side and answered by the other, and igmpproxy routes from upstream to downstream alone',
    seen: '"The source address … is from downstream VIF. Ignoring": a search from downstream does not leave',
    fix: 'choose multicast.daemon: smcroute, or leave ssdp out (mdns works with any daemon)',
  }] : [],
}

export const liftedRoutesDoNotCircle: Rule = {
  id: 'N75',
  name: 'liftedRoutesDoNotCircle',
  severity: 'warning',
  check: ({deployment: {routes}, spec}) => endlessCircles(routes).flatMap((circle): Problem[] => {
    const last = Math.max(...circle)
    const way = circle.map(index => routes[index]?.from ?? '')
    const route = routes[last]
    return route ? [{
      path: routePath(spec, last),
      message: `packets of ${formatRange(route.group)} are led round (${[...way, way[0] ?? ''].join(', ')}) and a TTL of 1 is raised on the way: with a second router between these networks that does the same, what one of the two misses goes round for ever`,
      seen: 'two routers side by side, one of which missed one packet of a new sender: from then on 150,000 packets/s in both networks, without end',
      fix: 'write reversePathCheck: true in these routes (senders are then those of the interface\'s own side), or liftTtl one way only',
    }] : []
  }),
}

export const answersFindBack: Rule = {
  id: 'N76',
  name: 'answersFindBack',
  severity: 'warning',
  check: ({deployment: {discovery, nat, interfaces}, spec}) => {
    const named = (role: 'upstream' | 'downstream', kind: 'mdns' | 'ssdp') => interfaces.filter(one => one.role === role && discovery[kind].includes(one.name))
    const pairsOf = (kind: 'mdns' | 'ssdp') => named('downstream', kind).flatMap(inside => named('upstream', kind).map(outside => ({kind, inside, outside, rule: nat.find(({from, to}) => from === inside.name && to === outside.name)})))
    const unknown = KINDS.flatMap(pairsOf).filter(({rule, outside}) => !rule && outside.dhcp)
    const once = new Map(unknown.map(one => [`${one.inside.name} ${one.outside.name}`, one]))
    return [
      ...[...once.values()].map(({kind, inside, outside}): Problem => ({
        path: discoveryPath(spec, kind, outside.name),
        message: `what is found at ${outside.name} does not answer ${inside.name}: ${outside.name} is a guest there by DHCP, and nobody there knows the way to the network of ${inside.name}`,
        fix: `add nat: [{from: ${inside.name}, to: ${outside.name}, multicast: translate}], or a route to the network of ${inside.name} on the router of that network`,
      })),
      ...pairsOf('ssdp').flatMap(({inside, outside, rule}): Problem[] => rule?.multicast === 'keep' ? [{
        path: ['nat', nat.indexOf(rule)],
        message: `a search by SSDP leaves ${outside.name} with an address of ${inside.name}, to which nobody there can answer`,
        seen: 'the device heard the search and its answer went nowhere; with multicast: translate it came',
        fix: 'write multicast: translate',
      }] : []),
    ]
  },
}
