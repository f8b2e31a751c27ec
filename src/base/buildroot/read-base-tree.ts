import {lstat, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BOARD_NAMES, type BoardName} from '../../boards/boards.js'
import {BrmcError} from '../../errors.js'
import {sha256} from '../../files/sha256.js'

/** A file of br2-external/ that a base is made of. */
export interface BaseTreeFile {
  /** Below br2-external/. */
  path: string
  content: Buffer
  executable: boolean
  sha256: string
}

/**
 * What of the tree on disk (the user may have edited it) goes into the base of `board`, sorted by path: all of it but overlays, which brmc lays
 * over the base itself, words for readers, and what only other boards read. Throws SPEC_INVALID for links and devices.
 */
export async function readBaseTree(treeFolder: string, board: BoardName): Promise<BaseTreeFile[]> {
  const files = await readBelow(treeFolder, '', board)
  return files.sort((a, b) => a.path < b.path ? -1 : 1)
}

async function readBelow(folder: string, below: string, board: BoardName): Promise<BaseTreeFile[]> {
  const entries = await readdir(join(folder, below), {withFileTypes: true})
  const nested = await Promise.all(entries.map(async (entry): Promise<BaseTreeFile[]> => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (!belongsToBase(path, board)) return []
    if (entry.isDirectory()) return readBelow(folder, path, board)
    if (entry.isFile()) {
      const [content, {mode}] = await Promise.all([readFile(join(folder, path)), lstat(join(folder, path))])
      return [{path, content, executable: (mode & 0o111) !== 0, sha256: sha256(content)}]
    }

    throw new BrmcError('SPEC_INVALID', `br2-external/${path} is neither file nor folder: a tree that is built elsewhere has to hold its files itself`, {
      suggestions: ['put a copy of what it points to in its place'],
    })
  }))
  return nested.flat()
}

function belongsToBase(path: string, board: BoardName): boolean {
  if (path === 'overlays' || path === 'README.md') return false
  const [, defconfig] = /^configs\/brmc_(.+)_defconfig$/.exec(path) ?? []
  if (defconfig !== undefined) return defconfig === board
  const [, folder] = /^board\/([^/]+)$/.exec(path) ?? []
  return folder === undefined || folder === board || !BOARD_NAMES.some(name => name === folder)
}
