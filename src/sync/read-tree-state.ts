import type {Stats} from 'node:fs'
import {lstat, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import {sha256} from '../files/sha256.js'
import {isMissing} from '../files/system-error.js'
import {MANIFEST_PATH, parseManifest, type Manifest} from './manifest.js'
import type {DiskFile} from './plan.js'

const OWNER_EXECUTES = 0o100

/**
 * Of `paths` (relative to the project) those that are on disk, with their hashes. Nothing else in the folder is looked at.
 * @throws BrmcError TREE_CONFLICT where a link, a folder or a device stands in the place of a file
 */
export async function readTreeState(projectFolder: string, paths: Iterable<string>): Promise<Map<string, DiskFile>> {
  const folders: SeenFolders = new Map()
  const files = await Promise.all([...paths].map(async (path): Promise<[string, DiskFile][]> => {
    const stats = await statOf(projectFolder, path, folders)
    if (stats === undefined) return []
    if (!stats.isFile()) throw inTheWay(path, stats.isSymbolicLink() ? 'is a link' : 'is not a file')
    return [[path, {sha256: sha256(await readFile(join(projectFolder, path))), executable: (stats.mode & OWNER_EXECUTES) !== 0}]]
  }))
  return new Map(files.flat())
}

/** What .brmc/manifest.json remembers; empty where there is none. Throws BrmcError TREE_CONFLICT. */
export async function readManifest(projectFolder: string): Promise<Manifest> {
  const stats = await statOf(projectFolder, MANIFEST_PATH, new Map())
  if (stats === undefined) return new Map()
  if (!stats.isFile()) throw inTheWay(MANIFEST_PATH, 'is not a file')
  return parseManifest(await readFile(join(projectFolder, MANIFEST_PATH), 'utf8'))
}

/** Folders that were looked at: many files share them. */
type SeenFolders = Map<string, Promise<Stats | undefined>>

/** The path itself without following a link at its end; a link among its folders is refused. Absent: undefined. */
async function statOf(projectFolder: string, path: string, seen: SeenFolders): Promise<Stats | undefined> {
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/')
    const looking = seen.get(folder) ?? lstatOrNothing(join(projectFolder, folder))
    seen.set(folder, looking)
    const stats = await looking
    if (stats?.isSymbolicLink()) throw inTheWay(folder, 'is a link')
    if (!stats?.isDirectory()) return undefined
  }
  return lstatOrNothing(join(projectFolder, path))
}

/** lstat, or undefined where nothing is there. */
export async function lstatOrNothing(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}

/** Something brmc did not make stands where it would write: it is neither followed nor removed. */
export function inTheWay(path: string, what: string): BrmcError {
  return new BrmcError('TREE_CONFLICT', `${path} ${what}: brmc writes files in folders, and follows no links out of the project`, {
    suggestions: [`move ${path} away, or put a plain file or folder in its place`],
  })
}
