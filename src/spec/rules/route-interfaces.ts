import {hint} from '../suggest.js'
import {namesInterface} from '../texts/smcroute-conf.js'
import {shellCommands} from '../texts/words.js'
import {discoveryPath} from './context.js'
import type {Problem, Rule, RuleContext, Where} from './rule.js'
import {scriptsOf} from './scripts.js'

/** MAXVIFS (linux/mroute.h), the incoming one among them. */
const MAX_INTERFACES = 32

export const routeUsesNoBridgePort: Rule = {
  id: 'M08',
  name: 'routeUsesNoBridgePort',
  severity: 'error',
  check: context => {
    const ports = bridgePorts(context)
    return context.routes.flatMap(({from, to}) => [from, ...to]).flatMap(({where, name}) => {
      const bridge = ports.get(name)
      return bridge === undefined ? [] : [{
        ...where,
        message: `${name} is a port of the bridge ${bridge.name}${bridge.file === undefined ? '' : ` (${bridge.file}:${bridge.line})`}, and packets arrive on the bridge`,
        seen: '0 of 5 packets, and no message',
        fix: `name ${bridge.name} in the route instead`,
      }]
    })
  },
}

interface Bridge {
  name: string
  /** Absent where the spec says it. */
  file?: string
  line?: number
}

/** Those of the spec, and `brctl addif br0 wlan0`, `ip link set wlan0 master br0`, `bridge_ports wlan0` under `iface br0`, hostapd's `bridge=br0`. */
function bridgePorts({deployment, texts}: RuleContext): Map<string, Bridge> {
  const ports = new Map<string, Bridge>(deployment.ports.map(({name, bridge}) => [name, {name: bridge}]))
  for (const {text, file, path} of texts) {
    let iface = ''
    for (const {line, words} of shellCommands(text)) {
      const sentence = words.map(word => word.text).join(' ')
      const added = /\bbrctl addif (\S+) (.+)$/.exec(sentence)
      const mastered = /\bip link set (?:dev )?(\S+) .*?\bmaster (\S+)/.exec(sentence)
      const declared = /^bridge[_-]ports (.+)$/.exec(sentence)
      iface = /^iface (\S+)/.exec(sentence)?.[1] ?? iface
      for (const port of added?.[2]?.split(' ') ?? []) ports.set(port, {name: added?.[1] ?? '', file, line})
      if (mastered) ports.set(mastered[1] ?? '', {name: mastered[2] ?? '', file, line})
      for (const port of declared?.[1]?.split(' ') ?? []) ports.set(port, {name: iface, file, line})
    }

    const station = /^etc\/hostapd/.test(path) ? /^interface=(\S+)/m.exec(text)?.[1] : undefined
    const bridge = /^bridge=(\S+)/m.exec(text)
    if (station !== undefined && bridge) ports.set(station, {name: bridge[1] ?? '', file, line: text.slice(0, bridge.index).split('\n').length})
  }

  return ports
}

export const routeInterfacesAreKnown: Rule = {
  id: 'M10',
  name: 'routeInterfacesAreKnown',
  severity: 'error',
  check: context => {
    const declared = context.deployment.interfaces.map(({name}) => name)
    const unknown = (where: Where, name: string): Problem[] => where.path || declared.some(known => namesInterface(name, known)) ? [] : [{
      ...where,
      message: `${name} is not an interface of this router`,
      seen: 'smcroute before 2.6 skips an interface that is not there when it starts ("not a known phyint"), and takes two SIGHUPs to notice it later',
      fix: hint(name, declared),
    }]
    const hook = context.texts.find(({path}) => path === 'usr/libexec/brmc/interface-event')
    return [
      ...context.routes.flatMap(({from, to}) => [from, ...to]).flatMap(({where, name}) => unknown(where, name)),
      ...hook && context.deployment.daemon === 'smcroute' && !/smcroute|multicast-daemon/.test(hook.text) ? [{
        place: {file: hook.file, line: 1, column: 1},
        message: 'this takes the place of the script that restarts smcrouted when an interface appears, and does not restart it',
        seen: 'an interface that came late was skipped; after one SIGHUP it still was',
        fix: 'run /usr/libexec/brmc/restart-multicast-daemon in it, or remove the file from the overlay',
      }] : [],
    ]
  },
}

export const interfacesFitTheKernel: Rule = {
  id: 'M11',
  name: 'interfacesFitTheKernel',
  severity: 'error',
  check: ({deployment, routes}) => {
    const beyond = deployment.interfaces[MAX_INTERFACES]
    return [
      ...routes.flatMap(({to}): Problem[] => {
        const last = to[MAX_INTERFACES - 1]
        return last ? [{
          ...last.where,
          message: `a route has at most ${MAX_INTERFACES - 1} outgoing interfaces, and this one has ${to.length}`,
          seen: 'smcroute up to 2.6.0 writes beyond its stack (smcroute #225)',
          fix: 'leave some out',
        }] : []
      }),
      ...beyond ? [{
        path: ['interfaces', beyond.name],
        at: 'key' as const,
        message: `the kernel routes multicast among ${MAX_INTERFACES} interfaces, and there are ${deployment.interfaces.length}`,
        seen: 'of 43 interfaces the last, usb0, got "Not enough available MIFs" and 0 of 5 packets',
        fix: 'leave some out',
      }] : [],
    ]
  },
}

export const phyintsAreEnabled: Rule = {
  id: 'M12',
  name: 'phyintsAreEnabled',
  severity: 'error',
  check: context => {
    const {smcrouteConf} = context
    if (!smcrouteConf) return []
    // /usr/libexec/brmc/multicast-daemon starts smcrouted with -N where there is a phyint line.
    const withN = smcrouteConf.phyints.length > 0
      || scriptsOf(context).some(({sentence}) => /smcroute|ARGS|OPTS/.test(sentence) && /(^|[\s"'=])-[a-zA-Z]*N\b/.test(sentence))
    if (!withN) return []
    return smcrouteConf.routes.flatMap(({kind, place, from, to}): Problem[] => {
      const names = kind === 'mgroup' ? [from] : [from, ...to.map(({name}) => name)]
      const missing = names.filter(name => !smcrouteConf.phyints.some(phyint => phyint.enabled && phyint.name === name && phyint.place.line < place.line))
      return missing.length === 0 ? [] : [{
        place,
        message: `smcrouted runs with -N, and no line "phyint ${missing[0] ?? ''} enable" stands above`,
        seen: '"not a known phyint" in the log, and 0 of 5 packets',
        fix: missing.map(name => `add "phyint ${name} enable" above`).join(', and '),
      }]
    })
  },
}

export const interfacesAreDeclared: Rule = {
  id: 'N01',
  name: 'interfacesAreDeclared',
  severity: 'error',
  check: ({deployment, routes, spec}) => {
    const declared = deployment.interfaces.map(({name}) => name)
    const used = [
      ...deployment.discovery.mdns.map(name => ({where: {path: discoveryPath(spec, 'mdns', name)}, name})),
      ...deployment.nat.flatMap(({from, to}, index) => [
        {where: {path: ['nat', index, 'from']}, name: from},
        {where: {path: ['nat', index, 'to']}, name: to},
      ]),
      ...routes.filter(({where}) => where.path).flatMap(({from, to}) => [from, ...to]),
    ]
    // A route from a port is M08's.
    const isPort = (where: Where, name: string): boolean => where.path?.[0] === 'multicast' && deployment.ports.some(port => port.name === name)
    return used.filter(({where, name}) => !declared.includes(name) && !isPort(where, name)).map(({where, name}) => ({
      ...where,
      message: `${name} is not among the interfaces`,
      seen: '"not a known phyint, skipping" in the log, and the daemon went on without the route',
      fix: `${hint(name, declared)}${declared.length === 0 ? ' it, or add it to interfaces' : ''}`,
    }))
  },
}
