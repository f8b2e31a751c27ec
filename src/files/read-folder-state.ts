import {lstat, readdir, readlink} from 'node:fs/promises'
import {join} from 'node:path'

import {systemPath, textOfName} from './name-bytes.js'

/**
 * What tells one state of a folder, or of a single file, from another on the same machine: a line for each file in it with name, size, mode, time of
 * change and where a link points, sorted. Version control's own folder is left out. Throws what the file system says.
 */
export async function readFolderState(path: string): Promise<string[]> {
  const stats = await lstat(path)
  return (stats.isDirectory() ? await walk(path, '') : [await stateOf(path, '')]).sort()
}

async function walk(folder: string, below: string): Promise<string[]> {
  const entries = await readdir(systemPath(join(folder, below)), {withFileTypes: true, encoding: 'buffer'})
  const nested = await Promise.all(entries.map(async entry => {
    const name = textOfName(entry.name)
    const path = join(below, name)
    if (name === '.git') return []
    if (!entry.isDirectory()) return [await stateOf(folder, path)]
    // An empty folder is something too.
    return [`${path}/`, ...await walk(folder, path)]
  }))
  return nested.flat()
}

async function stateOf(folder: string, path: string): Promise<string> {
  const file = systemPath(join(folder, path))
  const stats = await lstat(file)
  return [path, stats.size, stats.mtimeMs, stats.mode, stats.isSymbolicLink() ? textOfName(await readlink(file, {encoding: 'buffer'})) : ''].join('\t')
}
