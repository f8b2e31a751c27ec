import {join, resolve} from 'node:path'

import {readSources, type Sources} from '../base/buildroot/read-sources.js'
import {refusals} from '../base/debian/refusals.js'
import {BrmcError} from '../errors.js'
import {makeFolder} from '../files/write-folder.js'
import {run} from '../process/run.js'
import type {Spec} from '../spec/schema.js'
import type {TemplateSet, TreeFile} from '../tree/template-set.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {baseOf} from './base-of.js'
import type {MadeBase} from './base-request.js'
import {composeImage, type ComposedImage} from './compose-image.js'
import {freshImage, inputsOf, recordInputs} from './fresh-image.js'
import {imagePath} from './image-path.js'
import {mebibytes} from './mebibytes.js'
import {chooseDeployments, openProject, type ChosenDeployment, type OpenProject} from './open-project.js'
import {releaseImage} from './release-image.js'
import {runSteps, type Reporting, type Show, type Step} from './reporting.js'
import {applyTree, planTree} from './sync-tree.js'

export interface ImagesRequest {
  /** Folder of the project, or one below it. */
  folder: string
  /** Names of deployments; none: all. */
  names: readonly string[]
  /** In place of what the file says. */
  base?: Spec['base']
  root?: Spec['root']
  /** Settings of the base buildroot in place of what the file says; paths are absolute. */
  buildroot?: Partial<Spec['buildroot']>
  /** Also write what a release needs into this folder: .img.xz, .bmap, SHA256SUMS. */
  releaseFolder?: string
  /** Seconds since 1970, in place of the base's own (SOURCE_DATE_EPOCH). */
  epochOverride?: number
  reporting: Reporting
}

export interface MadeImage extends ComposedImage, ChosenDeployment {
  base: MadeBase
  /** Hash over all that it was made of. */
  inputs: string
}

interface Making {
  request: ImagesRequest
  project?: OpenProject
  chosen: ChosenDeployment[]
  templates?: TemplateSet
  /** Files that hold secrets, of all deployments: they are in no folder. */
  withheld: TreeFile[]
  /** What lies in the folders given to the base buildroot, by deployment. */
  sources: Map<string, Promise<Sources>>
  bases: Map<string, MadeBase>
  images: MadeImage[]
  released: string[]
  warnings: string[]
}

/** From brmc.yaml to sdcard.img, for each deployment: check, generate, base, compose. */
export async function makeImages(request: ImagesRequest): Promise<Pick<Making, 'images' | 'released' | 'warnings'>> {
  const opened = await runSteps<Making>([{title: 'Check the project', run: check}],
    {request, chosen: [], withheld: [], sources: new Map(), bases: new Map(), images: [], released: [], warnings: []}, request.reporting)
  const each = opened.chosen.flatMap((chosen): Step<Making>[] => [
    {title: `${chosen.deployment.name}: base ${chosen.deployment.base}`, run: (making, show) => makeBase(making, chosen, show)},
    {title: `${chosen.deployment.name}: compose`, run: (making, show) => compose(making, chosen, show)},
  ])
  return alone({folder: projectOf(opened).folder, purpose: PROJECT_LOCK}, request.reporting, () =>
    runSteps([{title: 'Generate br2-external/', run: generate}, ...each], opened, request.reporting))
}

async function check(making: Making, show: Show): Promise<void> {
  const {folder, names, base, root, buildroot} = making.request
  making.project = await openProject(folder, 'values')
  making.chosen = chooseDeployments(making.project, names).map(({deployment, spec, secrets}) => ({
    secrets,
    spec: {...spec, ...base && {base}, ...root && {root}},
    deployment: {...deployment, ...base && {base}, ...root && {root}, buildroot: {...deployment.buildroot, ...buildroot}},
  }))
  for (const {deployment} of making.chosen) refuse(deployment)
  if (making.request.releaseFolder !== undefined) {
    await run('xz', ['--version'])
    await makeFolder(resolve(making.request.releaseFolder))
  }

  show.conclude(`Check the project: ${making.chosen.map(({deployment}) => deployment.name).join(', ')}`)
}

/** What cannot be done is said before anything starts. */
function refuse(deployment: ChosenDeployment['deployment']): void {
  if (deployment.base === 'buildroot') return
  const [first, ...others] = refusals(deployment)
  if (!first) return
  throw new BrmcError(first.code, first.message, {details: others.map(({message}) => message), suggestions: first.suggestions})
}

async function generate(making: Making, show: Show): Promise<void> {
  lookAtSources(making)
  const planned = await planTree(projectOf(making))
  const touched = await applyTree(planned, making.request.reporting.signal)
  making.templates = planned.templates
  making.withheld = planned.files.filter(({secrets}) => secrets !== undefined)
  show.conclude(`Generate br2-external/: ${touched.length === 0 ? 'up to date' : `${touched.length} of ${planned.plan.length} files written`}`)
}

/** Programs of their own look at ten thousand files, while this one renders the tree; once where deployments share them. */
function lookAtSources({chosen, sources, project}: Making): void {
  const looks = new Map<string, Promise<Sources>>()
  for (const {deployment: {name, base, buildroot}} of chosen) {
    if (base !== 'buildroot' || !project) continue
    const settings = JSON.stringify(buildroot)
    const look = looks.get(settings) ?? readSources(buildroot, {projectFolder: project.folder, run})
    // Whoever makes the base hears of what went wrong.
    look.catch(() => undefined)
    looks.set(settings, look)
    sources.set(name, look)
  }
}

async function makeBase(making: Making, {deployment}: ChosenDeployment, show: Show): Promise<void> {
  const {request: {epochOverride, reporting}} = making
  const base = await baseOf({
    deployment, folder: projectOf(making).folder, templates: templatesOf(making), reporting,
    sources: making.sources.get(deployment.name), ...epochOverride !== undefined && {epochOverride},
  }, show)
  making.bases.set(deployment.name, base)
  making.warnings.push(...base.warnings)
  const {provider, kernelRelease, packages, key} = base.bundle
  const made = base.cached ? ` (as made before: ${key.slice(0, 12)})` : ''
  show.conclude(`${deployment.name}: base ${provider}, kernel ${kernelRelease}, ${packages.length} packages${made}`)
}

async function compose(making: Making, chosen: ChosenDeployment, show: Show): Promise<void> {
  const {request: {reporting: {signal}, releaseFolder}} = making
  const base = making.bases.get(chosen.deployment.name)
  if (!base) throw new BrmcError('INTERNAL', 'composing comes after the base')
  const project = projectOf(making)
  const request = {
    ...chosen, project, base, templates: templatesOf(making), withheld: making.withheld, run, signal,
    target: join(project.folder, imagePath(chosen.deployment.name)),
    hash: releaseFolder !== undefined,
    onProgress: (done: number, total: number) => { show.say(`${mebibytes(done)} of ${mebibytes(total)} MiB`) },
  }
  const inputs = await inputsOf(request)
  // Hashes of a release are made while the image is written.
  const fresh = request.hash ? undefined : await freshImage(request.target, inputs)
  const image = fresh ?? await composeImage(request)
  if (!fresh) await recordInputs(request.target, inputs)
  making.warnings.push(...image.warnings.map(warning => `${chosen.deployment.name}: ${warning}`))
  making.images.push({...image, ...chosen, base, inputs})
  if (releaseFolder !== undefined) {
    show.say('compressing for the release')
    making.released = [...new Set([...making.released, ...await releaseImage(image, {folder: releaseFolder, run, signal})])]
  }

  show.conclude(`${chosen.deployment.name}: ${imagePath(chosen.deployment.name)}, ${mebibytes(image.manifest.size)} MiB, root ${chosen.deployment.root}${fresh ? ' (up to date)' : ''}`)
}

function projectOf({project}: Making): OpenProject {
  if (!project) throw new BrmcError('INTERNAL', 'the project is opened first')
  return project
}

function templatesOf({templates}: Making): TemplateSet {
  if (!templates) throw new BrmcError('INTERNAL', 'the templates are read before the base is made')
  return templates
}
