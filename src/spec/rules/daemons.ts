import {SMCROUTE_CONF} from '../texts/smcroute-conf.js'
import {routesOf, type Problem, type Rule, type RuleContext} from './rule.js'
import {scriptsOf} from './scripts.js'

/** Daemons that take the kernel's one IPv4 multicast routing socket (MRT_INIT). */
const OWNERS = /(?:^|[\s/=:"'])(smcrouted|mrouted|igmpproxy|pimd|pim6sd|mcproxy|xorp_rtrmgr)(?=$|[\s"'])/

export const oneDaemonOwnsTheTable: Rule = {
  id: 'M13',
  name: 'oneDaemonOwnsTheTable',
  severity: 'error',
  check: context => {
    const own = context.deployment.daemon === 'mrouted' ? 'mrouted' : 'smcrouted'
    return [
      ...scriptsOf(context).flatMap(({place, sentence}): Problem[] => {
        const other = /^(kill(all)?|pidof|logger|echo|printf)\b/.test(sentence) ? undefined : OWNERS.exec(sentence)?.[1]
        if (other === undefined || other === own || / -t ?\d/.test(sentence)) return []
        return [{
          place,
          message: `this starts ${other}, and ${own} already owns the kernel's multicast routing table`,
          seen: 'the second daemon got "Address already in use"; a second smcrouted stayed up with status 0 and lost its IPv6 routes too',
          fix: `run one of the two, or give ${other} a table of its own (-t 4, and ip mrule add from all lookup 4 pref 100)`,
        }]
      }),
      ...context.smcrouteConf && own === 'mrouted' ? [{
        place: {file: fileOf(context), line: 1, column: 1},
        message: 'multicast.daemon is mrouted, which does not read smcroute.conf; started beside it, smcrouted finds the table taken',
        seen: '"IPv4 multicast routing API already in use: Address already in use", and the daemon stayed up with status 0',
        fix: 'choose multicast.daemon: smcroute, or remove this file',
      }] : [],
    ]
  },
}

const fileOf = ({texts}: RuleContext): string => texts.find(({path}) => path === SMCROUTE_CONF)?.file ?? SMCROUTE_CONF

export const tableHasRule: Rule = {
  id: 'M14',
  name: 'tableHasRule',
  severity: 'error',
  check: context => {
    const commands = scriptsOf(context)
    return commands.flatMap(({place, sentence}) => {
      const table = /\b(?:smcrouted|mrouted|(?:SM|M)\w*(?:ARGS|OPTS)\w*=?)\b.* ?-t ?(\d+)/.exec(sentence)?.[1]
      if (table === undefined || table === '0' || commands.some(command => new RegExp(`\\bmrule add\\b.*\\b(lookup|table) ${table}\\b`).test(command.sentence))) return []
      return [{
        place,
        message: `routes go to table ${table}, and nothing makes the kernel look there`,
        seen: '0 of 5 packets, and no message',
        fix: `run at boot: ip mrule add from all lookup ${table} pref 100 (for IPv6: ip -6 mrule …)`,
      }]
    })
  },
}

export const confHasNoTrailingComments: Rule = {
  id: 'M27',
  name: 'confHasNoTrailingComments',
  severity: 'warning',
  check: ({smcrouteConf}) => [
    ...(smcrouteConf?.trailingComments ?? []).map(place => ({
      place,
      message: 'in smcroute.conf a comment has a line of its own: these words are taken as names of interfaces',
      seen: 'a warning in the log for each word',
      fix: 'move the comment to the line above',
    })),
    ...(smcrouteConf?.unreadable ?? []).map(place => ({
      place,
      severity: 'error' as const,
      message: 'smcrouted does not understand this line',
      seen: '"Parse error" in the log without a line number; the daemon went on without the route, status 0',
      fix: 'lines are: mgroup from IF [source S] group G; mroute from IF [source S] group G to IF…; phyint IF enable|disable',
    })),
  ],
}

export const daemonIsRestartedNotReloaded: Rule = {
  id: 'M28',
  name: 'daemonIsRestartedNotReloaded',
  severity: 'warning',
  check: context => scriptsOf(context)
    .filter(({sentence}) => /\bkill(all)? (-s )?-?(SIG)?(HUP|1)\b.*smcroute/.test(sentence) || /\b(smcroutectl|S\d\dsmcroute) reload\b/.test(sentence))
    .map(({place}) => ({
      place,
      message: 'smcrouted before 2.6 does not take an interface away from a route when it reloads',
      seen: 'usb0 still got 5 of 5 packets after it was deleted from the file',
      fix: 'restart the daemon instead',
    })),
}

export const mroutedStartsAtOnce: Rule = {
  id: 'M29',
  name: 'mroutedStartsAtOnce',
  severity: 'warning',
  check: context => scriptsOf(context).flatMap(({place, sentence, path}): Problem[] => {
    if (!/mrouted/i.test(`${path} ${sentence}`)) return []
    return [
      .../(^|[\s"'=])-w ?[1-9]/.test(sentence) ? [{
        place,
        message: 'with -w mrouted waits that many seconds before it routes',
        seen: '-w 4: the first packet after 4 s; -w 30, as in Buildroot: 30 s of nothing after boot',
        fix: 'write -w 0',
      }] : [],
      .../(^|[\s"'=])\/sbin\/mrouted\b/.test(sentence) ? [{
        place,
        message: 'Buildroot installs mrouted as /usr/sbin/mrouted',
        seen: "start-stop-daemon: can't execute '/sbin/mrouted': No such file or directory",
        fix: 'write /usr/sbin/mrouted',
      }] : [],
    ]
  }),
}

export const mroutedRoutesIPv4: Rule = {
  id: 'M30',
  name: 'mroutedRoutesIPv4',
  severity: 'warning',
  check: ({deployment, routes}) => deployment.daemon === 'mrouted' ? routesOf(routes, 6).filter(({where}) => where.path).map(({group}) => ({
    ...group.where,
    message: `${group.text} is IPv6, and mrouted routes IPv4 alone: this route does nothing`,
    seen: 'mrouted has no IPv6 (DVMRP, RFC 1075)',
    fix: 'choose multicast.daemon: smcroute, or remove the route',
  })) : [],
}

export const daemonIsSupervised: Rule = {
  id: 'M34',
  name: 'daemonIsSupervised',
  severity: 'warning',
  check: ({deployment, texts}) => {
    const own = deployment.daemon === 'mrouted' ? 'mrouted' : 'smcroute'
    const inittab = texts.find(({path}) => path === 'etc/inittab')
    return inittab && !new RegExp(`^[^#\\n]*:respawn:.*${own}`, 'm').test(inittab.text) ? [{
      place: {file: inittab.file, line: 1, column: 1},
      message: `this takes the place of brmc's inittab, and nothing in it starts ${own} again when it ends`,
      seen: 'after SIGKILL all routes were gone at once: 0 of 5 packets',
      fix: `add a respawn line that runs ${own} in the foreground (-n), or remove the file from the overlay`,
    }] : []
  },
}

export const healthCheckIsNoPing: Rule = {
  id: 'M35',
  name: 'healthCheckIsNoPing',
  severity: 'warning',
  check: context => scriptsOf(context).flatMap(({place, words, sentence}) => {
    const group = /^(\S*\/)?ping6?$/.test(words.find(({text}) => !/^(if|while|until|!|timeout|sudo|\d+)$/.test(text))?.text ?? '')
      ? words.find(({text}) => /^(22[4-9]|23\d)\.\d+\.\d+\.\d+$|^ff[0-9a-f]{2}:/i.test(text))?.text
      : undefined
    return group === undefined || sentence.startsWith('#') ? [] : [{
      place,
      message: `a ping of ${group} is answered by the router itself, whether it routes or not`,
      seen: 'with no receiver at all, the router replied',
      fix: 'send UDP to the group and count what arrives (brmc test), or look at Pkts in /proc/net/ip_mr_cache',
    }]
  }),
}

export const baseHasDaemon: Rule = {
  id: 'N17',
  name: 'baseHasDaemon',
  severity: 'error',
  check: ({deployment}) => deployment.base === 'debian' && deployment.daemon === 'mrouted' ? [{
    path: ['multicast', 'daemon'],
    message: 'Debian has no package mrouted, so the base debian cannot run it',
    fix: 'choose base: buildroot, or multicast.daemon: smcroute',
  }] : [],
}

export const mroutedDecidesByIgmp: Rule = {
  id: 'N18',
  name: 'mroutedDecidesByIgmp',
  severity: 'warning',
  check: ({deployment}) => deployment.daemon !== 'mrouted' ? [] : deployment.routes.flatMap(({family, group, source, ttlThreshold}, index): Problem[] => {
    if (family === 6) return []
    const lost = [...group.length < 32 ? ['the range'] : [], ...source ? ['the source'] : [], ...ttlThreshold > 1 ? ['ttlThreshold'] : []]
    return [{
      path: ['multicast', 'routes', index],
      message: 'with mrouted receivers decide by IGMP what is routed; a route only makes its interfaces receive the group always (static-group), wherever it comes from'
        + (lost.length === 0 ? '' : `, and ${lost.join(' and ')} ${lost.length === 1 ? 'has' : 'have'} no effect`),
      seen: '"phyint usb0 static-group G" forwarded without any IGMP from the receiver',
      fix: 'leave the route out, or choose multicast.daemon: smcroute',
    }]
  }),
}
