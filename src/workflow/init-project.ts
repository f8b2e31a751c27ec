import {randomInt} from 'node:crypto'
import {mkdir, mkdtemp, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'

import {BrmcError} from '../errors.js'
import {isMissing} from '../files/system-error.js'
import {makeFolder} from '../files/write-folder.js'
import {checkProject} from '../spec/check-project.js'
import {pathText} from '../spec/finding.js'
import {deploymentJsonSchema, jsonSchema, overlayMetaJsonSchema} from '../spec/json-schema.js'
import {DEPLOYMENTS_FOLDER, PROJECT_FILE} from '../spec/project-text.js'
import {projectFiles, type NewProject} from '../tree/project-files.js'
import {readTemplates} from '../tree/read-templates.js'
import {sourcesBelow} from '../tree/template-set.js'

const TEMPLATES = 'board/project'
const DRAFT_PREFIX = '.brmc-init-'
const OTHER_FOLDER = ['name another folder: brmc init <folder>']

/** Where a value of brmc init lands in brmc.yaml. */
const FLAG_OF: Readonly<Record<string, string>> = {
  'name': '--name',
  'system.hostname': '--name',
  'board': '--board',
  'interfaces.wlan0.accessPoint.ssid': '--ssid',
  'interfaces.wlan0.accessPoint.passphrase': '--passphrase',
  'interfaces.wlan0.accessPoint.country': '--country',
}

/** Letters and digits that are not mistaken for one another when read off a screen. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A WPA passphrase of 16 such characters (80 bits), from the system's own source of randomness. */
export function newPassphrase(): string {
  return Array.from({length: 16}, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

type ProjectFile = ReturnType<typeof projectFiles>[number]

/**
 * Writes a new project into `folder`, which is made, or is there and empty but for dot files (a fresh git checkout). All files or
 * none: they are checked, and written aside, first. Throws PROJECT_EXISTS, and USAGE for values that brmc check would refuse.
 */
export async function initProject(folder: string, project: Omit<NewProject, 'jsonSchemas'>): Promise<string[]> {
  const target = resolve(folder)
  await refuseIfTaken(target)
  const templates = await readTemplates()
  const texts = [...templates].filter(([path]) => path.startsWith(`${TEMPLATES}/`)).map(([path, content]) => ({path: path.slice(TEMPLATES.length + 1), text: content.toString()}))
  if (sourcesBelow(templates, TEMPLATES).length === 0) throw new BrmcError('INTERNAL', 'this package lacks the templates of a project')
  const jsonSchemas = {project: jsonSchema(), deployment: deploymentJsonSchema(), overlayMeta: overlayMetaJsonSchema()}
  const files = projectFiles({...project, jsonSchemas}, texts)
  refuseBadValues(target, files)

  const made = await makeFolder(target)
  try {
    await writeProject(target, files)
  } catch (error) {
    if (made !== undefined) await rm(made, {recursive: true, force: true})
    throw error
  }

  return files.map(({path}) => path)
}

/** Inside the folder itself: what is around it may belong to somebody else, or lie on another disk. */
async function writeProject(target: string, files: readonly ProjectFile[]): Promise<void> {
  for (const name of await readdir(target)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(join(target, name), {recursive: true, force: true})
  }

  const draft = await mkdtemp(join(target, DRAFT_PREFIX))
  try {
    for (const {path, content} of files) {
      await mkdir(dirname(join(draft, path)), {recursive: true})
      // The passphrase is in brmc.yaml: not for everybody's eyes.
      await writeFile(join(draft, path), content, {mode: path === PROJECT_FILE ? 0o600 : 0o644})
    }

    for (const name of await readdir(draft)) await rename(join(draft, name), join(target, name))
  } finally {
    await rm(draft, {recursive: true, force: true})
  }
}

/** The judge is brmc check itself: what it would refuse tomorrow is not written today. */
function refuseBadValues(folder: string, files: readonly ProjectFile[]): void {
  const {findings} = checkProject({
    folder,
    project: {file: PROJECT_FILE, text: files.find(({path}) => path === PROJECT_FILE)?.content ?? ''},
    deployments: files.filter(({path}) => path.startsWith(`${DEPLOYMENTS_FOLDER}/`) && path.endsWith('.yaml')).map(({path, content}) => ({file: path, text: content})),
    overlays: {}, texts: [], hasLock: false,
  })
  const details = findings.filter(({severity}) => severity === 'error').map(({path, message}) => {
    const place = pathText(path)
    return `${FLAG_OF[place] ?? place}: ${message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message}`
  })
  if (details.length === 0) return
  throw new BrmcError('USAGE', 'brmc check would refuse the new project, so nothing was written', {details: [...new Set(details)], suggestions: ['see what can be set with: brmc init --help']})
}

async function refuseIfTaken(target: string): Promise<void> {
  const there = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    if (isMissing(error)) throw new BrmcError('PROJECT_EXISTS', `${target} is a file, or below one`, {suggestions: OTHER_FOLDER})
    throw error
  })
  const inTheWay = there.filter(name => !name.startsWith('.') || name === '.brmc' || name === '.gitignore')
  if (inTheWay.length > 0) {
    throw new BrmcError('PROJECT_EXISTS', `${target} is not empty: ${inTheWay.slice(0, 5).join(', ')}`, {suggestions: OTHER_FOLDER})
  }
}
