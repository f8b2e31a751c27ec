import {contains, formatRange, networkOf, type Prefix} from '../../network/address.js'
import {globalSysctls, interfaceSysctls} from '../../network/sysctl.js'
import type {Deployment} from '../deployment.js'
import {isKernelFragment, type ProjectText} from '../project-text.js'
import type {Spec} from '../schema.js'
import type {Firewall} from '../texts/firewall.js'
import {parseIptables} from '../texts/iptables.js'
import {parseNftables} from '../texts/nftables.js'
import {parseSmcrouteConf, SMCROUTE_CONF, type SmcrouteConf} from '../texts/smcroute-conf.js'
import {isSysctlFile, parseSysctlConf, SYSCTL_CONF, type SysctlSetting} from '../texts/sysctl-conf.js'
import type {CheckedRoute, RuleContext} from './rule.js'

/** Reads once what several rules look at. */
export function ruleContext(deployment: Deployment, spec: Spec, project: Pick<ProjectText, 'texts' | 'overlays'>): RuleContext {
  const texts = winningTexts(deployment, project.texts)
  const conf = texts.find(({path}) => path === SMCROUTE_CONF)
  const smcrouteConf = conf && parseSmcrouteConf(conf)
  return {
    deployment,
    spec,
    routes: [...specRoutes(deployment), ...smcrouteConf ? confRoutes(smcrouteConf) : []],
    ...smcrouteConf ? {smcrouteConf} : {},
    sysctl: sysctlSettings(deployment, spec, texts),
    firewall: firewallOf(texts),
    texts,
    fragments: project.texts.filter(({file}) => isKernelFragment(file)),
    overlays: project.overlays,
  }
}

/** Files of the deployment's overlays, later ones hiding earlier ones of the same path. */
function winningTexts({overlays}: Deployment, all: ProjectText['texts']): ProjectText['texts'] {
  const winning = new Map(overlays.flatMap(overlay => all.filter(text => text.overlay === overlay)).map(text => [text.path, text]))
  return [...winning.values()].sort((one, other) => one.path < other.path ? -1 : 1)
}

/** Where brmc's own settings and those of the spec stand: S02sysctl reads etc/sysctl.d in the order of the names. */
const OWN_SYSCTL_FILE = 'etc/sysctl.d/brmc.conf'

/** In the order in which the router makes them; a file's setting that one of brmc's own follows is left out, for it has no effect. */
function sysctlSettings(deployment: Deployment, spec: Spec, texts: RuleContext['texts']): SysctlSetting[] {
  const files = texts.filter(({path}) => isSysctlFile(path))
  const ofInterfaces = new Set(deployment.interfaces.flatMap(one => interfaceSysctls(one, deployment)).map(({path}) => dotted(path)))
  const own = new Set(globalSysctls(deployment).map(({path}) => dotted(path)))
  const settings = (isWanted: (path: string) => boolean): SysctlSetting[] => files.filter(({path}) => isWanted(path)).flatMap(text => parseSysctlConf(text))
  return [
    ...settings(path => path < OWN_SYSCTL_FILE || path === SYSCTL_CONF).filter(({name}) => !own.has(name)),
    ...Object.entries(spec.system.sysctl).map(([name, value]) => ({name: dotted(name), value: String(value), path: ['system', 'sysctl', name]})),
    ...settings(path => path >= OWN_SYSCTL_FILE && path !== SYSCTL_CONF),
  ].filter(({name, path}) => path !== undefined || !ofInterfaces.has(name))
}

const dotted = (name: string): string => name.replaceAll('/', '.')

function firewallOf(texts: RuleContext['texts']): Firewall {
  const all = texts.flatMap(text => [
    ...(/ip6?tables|^\*(filter|nat|mangle|raw)\s*$/im.test(text.text) ? [parseIptables(text)] : []),
    ...(/^\s*(add\s+)?table\s+(ip|ip6|inet)\s/m.test(text.text) ? [parseNftables(text)] : []),
  ])
  return {rules: all.flatMap(({rules}) => rules), policies: all.flatMap(({policies}) => policies)}
}

function specRoutes({routes}: Deployment): CheckedRoute[] {
  return routes.map(({group, source, from, to, join, liftTtl}, index) => {
    const path = ['multicast', 'routes', index]
    return {
      where: {path},
      text: `the route of ${rangeText(group)} from ${from}`,
      group: {where: {path: [...path, 'group']}, text: rangeText(group), range: group},
      ...source ? {source: {where: {path: [...path, 'source']}, text: rangeText(source), range: source}} : {},
      from: {where: {path: [...path, 'from']}, name: from},
      to: to.map((name, position) => ({where: {path: [...path, 'to', position]}, name})),
      joined: join,
      liftsTtl: liftTtl,
    }
  })
}

function confRoutes({routes}: SmcrouteConf): CheckedRoute[] {
  const mgroups = routes.filter(({kind, group}) => kind === 'mgroup' && group?.range)
  const isJoined = (from: string, range?: Prefix): boolean => range !== undefined
    && mgroups.some(mgroup => mgroup.from === from && mgroup.group?.range !== undefined && contains(mgroup.group.range, range.address))
  return routes.filter(({kind, group}) => kind === 'mroute' && group).map(({place, from, group, source, to}) => ({
    where: {place},
    text: `the mroute of ${group?.text ?? ''} from ${from}`,
    group: {where: {place: group?.place ?? place}, text: group?.text ?? '', ...group?.range ? {range: group.range} : {}},
    ...source ? {source: {where: {place: source.place}, text: source.text, ...source.range ? {range: source.range} : {}}} : {},
    from: {where: {place}, name: from},
    to: to.map(({name, place: at}) => ({where: {place: at}, name})),
    joined: isJoined(from, group?.range),
    liftsTtl: false,
  }))
}

/** From its first address on, whatever was written. */
export function rangeText(range: Prefix): string {
  return formatRange({...range, address: networkOf(range)})
}
