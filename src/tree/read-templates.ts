import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {BrmcError} from '../errors.js'
import type {TemplateSet} from './template-set.js'

/** The package's own folder, wherever this file was bundled to. */
const PACKAGE_ROOT = fileURLToPath(new URL('.', import.meta.resolve('#package.json')))

/** Top-level folders of the package that look like the tree they make. */
const TEMPLATE_FOLDERS = ['br2-external', 'board', 'overlays'] as const

/**
 * Every template source of this package (or of another folder laid out like it), by its path in it.
 * @throws BrmcError INTERNAL where a folder is missing or holds anything but files: npm packs no links
 */
export async function readTemplates(packageRoot = PACKAGE_ROOT): Promise<TemplateSet> {
  const templates = await Promise.all(TEMPLATE_FOLDERS.map(folder => readBelow(packageRoot, folder)))
  return new Map(templates.flat())
}

async function readBelow(packageRoot: string, folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(join(packageRoot, folder), {withFileTypes: true}).catch((error: unknown) => {
    throw new BrmcError('INTERNAL', `this installation of brmc lacks the folder ${join(packageRoot, folder)}`, {cause: error, suggestions: ['install brmc again']})
  })
  const nested = await Promise.all(entries.sort((a, b) => a.name < b.name ? -1 : 1).map(async (entry): Promise<[string, Buffer][]> => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return readBelow(packageRoot, path)
    if (entry.isFile()) return [[path, await readFile(join(packageRoot, path))]]
    throw new BrmcError('INTERNAL', `the template ${path} is neither file nor folder`)
  }))
  return nested.flat()
}
