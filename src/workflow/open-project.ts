import {BrmcError} from '../errors.js'
import {checkProject, type CheckedProject} from '../spec/check-project.js'
import type {Deployment} from '../spec/deployment.js'
import type {SecretUse} from '../spec/fill-secrets.js'
import {formatFindings} from '../spec/format-findings.js'
import {didYouMean} from '../spec/suggest.js'
import type {MergedSpec} from '../spec/merge.js'
import type {ProjectText} from '../spec/project-text.js'
import {readProject} from '../spec/read-project.js'
import type {Spec} from '../spec/schema.js'
import {projectSecrets, type SecretsWanted} from './project-secrets.js'

export interface OpenProject {
  /** Absolute path of the folder that holds brmc.yaml. */
  folder: string
  text: ProjectText
  checked: CheckedProject
}

/** What the sites of an inventory name besides what the project names. */
export interface NamedBySites {
  overlays: readonly string[]
  secrets: readonly string[]
}

/** What the project in `folder` (or a folder above it) says; findings are left to the caller. Throws PROJECT_MISSING. */
export async function readAndCheck(folder: string, secrets: SecretsWanted = 'stand-ins', inventory: NamedBySites = {overlays: [], secrets: []}): Promise<OpenProject> {
  const read = await readProject(folder, inventory.overlays)
  const text = {...read, secrets: await projectSecrets(read, secrets, inventory.secrets)}
  return {folder: text.folder, text, checked: checkProject(text)}
}

/** The same, for who wants to go on: throws SPEC_INVALID with every finding where one of them is an error. */
export async function openProject(folder: string, secrets: SecretsWanted = 'stand-ins', inventory?: NamedBySites): Promise<OpenProject> {
  const project = await readAndCheck(folder, secrets, inventory)
  refuseErrors(project.checked, 'the project file')
  return project
}

/** Throws SPEC_INVALID with every finding that is an error; `where` they are. */
export function refuseErrors({findings, texts}: CheckedProject, where: string): void {
  const errors = findings.filter(({severity}) => severity === 'error')
  if (errors.length === 0) return
  throw new BrmcError('SPEC_INVALID', `${errors.length === 1 ? 'one error' : `${errors.length} errors`} in ${where}`, {
    details: formatFindings(errors, {texts, colour: false}).trimEnd().split('\n'),
    suggestions: ['see all findings with: brmc check'],
  })
}

/** The project file's own `name`; every deployment has it or its own. */
export function projectNameOf({specs}: CheckedProject): string {
  const [{spec} = {}] = specs
  if (!spec) throw new BrmcError('SPEC_INVALID', 'the project file describes no deployment', {suggestions: ['see why with: brmc check']})
  return spec.name
}

export interface ChosenDeployment {
  deployment: Deployment
  spec: Spec
  /** Where its values are secrets. */
  secrets: readonly SecretUse[]
}

export interface MergedDeployment extends ChosenDeployment {
  /** The files it was merged from. */
  merged: MergedSpec
}

/** The deployments of these names; none named: all there are. Throws USAGE for a name that no file has. */
export function chooseDeployments({checked}: OpenProject, names: readonly string[]): MergedDeployment[] {
  const known = checked.deployments.map(({name}) => name)
  return (names.length === 0 ? known : [...new Set(names)]).map(name => {
    const deployment = checked.deployments.find(candidate => candidate.name === name)
    const found = checked.specs.find(candidate => candidate.name === name)
    if (deployment && found) return {deployment, spec: found.spec, merged: found.merged, secrets: found.secrets}
    const close = didYouMean(name, known)
    throw new BrmcError('USAGE', `there is no deployment ${name}`, {
      suggestions: [...close === undefined ? [] : [`did you mean ${close}?`], `there are: ${known.join(', ')}`],
    })
  })
}
