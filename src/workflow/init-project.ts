import {randomInt} from 'node:crypto'
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join, resolve} from 'node:path'

import {BrmcError} from '../errors.js'
import {deploymentJsonSchema, jsonSchema} from '../spec/json-schema.js'
import {projectFiles, type NewProject} from '../tree/project-files.js'
import {readTemplates} from '../tree/read-templates.js'
import {sourcesBelow} from '../tree/template-set.js'

const TEMPLATES = 'board/project'

/** Letters and digits that are not mistaken for one another when read off a screen. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A WPA passphrase of 16 such characters (80 bits), from the system's own source of randomness. */
export function newPassphrase(): string {
  return Array.from({length: 16}, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/**
 * Writes a new project into `folder`, which is made, or is there and empty but for dot files (a fresh git checkout). All files or
 * none: they are written beside it first. Throws PROJECT_EXISTS.
 */
export async function initProject(folder: string, project: Omit<NewProject, 'jsonSchemas'>): Promise<string[]> {
  const target = resolve(folder)
  await refuseIfTaken(target)
  const templates = await readTemplates()
  const texts = [...templates].filter(([path]) => path.startsWith(`${TEMPLATES}/`)).map(([path, content]) => ({path: path.slice(TEMPLATES.length + 1), text: content.toString()}))
  if (sourcesBelow(templates, TEMPLATES).length === 0) throw new BrmcError('INTERNAL', 'this package lacks the templates of a project')
  const files = projectFiles({...project, jsonSchemas: {project: jsonSchema(), deployment: deploymentJsonSchema()}}, texts)

  await mkdir(target, {recursive: true})
  const draft = join(dirname(target), `.${basename(target)}.brmc-init`)
  await rm(draft, {recursive: true, force: true})
  try {
    for (const {path, content} of files) {
      await mkdir(dirname(join(draft, path)), {recursive: true})
      // The passphrase is in brmc.yaml: not for everybody's eyes.
      await writeFile(join(draft, path), content, {mode: path === 'brmc.yaml' ? 0o600 : 0o644})
    }

    for (const name of await readdir(draft)) await rename(join(draft, name), join(target, name))
  } finally {
    await rm(draft, {recursive: true, force: true})
  }

  return files.map(({path}) => path)
}

async function refuseIfTaken(target: string): Promise<void> {
  const there = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') throw new BrmcError('PROJECT_EXISTS', `${target} is a file`)
    throw error
  })
  const inTheWay = there.filter(name => !name.startsWith('.') || name === '.brmc' || name === '.gitignore')
  if (inTheWay.length > 0) {
    throw new BrmcError('PROJECT_EXISTS', `${target} is not empty: ${inTheWay.slice(0, 5).join(', ')}`, {suggestions: ['name another folder: brmc init <folder>']})
  }
}
