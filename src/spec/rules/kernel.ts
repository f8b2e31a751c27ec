import type {Problem, Rule} from './rule.js'
import {routesOf} from './rule.js'

export const kernelRoutesMulticast: Rule = {
  id: 'M25',
  name: 'kernelRoutesMulticast',
  severity: 'error',
  check: ({fragments, routes}) => {
    const needed = ['IP_MULTICAST', 'IP_MROUTE', ...routesOf(routes, 6).length > 0 ? ['IPV6', 'IPV6_MROUTE'] : []]
    return fragments.flatMap(({file, text}) => text.split(/\r?\n/).flatMap((source, index): Problem[] => {
      const symbol = /^# CONFIG_(\w+) is not set|^CONFIG_(\w+)=n\b/.exec(source)
      const name = symbol?.[1] ?? symbol?.[2] ?? ''
      if (!needed.includes(name)) return []
      return [{
        place: {file, line: index + 1, column: 1},
        message: `the kernel is built without ${name}, which ${name.startsWith('IPV6') ? 'the IPv6 routes need' : 'multicast routing needs'}`,
        seen: name.startsWith('IPV6') ? 'smcroute 2.5.6 crashed, 2.5.7 said nothing and routed no IPv6' : '"Kernel does not even support IGMP", and the daemon stayed up and routed nothing',
        fix: `write CONFIG_${name}=y, or remove the line`,
      }]
    }))
  },
}
