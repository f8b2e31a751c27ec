import {daemonOf} from '../../multicast/daemons.js'
import {contains, overlap} from '../../network/address.js'
import {pairs, type CheckedRoute, type Problem, type Rule} from './rule.js'

/** Reloads take 0.18 s for 1000 routes with a source and 4.7 s for 5000: the daemon's work grows with the square. */
const MOST_SOURCE_ROUTES = 1000

export const groupIsJoined: Rule = {
  id: 'M07',
  name: 'groupIsJoined',
  severity: 'warning',
  check: ({routes, deployment}) => routes.flatMap(({from, where, joined, text, group}) => {
    // Between an access point and its stations there is no switch that could hold packets back.
    const wireless = deployment.interfaces.some(({name, accessPoint}) => name === from.name && accessPoint)
    if (joined || wireless || daemonOf(deployment.daemon, group.range?.address.family ?? 4) !== 'smcroute') return []
    return [{
      ...where.path ? {path: [...where.path, 'join']} : where,
      message: `the router does not join the group of ${text}, so a switch that snoops IGMP or MLD does not send it here`,
      seen: '0 of 5 packets behind a switch with snooping and a querier; it floods at first, so it works for some seconds',
      fix: where.path ? 'leave join out (it is true by default)' : 'add a line mgroup from … group … before it',
    }]
  }),
}

export const routeDoesNotLoop: Rule = {
  id: 'M09',
  name: 'routeDoesNotLoop',
  severity: 'error',
  check: ({routes}) => routes.flatMap(({from, to}) => to.filter(({name}) => name === from.name).map(({where, name}) => ({
    ...where,
    message: `packets from ${name} would be sent back to ${name}`,
    seen: '"may cause routing loops" in the log, and the route was installed all the same',
    fix: `remove ${name} from to`,
  }))),
}

export const rangesDoNotOverlap: Rule = {
  id: 'M15',
  name: 'rangesDoNotOverlap',
  severity: 'warning',
  // brmc writes the routes of the spec in an order, and with interfaces, that make each of them count.
  check: ({routes}) => pairs(routes.filter(({source, where}) => !source && where.place), (one, other) =>
    one.from.name === other.from.name && overlapping(one, other) && !sameGroup(one, other)).map(([one, other]) => ({
    ...other.group.where,
    message: `${other.group.text} overlaps ${one.group.text} of an earlier route from ${one.from.name}, and only the first that fits counts`,
    seen: '225.0.0.0/24 to usb0 hid a later 225.0.0.3 to eth0',
    fix: 'put the smaller range first and name all its interfaces in it, or make the ranges disjoint',
  })),
}

export const sourceRouteNamesAllInterfaces: Rule = {
  id: 'M16',
  name: 'sourceRouteNamesAllInterfaces',
  severity: 'warning',
  check: ({routes}) => routes.filter(({source, where}) => source && where.place).flatMap(specific => {
    const general = routes.find(route => route.where.place && !route.source && route.from.name === specific.from.name && overlapping(route, specific))
    const missing = general?.to.filter(({name}) => !specific.to.some(oif => oif.name === name)).map(({name}) => name) ?? []
    return general && missing.length > 0 ? [{
      ...specific.group.where,
      message: `packets of ${specific.source?.text ?? ''} take this route alone, and do not reach ${missing.join(', ')} as ${general.group.text} says`,
      seen: 'a route with a source is not merged with the range: packets left by its interfaces only',
      fix: `add ${missing.join(', ')} to this route, if its packets should go there too`,
    }] : []
  }),
}

export const fewSourceRoutes: Rule = {
  id: 'M33',
  name: 'fewSourceRoutes',
  severity: 'warning',
  check: ({routes}) => {
    const withSource = routes.filter(({source}) => source)
    const beyond = withSource[MOST_SOURCE_ROUTES]
    return beyond ? [{
      ...beyond.where,
      message: `${withSource.length} routes name a source; the time to load them grows with the square of their number`,
      seen: '1.1 s to start and 4.7 s to reload with 5000',
      fix: 'use ranges: 225.0.0.0/24 instead of 256 groups, 10.1.0.0/24 instead of 254 senders',
    }] : []
  },
}

export const senderIsOnOneInterface: Rule = {
  id: 'M36',
  name: 'senderIsOnOneInterface',
  severity: 'warning',
  check: ({routes}) => pairs(routes.filter(({source}) => source), (one, other) =>
    one.from.name !== other.from.name && overlapping(one, other)
    && one.source?.range !== undefined && other.source?.range !== undefined && overlap(one.source.range, other.source.range))
    .map(([one, other]) => ({
      ...other.from.where,
      message: `packets of ${other.source?.text ?? ''} to ${other.group.text} are expected on ${other.from.name} and, by an earlier route, on ${one.from.name}; the kernel holds one incoming interface for a sender and group`,
      seen: "not supported, say smcroute's authors (#143, #212): the two overwrite one another",
      fix: 'keep the route of the interface the sender is really on',
    })),
}

export const routesAreUnique: Rule = {
  id: 'N14',
  name: 'routesAreUnique',
  severity: 'warning',
  check: ({routes}) => [
    ...pairs(routes, (one, other) => one.from.name === other.from.name
      && sameGroup(one, other) && one.source?.text === other.source?.text && sameOrigin(one, other))
      .map(([, other]): Problem => ({
        ...other.where,
        message: `${other.text} stands twice; the two are merged`,
        fix: 'write one route with all interfaces in to',
      })),
    ...routes.flatMap(({to}) => to.filter(({name}, index) => to.findIndex(oif => oif.name === name) < index).map(({where, name}): Problem => ({
      ...where, message: `${name} stands twice in this route`, fix: `remove one ${name}`,
    }))),
  ],
}

const overlapping = (one: CheckedRoute, other: CheckedRoute): boolean =>
  one.group.range !== undefined && other.group.range !== undefined && overlap(one.group.range, other.group.range)

const sameGroup = (one: CheckedRoute, other: CheckedRoute): boolean => one.group.range !== undefined && other.group.range !== undefined
  && one.group.range.length === other.group.range.length && contains(one.group.range, other.group.range.address)

/** An overlay's smcroute.conf takes the place of the routes of brmc.yaml: one does not disturb the other. */
const sameOrigin = (one: CheckedRoute, other: CheckedRoute): boolean => (one.where.path === undefined) === (other.where.path === undefined)
