import type {Routed} from './arrival.js'
import type {Expectation} from './expectation.js'
import {unroutedGroup} from './forwarding.js'
import {membership} from './memberships.js'
import {joins, type Plan} from './plan.js'

/** igmpproxy speaks upstream for the receivers downstream: it joins what one of them asks for, and nothing else. */
export function proxyExpectations(plan: Plan, routed: readonly Routed[]): Expectation[] {
  const {daemon, interfaces} = plan.deployment
  const upstream = interfaces.find(({role}) => role === 'upstream')?.name
  if (daemon !== 'igmpproxy' || upstream === undefined) return []
  const listed = plan.written.some(({family}) => family === 4)
  const unasked = unroutedGroup(plan.deployment, 4)
  return [
    ...routed.filter(({group, from}) => group.family === 4 && from === upstream).map(({group, forwarding: {to}}) => {
      const receivers = to.slice(0, 1)
      return membership(plan, {from: upstream, group, source: undefined, join: true}, joins(plan, receivers, group), ` for a receiver on ${receivers.join()}`)
    }),
    ...unasked ? [membership(plan, {from: upstream, group: unasked, source: undefined, join: false}, [], listed ? ', which is in no route' : ', which no receiver asked for')] : [],
  ]
}
