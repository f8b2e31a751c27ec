import type {Deployment} from '../deployment.js'
import type {Place, Severity, SpecPath} from '../finding.js'
import type {OverlayKind, OverlayText} from '../project-text.js'
import type {Spec} from '../schema.js'

/** What a rule looks at: one deployment, and the text files that its overlays put into the root. */
export interface RuleContext {
  deployment: Deployment
  /** The same before its texts were read, for what is asked of the text itself. */
  spec: Spec
  /** Text files of this deployment's overlays; of two with the same path the one that wins. */
  texts: readonly OverlayText[]
  /** Kernel fragments of the project. */
  fragments: readonly OverlayText[]
  overlays: Readonly<Record<string, OverlayKind>>
}

/** One place where a rule is broken: a path in the spec, or a place in a text file. */
export interface Problem {
  path?: SpecPath
  at?: 'key' | 'value'
  place?: Place
  message: string
  seen?: string
  fix: string
  /** Where it is less sure than the rule's own. */
  severity?: Severity
}

export interface Rule {
  /** M01 to M36 are measured (docs/multicast.md); N01 and on follow from standards and from how the parts work. */
  id: string
  name: string
  severity: Severity
  check: (context: RuleContext) => Problem[]
}
