import type {Family, Prefix} from '../../network/address.js'
import type {Deployment} from '../deployment.js'
import type {SecretUse} from '../fill-secrets.js'
import type {Place, Severity, SpecPath} from '../finding.js'
import type {ParsedMeta} from '../overlay-meta/parse.js'
import type {OverlayKind, OverlayMetaText, OverlayText} from '../project-text.js'
import type {Spec} from '../schema.js'
import type {Firewall} from '../texts/firewall.js'
import type {SmcrouteConf} from '../texts/smcroute-conf.js'
import type {SysctlSetting} from '../texts/sysctl-conf.js'
import type {LaidLayers} from './laid-layers.js'

/** What a rule looks at: one deployment, and what was read from the text files its overlays put into the root. */
export interface RuleContext {
  deployment: Deployment
  /** The same before its texts were read, for what is asked of the text itself. */
  spec: Spec
  /** Routes of the spec, then those of an overlay's smcroute.conf. */
  routes: readonly CheckedRoute[]
  /** An overlay's own etc/smcroute.conf. */
  smcrouteConf?: SmcrouteConf
  /** Kernel settings of the spec, then of sysctl.conf files, in the order they take effect. */
  sysctl: readonly SysctlSetting[]
  /** Rules of iptables and nft in overlays. */
  firewall: Firewall
  /** Text files of this deployment's overlays, templates rendered; of two with the same path the one that wins. */
  texts: readonly OverlayText[]
  /** Templates of its overlays that cannot be rendered. */
  unrendered: readonly {template: OverlayText, line: number, problem: string}[]
  /** What is declared of this deployment's overlays. */
  metas: readonly (OverlayMetaText & {parsed: ParsedMeta})[]
  /** Files that were meant to be such. */
  misplacedMetas: readonly OverlayMetaText[]
  /** Kernel fragments of the project. */
  fragments: readonly OverlayText[]
  overlays: Readonly<Record<string, OverlayKind>>
  /** Where values are secrets. */
  secrets: readonly SecretUse[]
  /** What the layers of the root come to; absent where nobody has laid them. */
  laid?: LaidLayers
}

/** All that rules of layers look at: composing knows no more. */
export type LaidContext = Pick<RuleContext, 'deployment' | 'laid'>

/** Either a path in the spec or a place in a text file. */
export type Where = {path: SpecPath, at?: 'key' | 'value', place?: never} | {place: Place, path?: never, at?: never}

/** A multicast route, from wherever it came. */
export interface CheckedRoute {
  where: Where
  text: string
  group: {where: Where, text: string, range?: Prefix}
  source?: {where: Where, text: string, range?: Prefix}
  from: {where: Where, name: string}
  to: readonly {where: Where, name: string}[]
  /** Does the router join the group on `from`? */
  joined: boolean
  /** Is a TTL of 1 raised, as far as the spec says? */
  liftsTtl: boolean
}

/** One place where a rule is broken. */
export type Problem = Where & {
  message: string
  seen?: string
  fix: string
  /** Where it is less sure than the rule's own. */
  severity?: Severity
}

export interface Rule<Context = RuleContext> {
  /** M01 to M36 were seen to fail with the real daemons; N01 and on follow from standards and from how the parts work. */
  id: string
  name: string
  severity: Severity
  check: (context: Context) => Problem[]
}

/** Routes of one family; a group that is no address belongs to none. */
export const routesOf = (routes: readonly CheckedRoute[], family: Family): CheckedRoute[] =>
  routes.filter(({group}) => group.range?.address.family === family)

/** Every pair (earlier, later) of a list that `fits`. */
export function pairs<T>(items: readonly T[], fits: (one: T, other: T) => boolean): [T, T][] {
  const found: [T, T][] = []
  for (const [index, one] of items.entries()) {
    for (let later = index + 1; later < items.length; later += 1) {
      const other = items[later] as T
      if (fits(one, other)) found.push([one, other])
    }
  }

  return found
}
