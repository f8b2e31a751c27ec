import type {Dirent} from 'node:fs'
import {readdir, readFile, realpath, stat} from 'node:fs/promises'
import {dirname, join, resolve, sep} from 'node:path'

import {BrmcError} from '../errors.js'
import {isMissing} from '../files/system-error.js'
import {whiteoutOf} from '../overlay/whiteout.js'
import {parseDocument} from './parse-document.js'
import {ABOVE_TEXT_FOLDERS, BOARDS_FOLDER, DEPLOYMENTS_FOLDER, GROUPS_FOLDER, FRAGMENT_FOLDERS, isKernelFragment, LOCK_FILE, MAX_TEXT_BYTES,
  META_ENDING, PROJECT_FILE, TEXT_FOLDERS, type OverlayKind, type OverlayMetaText, type OverlayText, type ProjectText} from './project-text.js'
import {overlayRefusal} from './rules/lists.js'

/** So many files below one folder are looked at; an overlay with more holds no hand-written configuration there. */
const MAX_FILES = 2000

/**
 * Reads what checking needs: brmc.yaml of `folder` or the nearest folder above it, its deployments, boards and groups, and those text files of
 * the overlays they name, and `more` overlays, which rules look at (configuration and scripts, up to 256 KiB each).
 * @throws BrmcError PROJECT_MISSING where there is no brmc.yaml up to the root
 */
export async function readProject(folder: string, more: readonly string[] = []): Promise<ProjectText> {
  const root = await findProject(resolve(folder))
  const [text, deployments, boards, groups, lock] = await Promise.all([
    readFile(join(root, PROJECT_FILE), 'utf8'), readDocuments(root, DEPLOYMENTS_FOLDER), readDocuments(root, BOARDS_FOLDER), readDocuments(root, GROUPS_FOLDER), kindOf(join(root, LOCK_FILE)),
  ])
  const project = {file: PROJECT_FILE, text}
  const shared = [...boards, ...groups]
  const named = [...new Set([project, ...shared, ...deployments].flatMap(({file, text: source}) => writtenOverlays(source, file)).concat(more))].sort()
  const overlays = await Promise.all(named.map(async (overlay): Promise<[string, OverlayKind]> => [overlay, await overlayKind(root, overlay)]))
  const texts = await Promise.all([
    ...overlays.filter(([, kind]) => kind === 'directory').map(([overlay]) => readOverlayTexts(root, overlay)),
    ...FRAGMENT_FOLDERS.map(fragments => readFragments(root, fragments)),
  ])
  const there = overlays.filter(([, kind]) => kind === 'directory' || kind === 'file')
  const metas = (await Promise.all(there.map(async ([overlay]) => readMetas(root, overlay)))).flat()
  return {
    folder: root, project, deployments, shared, overlays: Object.fromEntries(overlays), texts: texts.flat(), ...metas.length > 0 && {metas}, hasLock: lock === 'file',
  }
}

/** The folder that holds brmc.yaml: `folder` (absolute) itself or the nearest above it. Throws BrmcError PROJECT_MISSING. */
export async function findProject(folder: string): Promise<string> {
  for (let current = folder; ; current = dirname(current)) {
    if (await kindOf(join(current, PROJECT_FILE)) === 'file') return current
    if (current === dirname(current)) break
  }

  throw new BrmcError('PROJECT_MISSING', `there is no ${PROJECT_FILE} in ${folder} or a folder above it`, {
    suggestions: ['change into a project, or make one with: brmc init <folder>'],
  })
}

/** YAML files of one folder of the project, in the order of their names. */
async function readDocuments(root: string, folder: string): Promise<ProjectText['deployments']> {
  const entries = await entriesOf(join(root, folder))
  const names = entries.filter(entry => !entry.isDirectory() && /\.ya?ml$/.test(entry.name)).map(({name}) => name).sort()
  return Promise.all(names.map(async name => ({file: `${folder}/${name}`, text: await readFile(join(root, folder, name), 'utf8')})))
}

/** The overlays a file names, as resolveDeployment will spell them; what is not text the schema complains about later. */
function writtenOverlays(text: string, file: string): string[] {
  const written = parseDocument(text, file).value?.['overlays']
  return Array.isArray(written) ? written.filter(entry => typeof entry === 'string').map(entry => entry.replace(/\/+$/, '')) : []
}

async function overlayKind(root: string, overlay: string): Promise<OverlayKind> {
  // What points out of the project is not even looked at.
  if (overlay === '' || overlayRefusal(overlay) !== undefined) return 'other'
  const path = join(root, overlay)
  const kind = await kindOf(path)
  if (kind === 'missing') return kind
  const [real, realRoot] = await Promise.all([realpath(path), realpath(root)])
  return real.startsWith(`${realRoot}${sep}`) ? kind : 'outside'
}

async function kindOf(path: string): Promise<OverlayKind> {
  try {
    const stats = await stat(path)
    return stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : 'other'
  } catch (error) {
    if (isMissing(error)) return 'missing'
    throw error
  }
}

async function readOverlayTexts(root: string, overlay: string): Promise<OverlayText[]> {
  const top = join(root, overlay)
  const files = await Promise.all([...ABOVE_TEXT_FOLDERS.map(folder => whiteoutsIn(top, folder)), ...TEXT_FOLDERS.map(folder => filesBelow(top, folder))])
  return (await Promise.all(files.flat().map(async path => readText({overlay, path, file: `${overlay}/${path}`}, root)))).flat()
}

/** What is declared of an overlay, and what was meant to be and stands where nobody looks. */
async function readMetas(root: string, overlay: string): Promise<OverlayMetaText[]> {
  const files = [`${overlay}${META_ENDING}`, `${overlay}${META_ENDING.replace('yaml', 'yml')}`, `${overlay}/${META_ENDING}`]
  const metas = await Promise.all(files.map(async (file): Promise<OverlayMetaText[]> => {
    const kind = await overlayKind(root, file)
    if (kind === 'missing') return []
    if (kind !== 'file') return [{overlay, file, text: '', refused: kind === 'outside' ? 'a symbolic link leads out of the project' : 'it is no file'}]
    if ((await stat(join(root, file))).size > MAX_TEXT_BYTES) return [{overlay, file, text: '', refused: `it has more than ${MAX_TEXT_BYTES} bytes`}]
    return [{overlay, file, text: await readFile(join(root, file), 'utf8')}]
  }))
  return metas.flat()
}

async function readFragments(root: string, folder: string): Promise<OverlayText[]> {
  const files = (await filesBelow(root, folder)).filter(file => isKernelFragment(file))
  return (await Promise.all(files.map(async file => readText({overlay: '', path: file, file}, root)))).flat()
}

/** Regular files below `folder` of `root`, relative to `root`, in the order of their names; symbolic links are not followed. */
async function filesBelow(root: string, folder: string): Promise<string[]> {
  const files: string[] = []
  const folders = await isPlainFolder(root, folder) ? [folder] : []
  for (let current = folders.shift(); current !== undefined && files.length < MAX_FILES; current = folders.shift()) {
    const entries = (await entriesOf(join(root, current))).sort((one, other) => one.name < other.name ? -1 : 1)
    for (const entry of entries) {
      const path = `${current}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) files.push(path)
    }
  }

  return files.slice(0, MAX_FILES)
}

/** Is it below `root` without a symbolic link on the way? */
async function isPlainFolder(root: string, folder: string): Promise<boolean> {
  try {
    return await realpath(join(root, folder)) === join(await realpath(root), folder)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function whiteoutsIn(root: string, folder: string): Promise<string[]> {
  if (!await isPlainFolder(root, folder)) return []
  const files = (await entriesOf(join(root, folder))).filter(entry => entry.isFile()).map(({name}) => folder === '' ? name : `${folder}/${name}`)
  return files.filter(path => whiteoutOf(path) !== undefined).sort()
}

/** The file with its text; nothing where it is large or binary. */
async function readText(where: Omit<OverlayText, 'text' | 'executable'>, root: string): Promise<OverlayText[]> {
  const path = join(root, where.file)
  const {size, mode} = await stat(path)
  if (size > MAX_TEXT_BYTES) return []
  const bytes = await readFile(path)
  return bytes.includes(0) ? [] : [{...where, text: bytes.toString('utf8'), executable: (mode & 0o100) !== 0}]
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, {withFileTypes: true})
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
