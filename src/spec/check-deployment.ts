import {checkSchema} from './check-schema.js'
import {fillSecrets, startsWith, type SecretUse} from './fill-secrets.js'
import type {Finding, SpecPath} from './finding.js'
import type {MergedSpec} from './merge.js'
import type {ProjectText} from './project-text.js'
import {resolveDeployment} from './resolve.js'
import {ruleContext} from './rules/context.js'
import {rules} from './rules/index.js'
import type {Spec} from './schema.js'
import {hiding} from './secret-forms.js'
import {isSecretPath} from './secrets.js'

export interface CheckedDeployment {
  merged: MergedSpec
  /** Absent where the schema does not let it through. */
  spec?: Spec
  findings: Finding[]
  /** Where its values are secrets. */
  secrets: readonly SecretUse[]
}

/** The same of what was held against the rules before: its values alone. */
export function readDeployment(merged: MergedSpec, {secrets: known = {values: new Map<string, string>()}}: Pick<ProjectText, 'secrets'>): {spec?: Spec, secrets: readonly SecretUse[]} {
  const {value, uses: secrets, incomplete} = fillSecrets(merged, known)
  const {spec} = checkSchema(value, () => true)
  return {secrets, ...spec && !incomplete && {spec}}
}

/** One deployment, from whichever documents it was merged, held against the schema and every rule. */
export function checkDeployment(name: string, merged: MergedSpec, project: Pick<ProjectText, 'texts' | 'overlays' | 'laid' | 'secrets'>): CheckedDeployment {
  const known = project.secrets ?? {values: new Map<string, string>()}
  const {value, uses: secrets, findings: unknown, isBlind, incomplete} = fillSecrets(merged, known)
  const isSecret = (path: SpecPath): boolean => isSecretPath(path) || secrets.some(use => startsWith(path, use.path))
  const {spec, problems} = checkSchema(value, isSecret)
  if (!spec) {
    const told = problems.filter(({path}) => !isBlind(path))
    return {merged, secrets, findings: [...unknown, ...told.map(({rule, path, at, message, fix}): Finding => ({rule, severity: 'error', ...merged.placeOf(path, at), path, message, fix}))]}
  }

  if (incomplete) return {merged, secrets, findings: unknown}

  const context = ruleContext(resolveDeployment(spec, name), spec, {...project, uses: secrets})
  const hide = hiding(new Map(secrets.flatMap(({name}) => known.values.has(name) ? [[name, known.values.get(name) ?? '']] : [])))
  const findings = rules.flatMap(({id, severity, check}) => check(context).map((problem): Finding => ({
    rule: id,
    severity: problem.severity ?? severity,
    ...problem.place ?? merged.placeOf(problem.path, problem.at),
    path: problem.path ?? [],
    message: hide(problem.message),
    ...problem.seen === undefined ? {} : {seen: hide(problem.seen)},
    fix: hide(problem.fix),
  })))
  return {merged, spec, secrets, findings: [...unknown, ...findings]}
}
