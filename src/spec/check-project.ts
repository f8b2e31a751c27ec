import {checkSchema} from './check-schema.js'
import type {Deployment} from './deployment.js'
import {sortFindings, type Finding, type Place} from './finding.js'
import {mergeSpecs, type MergedSpec} from './merge.js'
import {parseDocument, type ParsedDocument} from './parse-document.js'
import {projectKeyFindings} from './project-keys.js'
import type {ProjectText} from './project-text.js'
import {resolveDeployment} from './resolve.js'
import {ruleContext} from './rules/context.js'
import {rules} from './rules/index.js'
import type {Spec} from './schema.js'
import {maskLines} from './secrets.js'

/** Name of the deployment that the project file alone describes. */
export const DEFAULT_DEPLOYMENT = 'default'

/** A deployment's name is a host name in small letters: it becomes names of folders and files. */
const DEPLOYMENT_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** `router` is the layer all deployments share. */
const RESERVED_NAMES = [DEFAULT_DEPLOYMENT, 'router']

export interface CheckedProject {
  /** Of all files and deployments, by place. */
  findings: Finding[]
  /** Those the schema lets through, `default` first, then by name. */
  deployments: Deployment[]
  specs: {name: string, spec: Spec}[]
  /** Text of every file a finding can point into, secrets hidden: for formatFindings. */
  texts: ReadonlyMap<string, string>
}

/** Parses, merges and checks a whole project; touches nothing, throws nothing that a user could cause. */
export function checkProject(project: ProjectText): CheckedProject {
  const main = parseDocument(project.project.text, project.project.file)
  const others = project.deployments.map(({file, text}) => ({file, name: deploymentName(file), document: parseDocument(text, file)}))
  const documents = [main, ...others.map(({document}) => document)]
  const parseFindings = [
    ...documents.flatMap(({findings}) => findings),
    ...others.flatMap(({file, name, document}) => [...nameFindings(file, name), ...projectKeyFindings(document)]),
  ]
  const texts = new Map([
    ...documents.map(({file, shown}): [string, string] => [file, shown]),
    ...project.texts.map(({file, text}): [string, string] => [file, maskLines(text)]),
  ])
  if (!main.value) return {findings: sortFindings(parseFindings), deployments: [], specs: [], texts}

  const base = checkDeployment(DEFAULT_DEPLOYMENT, mergeSpecs(main), project)
  const rest = others.filter(({document, name}) => document.value && isDeploymentName(name))
    .map(({name, document}) => checkDeployment(name, mergeSpecs(main, document), project))
  // What is wrong in the project file by itself is said once, not again for each deployment that inherits it.
  const known = new Set(base.findings.map(finding => identity(finding)))
  const more = rest.flatMap(({name, findings}) => findings.filter(finding => !known.has(identity(finding)))
    .map(finding => finding.file === fileOf(documents, name) ? finding : {...finding, deployment: name}))
  const checked = [base, ...rest].flatMap(({name, spec}) => spec ? [{name, spec}] : [])
  return {
    findings: sortFindings([...parseFindings, ...base.findings, ...more]),
    deployments: checked.map(({name, spec}) => resolveDeployment(spec, name)),
    specs: checked,
    texts,
  }
}

const identity = ({rule, file, line, column, message}: Finding): string => JSON.stringify([rule, file, line, column, message])

const fileOf = (documents: readonly ParsedDocument[], name: string): string | undefined =>
  documents.find(({file}, index) => index > 0 && deploymentName(file) === name)?.file

/** `deployments/lab.yaml` → `lab`. */
const deploymentName = (file: string): string => file.replace(/^.*\//, '').replace(/\.ya?ml$/, '')

const isDeploymentName = (name: string): boolean => DEPLOYMENT_NAME.test(name) && !RESERVED_NAMES.includes(name)

function nameFindings(file: string, name: string): Finding[] {
  const place: Place = {file, line: 1, column: 1}
  const finding = {rule: 'deployment-name', severity: 'error' as const, ...place, path: []}
  if (RESERVED_NAMES.includes(name)) return [{...finding, message: `${name} is a name brmc uses itself`, fix: name === DEFAULT_DEPLOYMENT ? 'rename the file; brmc.yaml alone is the deployment default' : 'rename the file'}]
  if (!DEPLOYMENT_NAME.test(name)) return [{...finding, message: `${name} cannot be the name of a deployment`, fix: 'rename the file: 1 to 63 of a-z 0-9 and inner hyphens, then .yaml'}]
  return file.endsWith('.yml') ? [{...finding, message: 'deployments end in .yaml', fix: `rename it to ${name}.yaml`}] : []
}

interface CheckedDeployment {
  name: string
  spec?: Spec
  findings: Finding[]
}

function checkDeployment(name: string, merged: MergedSpec, project: ProjectText): CheckedDeployment {
  const {spec, problems} = checkSchema(merged.value)
  if (!spec) {
    return {name, findings: problems.map(({rule, path, at, message, fix}) => ({rule, severity: 'error', ...merged.placeOf(path, at), path, message, fix}))}
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
  return {name, spec, findings}
}
