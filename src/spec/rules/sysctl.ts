import {contains} from '../../network/address.js'
import {SYSCTL_CONF, type SysctlSetting} from '../texts/sysctl-conf.js'
import {routesOf, type CheckedRoute, type Problem, type Rule, type RuleContext, type Where} from './rule.js'

export const senderPassesReversePathFilter: Rule = {
  id: 'M22',
  name: 'senderPassesReversePathFilter',
  severity: 'error',
  check: context => routesOf(context.routes, 4).flatMap(route => reversePathProblem(context, route)),
}

/** net.ipv4.conf.all and the interface's own: the larger counts (Documentation/networking/ip-sysctl.rst). */
function reversePathProblem({sysctl, deployment}: RuleContext, {from, source, text}: CheckedRoute): Problem[] {
  const settings = [effective(sysctl, 'net.ipv4.conf.all.rp_filter'), effective(sysctl, `net.ipv4.conf.${from.name}.rp_filter`)]
    .flatMap(setting => setting ? [setting] : [])
    .sort((one, other) => Number(other.value) - Number(one.value))
  const [setting] = settings
  const iface = deployment.interfaces.find(({name}) => name === from.name)
  if (!setting || Number(setting.value) === 0 || !iface) return []
  const foreign = source?.range && !iface.dhcp && !iface.addresses.some(prefix => source.range && contains(prefix, source.range.address))
  const hasDefaultRoute = deployment.interfaces.some(({dhcp, gateways}) => dhcp || gateways.some(({family}) => family === 4))
  const seen = '0 of 5 packets from a sender in another subnet, and only IPReversePathFilter in /proc/net/netstat counts them'
  if (Number(setting.value) === 2) {
    return foreign && !hasDefaultRoute ? [{
      ...whereOf(setting),
      message: `rp_filter=2 drops packets of a sender to whom there is no route, and there is none to ${source.text} (${text})`,
      seen,
      fix: 'give an interface a gateway, or set rp_filter to 0',
    }] : []
  }

  if (!foreign && source) return []
  return [{
    ...whereOf(setting),
    ...foreign ? {} : {severity: 'warning' as const},
    message: foreign
      ? `rp_filter=1 drops what ${source.text} sends: it is not in the subnet of ${from.name} (${text})`
      : `rp_filter=1 drops multicast of every sender that is not in the subnet of ${from.name} (${text})`,
    seen,
    fix: `set net.ipv4.conf.all.rp_filter and net.ipv4.conf.${from.name}.rp_filter to 0, as brmc does`,
  }]
}

export const repliesAreForwarded: Rule = {
  id: 'M23',
  name: 'repliesAreForwarded',
  severity: 'warning',
  check: ({sysctl, routes, deployment}) => {
    const off = [
      ...deployment.nat.length > 0 || routesOf(routes, 4).length > 0 ? ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'] : [],
      ...routesOf(routes, 6).length > 0 ? ['net.ipv6.conf.all.forwarding'] : [],
    ]
    return off.map(name => effective(sysctl, name)).flatMap(setting => setting?.value === '0' ? [{
      ...whereOf(setting),
      message: `${setting.name}=0: multicast is still routed, but no unicast, so answers do not come back`,
      seen: 'multicast 5 of 5, a ping of the group unanswered',
      fix: 'remove the setting: brmc turns forwarding on',
    }] : [])
  },
}

export const ipv6IsEnabledOnRoute: Rule = {
  id: 'M24',
  name: 'ipv6IsEnabledOnRoute',
  severity: 'error',
  check: ({sysctl, routes}) => ['all', 'default', ...new Set(routesOf(routes, 6).map(({from}) => from.name))].flatMap(name => {
    const setting = effective(sysctl, `net.ipv6.conf.${name}.disable_ipv6`)
    const [route] = routesOf(routes, 6)
    return setting?.value === '1' && route ? [{
      ...whereOf(setting),
      message: `IPv6 is off on ${name === 'all' || name === 'default' ? 'every interface' : name}, and ${route.text} needs it`,
      seen: '0 of 5 packets, and no message of smcroute',
      fix: 'remove the setting, or the IPv6 routes',
    }] : []
  }),
}

export const forwardingFlagIsNotSet: Rule = {
  id: 'M26',
  name: 'forwardingFlagIsNotSet',
  severity: 'error',
  check: ({sysctl}) => sysctl.filter(({name}) => name.endsWith('.mc_forwarding')).map(setting => ({
    ...whereOf(setting),
    message: `${setting.name} can only be read: it shows whether a multicast routing daemon runs`,
    seen: '"Permission denied"',
    fix: 'remove it; it becomes 1 when the daemon starts',
  })),
}

export const settingsAgree: Rule = {
  id: 'N31',
  name: 'settingsAgree',
  severity: 'warning',
  check: ({sysctl, deployment}) => {
    const setting = effective(sysctl, 'net.ipv4.icmp_echo_ignore_broadcasts')
    return setting && deployment.answerPing && setting.value !== '0' ? [{
      ...whereOf(setting),
      message: `${setting.name}=${setting.value} contradicts multicast.answerPing: true`,
      fix: 'write answerPing: false, or remove the setting',
    }] : []
  },
}

export const sysctlConfIsRead: Rule = {
  id: 'N37',
  name: 'sysctlConfIsRead',
  severity: 'warning',
  check: ({texts}) => texts.filter(({path}) => path === SYSCTL_CONF).map(({file}) => ({
    place: {file, line: 1, column: 1},
    message: 'the router reads etc/sysctl.d/*.conf, and not etc/sysctl.conf',
    fix: 'move it to etc/sysctl.d/site.conf, or write its settings in system.sysctl',
  })),
}

/** The last one set. */
const effective = (sysctl: readonly SysctlSetting[], name: string): SysctlSetting | undefined => sysctl.findLast(setting => setting.name === name)

const whereOf = ({place, path}: SysctlSetting): Where => place ? {place} : {path: path ?? []}
