import {programOf, routesBeside, type DaemonName} from '../../multicast/daemons.js'
import {SMCROUTE_CONF} from '../texts/smcroute-conf.js'
import {type Problem, type Rule, type RuleContext} from './rule.js'
import {scriptsOf} from './scripts.js'

/** Daemons that take the kernel's one IPv4 multicast routing socket (MRT_INIT). */
const OWNERS = ['smcrouted', 'mrouted', 'igmpproxy', 'pimd', 'pim6sd', 'mcproxy']

/** What brmc itself starts the daemon with; an overlay that replaces both starts it in its own way. */
const OWN_STARTERS = ['etc/inittab', 'usr/libexec/brmc/multicast-daemon']

/** The file by which /usr/libexec/brmc/multicast-daemon knows what to run, mrouted before igmpproxy before smcroute. */
const CONFS: Readonly<Record<DaemonName, string>> = {mrouted: 'etc/mrouted.conf', igmpproxy: 'etc/igmpproxy.conf', smcroute: SMCROUTE_CONF}

export const oneDaemonOwnsTheTable: Rule = {
  id: 'M13',
  name: 'oneDaemonOwnsTheTable',
  severity: 'error',
  check: context => {
    const own = programOf(context.deployment.daemon)
    const replaced = context.texts.some(({path}) => OWN_STARTERS.includes(path))
    return [
      ...scriptsOf(context).flatMap(({place, sentence}): Problem[] => {
        const started = startedDaemon(sentence)
        if (started === undefined || started === own && replaced || / -t ?\d/.test(sentence)) return []
        return [{
          place,
          message: started === own
            ? `init already runs ${own}, and this starts a second one`
            : `this starts ${started}, and ${own} already owns the kernel's multicast routing table`,
          seen: 'the second daemon got "Address already in use"; a second smcrouted stayed up with status 0 and lost its IPv6 routes too',
          fix: started === own ? 'remove it: init starts the daemon again when it ends' : `run one of the two, or give ${started} a table of its own (-t 4, and ip mrule add from all lookup 4 pref 100)`,
        }]
      }),
      ...confOfOther(context),
    ]
  },
}

/** The daemon that a command starts, by itself or through start-stop-daemon or a line of inittab. */
function startedDaemon(sentence: string): string | undefined {
  const [program = '', ...rest] = sentence.replace(/^[^:\s]*:[^:\s]*:\w+:-?/, '').replace(/^((exec|nohup|setsid|sudo|then|else|do|!|\w+=\S*) )+/, '').split(' ')
  const name = (path: string): string => path.replace(/^.*\//, '')
  if (name(program) !== 'start-stop-daemon') return OWNERS.find(owner => owner === name(program))
  return rest.some(word => /^(-\w*S\w*|--start)$/.test(word)) ? OWNERS.find(owner => rest.some(word => name(word) === owner)) : undefined
}

/** What /usr/libexec/brmc/multicast-daemon runs depends on the files there are. */
function confOfOther({texts, deployment}: RuleContext): Problem[] {
  const {daemon} = deployment
  const own = programOf(daemon)
  const order = Object.keys(CONFS) as DaemonName[]
  return order.filter(other => other !== daemon).flatMap((other): Problem[] => {
    const conf = texts.find(({path}) => path === CONFS[other])
    if (!conf || other === 'smcroute' && routesBeside(deployment)) return []
    const place = {file: conf.file, line: 1, column: 1}
    return [order.indexOf(other) > order.indexOf(daemon) ? {
      place,
      severity: 'warning',
      message: `multicast.daemon is ${daemon}, which does not read ${CONFS[other].slice(4)}: this file has no effect`,
      fix: `choose multicast.daemon: ${other}, or remove this file`,
    } : {
      place,
      message: `with this file the router runs ${programOf(other)}, and ${own} as brmc.yaml says not at all: there is one routing table`,
      fix: `choose multicast.daemon: ${other}, or remove this file`,
    }]
  })
}

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
  check: ({deployment, texts}) => {
    const starter = texts.find(({path}) => path === 'usr/libexec/brmc/multicast-daemon')
    return routesBeside(deployment) && starter && !/mrule/.test(starter.text) ? [{
      place: {file: starter.file, line: 1, column: 1},
      message: `${deployment.daemon} routes IPv4 alone, and this takes the place of the script that runs smcroute for the IPv6 routes beside it`,
      seen: `${deployment.daemon} has no IPv6 (${deployment.daemon === 'mrouted' ? 'DVMRP, RFC 1075' : 'IGMP, RFC 4605'})`,
      fix: 'run smcrouted -t 5 in it too, with: ip -6 mrule add from all lookup 5 pref 100; or remove the file from the overlay',
    }] : []
  },
}

export const daemonIsSupervised: Rule = {
  id: 'M34',
  name: 'daemonIsSupervised',
  severity: 'warning',
  check: ({deployment, texts}) => {
    const own = deployment.daemon
    const inittab = texts.find(({path}) => path === 'etc/inittab')
    return inittab && !new RegExp(`^[^#\\n]*:respawn:.*(${own}|multicast-daemon)`, 'm').test(inittab.text) ? [{
      place: {file: inittab.file, line: 1, column: 1},
      message: `this takes the place of brmc's inittab, and nothing in it starts ${own} again when it ends`,
      seen: 'after SIGKILL all routes were gone at once: 0 of 5 packets',
      fix: 'add ::respawn:/usr/libexec/brmc/multicast-daemon, or remove the file from the overlay',
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
    fix: 'choose base: buildroot, or multicast.daemon: igmpproxy (receivers decide) or smcroute (fixed routes)',
  }] : [],
}

export const mroutedDecidesByIgmp: Rule = {
  id: 'N18',
  name: 'mroutedDecidesByIgmp',
  severity: 'warning',
  check: ({deployment}) => deployment.daemon !== 'mrouted' ? [] : deployment.routes.flatMap(({family, liftTtl, ttlThreshold}, index): Problem[] =>
    family === 6 || liftTtl || ttlThreshold > 1 ? [] : [{
      path: ['multicast', 'routes', index],
      message: 'with mrouted receivers decide by IGMP what is routed, and of a route only liftTtl and ttlThreshold count: this one has no effect',
      seen: 'with its default configuration mrouted routed a group 8 to 21 ms after a receiver joined it, and no other',
      fix: 'leave the route out, or choose multicast.daemon: smcroute',
    }]),
}
