import {checkSchema} from './check-schema.js'
import type {Finding} from './finding.js'
import type {MergedSpec} from './merge.js'
import type {ProjectText} from './project-text.js'
import {resolveDeployment} from './resolve.js'
import {ruleContext} from './rules/context.js'
import {rules} from './rules/index.js'
import type {Spec} from './schema.js'

export interface CheckedDeployment {
  merged: MergedSpec
  /** Absent where the schema does not let it through. */
  spec?: Spec
  findings: Finding[]
}

/** One deployment, from whichever documents it was merged, held against the schema and every rule. */
export function checkDeployment(name: string, merged: MergedSpec, project: Pick<ProjectText, 'texts' | 'overlays'>): CheckedDeployment {
  const {spec, problems} = checkSchema(merged.value)
  if (!spec) {
    return {merged, findings: problems.map(({rule, path, at, message, fix}) => ({rule, severity: 'error', ...merged.placeOf(path, at), path, message, fix}))}
  }

  const context = ruleContext(resolveDeployment(spec, name), spec, project)
  const findings = rules.flatMap(({id, severity, check}) => check(context).map((problem): Finding => ({
    rule: id,
    severity: problem.severity ?? severity,
    ...problem.place ?? merged.placeOf(problem.path, problem.at),
    path: problem.path ?? [],
    message: problem.message,
    ...problem.seen === undefined ? {} : {seen: problem.seen},
    fix: problem.fix,
  })))
  return {merged, spec, findings}
}
