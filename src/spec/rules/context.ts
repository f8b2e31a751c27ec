import {contains, formatRange, networkOf, type Prefix} from '../../network/address.js'
import {globalSysctls, interfaceSysctls} from '../../network/sysctl.js'
import type {Declarations} from '../../overlay/declaration.js'
import {renderOverlayTemplate, TEMPLATE_ENDING, type TemplateValues} from '../../overlay/overlay-template.js'
import type {Deployment} from '../deployment.js'
import type {SecretUse} from '../fill-secrets.js'
import type {SpecPath} from '../finding.js'
import {parseOverlayMeta} from '../overlay-meta/parse.js'
import {AS_RENDERED, isKernelFragment, META_ENDING, type OverlayMetaText, type OverlayText, type ProjectText} from '../project-text.js'
import type {Spec} from '../schema.js'
import type {Firewall} from '../texts/firewall.js'
import {templateValues} from '../template-values.js'
import {parseIptables} from '../texts/iptables.js'
import {parseNftables} from '../texts/nftables.js'
import {parseSmcrouteConf, SMCROUTE_CONF, type SmcrouteConf} from '../texts/smcroute-conf.js'
import {isSysctlFile, parseSysctlConf, SYSCTL_CONF, type SysctlSetting} from '../texts/sysctl-conf.js'
import {declaredTexts} from './declared-texts.js'
import type {CheckedRoute, RuleContext} from './rule.js'

/** What a project has, and where the deployment's values are secrets. */
type ProjectFiles = Pick<ProjectText, 'texts' | 'overlays' | 'metas' | 'laid'> & {uses?: readonly SecretUse[]}

/** Reads once what several rules look at. */
export function ruleContext(deployment: Deployment, spec: Spec, project: ProjectFiles): RuleContext {
  const besides = (project.metas ?? []).filter(({overlay}) => deployment.overlays.includes(overlay))
  const metas = besides.filter(meta => isInPlace(meta)).map(meta => ({...meta, parsed: parseOverlayMeta(meta.text, meta.file)}))
  const declared = new Map(metas.flatMap(({overlay, parsed: {declarations}}) => declarations ? [[overlay, declarations]] : []))
  const {texts, unrendered} = winningTexts(deployment, {spec, declared}, project.texts)
  const conf = texts.find(({path}) => path === SMCROUTE_CONF)
  const smcrouteConf = conf && parseSmcrouteConf(conf)
  const laid = project.laid?.get(deployment.name)
  return {
    deployment,
    spec,
    routes: [...specRoutes(deployment, spec), ...smcrouteConf ? confRoutes(smcrouteConf) : []],
    ...smcrouteConf ? {smcrouteConf} : {},
    sysctl: sysctlSettings(deployment, spec, texts),
    firewall: firewallOf(texts),
    texts,
    unrendered,
    metas,
    misplacedMetas: besides.filter(meta => !isInPlace(meta)),
    fragments: project.texts.filter(({file}) => isKernelFragment(file)),
    overlays: project.overlays,
    secrets: project.uses ?? [],
    ...laid && {laid},
  }
}

const isInPlace = ({overlay, file}: OverlayMetaText): boolean => file === `${overlay}${META_ENDING}`

interface Said {
  spec: Spec
  /** Beside overlays, by their names. */
  declared: ReadonlyMap<string, Declarations<number | string>>
}

/** Files of the deployment's overlays as they arrive, later ones hiding earlier ones of the same path. */
function winningTexts({name, overlays}: Deployment, {spec, declared}: Said, all: ProjectText['texts']): Pick<RuleContext, 'texts' | 'unrendered'> {
  const values = templateValues(spec, name)
  const rendered = overlays.flatMap(overlay => all.filter(text => text.overlay === overlay))
    .map(text => !text.isMember && text.path.endsWith(TEMPLATE_ENDING) ? renderedText(text, values) : {text})
  const laid = declaredTexts(rendered.flatMap(({text}) => text ?? []), overlays, declared)
  const winning = new Map(laid.map(text => [text.path, text]))
  return {
    texts: [...winning.values()].sort((one, other) => one.path < other.path ? -1 : 1),
    unrendered: rendered.flatMap(({failure}) => failure ?? []),
  }
}

type RenderedText = {text: OverlayText, failure?: never} | {failure: RuleContext['unrendered'][number], text?: never}

/** Lines of what comes out are not those of the template: places in it say so. */
function renderedText(template: OverlayText, values: TemplateValues): RenderedText {
  const outcome = renderOverlayTemplate(template.text, values)
  if ('problem' in outcome) return {failure: {template, ...outcome}}
  return {text: {...template, path: template.path.slice(0, -TEMPLATE_ENDING.length), file: `${template.file}${AS_RENDERED}`, text: outcome.text}}
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

function specRoutes({routes}: Deployment, spec: Spec): CheckedRoute[] {
  return routes.map(({group, source, from, to, join, liftTtl}, index) => {
    const path = routePath(spec, index)
    const below = (key: string): SpecPath => isWritten(spec, index) ? [...path, key] : path
    return {
      where: {path},
      text: `the route of ${rangeText(group)} from ${from}`,
      group: {where: {path: below('group')}, text: rangeText(group), range: group},
      ...source ? {source: {where: {path: below('source')}, text: rangeText(source), range: source}} : {},
      from: {where: {path: isWritten(spec, index) ? [...path, 'from'] : discoveryPath(spec, 'ssdp', from)}, name: from},
      to: to.map((name, position) => ({where: {path: isWritten(spec, index) ? [...path, 'to', position] : discoveryPath(spec, 'ssdp', name)}, name})),
      joined: join,
      liftsTtl: liftTtl,
    }
  })
}

const isWritten = ({multicast: {routes}}: Spec, index: number): boolean => index < routes.length

/** Where a route of the deployment stands: those of discovery come after the written ones. */
export const routePath = (spec: Spec, index: number): SpecPath => isWritten(spec, index) ? ['multicast', 'routes', index] : discoveryPath(spec, 'ssdp')

/** Where the file asks for a kind of discovery, and the interface it names there. */
export function discoveryPath({multicast: {discovery}}: Spec, kind: 'mdns' | 'ssdp', name?: string): SpecPath {
  const path = ['multicast', 'discovery']
  if (Array.isArray(discovery)) return [...path, Math.max(0, discovery.indexOf(kind))]
  const position = name === undefined ? -1 : discovery[kind]?.indexOf(name) ?? -1
  return position < 0 || !Array.isArray(discovery[kind]) ? [...path, kind] : [...path, kind, position]
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
