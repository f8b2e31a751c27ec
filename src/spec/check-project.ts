import {checkDeployment} from './check-deployment.js'
import type {Deployment} from './deployment.js'
import type {SecretUse} from './fill-secrets.js'
import {sortFindings, type Finding, type Place} from './finding.js'
import {ProjectLayers} from './layers.js'
import {mergeDocuments, type MergedSpec} from './merge.js'
import {parseDocument, type ParsedDocument} from './parse-document.js'
import {projectKeyFindings} from './project-keys.js'
import type {ProjectText} from './project-text.js'
import {resolveDeployment} from './resolve.js'
import type {Spec} from './schema.js'
import {maskLines} from './secrets.js'

/** Name of the deployment that the project file alone describes. */
export const DEFAULT_DEPLOYMENT = 'default'

/** A deployment's name is a host name in small letters: it becomes names of folders and files. */
export const DEPLOYMENT_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** `router` is the layer all deployments share. */
const RESERVED_NAMES = [DEFAULT_DEPLOYMENT, 'router']

export interface CheckedProject {
  /** Of all files and deployments, by place. */
  findings: Finding[]
  /** Those the schema lets through, `default` first, then by name. */
  deployments: Deployment[]
  specs: {name: string, spec: Spec, merged: MergedSpec, secrets: readonly SecretUse[]}[]
  /** Text of every file a finding can point into, secrets hidden: for formatFindings. */
  texts: ReadonlyMap<string, string>
}

/** Parses, merges and checks a whole project; touches nothing, throws nothing that a user could cause. */
export function checkProject(project: ProjectText): CheckedProject {
  const layers = new ProjectLayers(project)
  const others = project.deployments.map(({file, text}) => ({file, name: deploymentName(file), document: parseDocument(text, file)}))
  const documents = [...layers.documents, ...others.map(({document}) => document)]
  const parseFindings = [
    ...documents.flatMap(({findings}) => findings),
    ...layers.findings,
    ...project.secrets?.findings ?? [],
    ...[...layers.shared, ...others.map(({document}) => document)].flatMap(document => projectKeyFindings(document)),
    ...others.flatMap(({file, name}) => nameFindings(file, name)),
  ]
  const texts = new Map([
    ...documents.map(({file, shown}): [string, string] => [file, shown]),
    ...[...project.texts, ...project.metas ?? []].map(({file, text}): [string, string] => [file, maskLines(text)]),
  ])
  if (!layers.main.value) return {findings: sortFindings(parseFindings), deployments: [], specs: [], texts}

  const stacks = [
    {name: DEFAULT_DEPLOYMENT, ...layers.under([])},
    ...others.filter(({name}) => isDeploymentName(name)).map(({name, document}) => ({name, ...layers.under([document])})),
  ]
  // What could not be read was told: what would follow from its absence is no news.
  const results = stacks.filter(stack => stack.documents.every(({value}) => value !== undefined))
    .map(stack => ({...checkDeployment(stack.name, mergeDocuments(stack.documents), project), name: stack.name}))
  // What is wrong in the project file by itself is said once, not again for each deployment that inherits it.
  const base = results.find(({name}) => name === DEFAULT_DEPLOYMENT)?.findings ?? []
  const known = new Set(base.map(finding => identity(finding)))
  const more = results.filter(({name}) => name !== DEFAULT_DEPLOYMENT).flatMap(({name, findings}) => findings.filter(finding => !known.has(identity(finding)))
    .map(finding => finding.file === fileOf(others, name) ? finding : {...finding, deployment: name}))
  const checked = results.flatMap(({name, spec, merged, secrets}) => spec ? [{name, spec, merged, secrets}] : [])
  return {
    findings: sortFindings([...parseFindings, ...stacks.flatMap(({findings}) => findings), ...base, ...more]),
    deployments: checked.map(({name, spec}) => resolveDeployment(spec, name)),
    specs: checked,
    texts,
  }
}

const identity = ({rule, file, line, column, message}: Finding): string => JSON.stringify([rule, file, line, column, message])

const fileOf = (deployments: readonly {name: string, document: ParsedDocument}[], name: string): string | undefined =>
  deployments.find(deployment => deployment.name === name)?.document.file

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
