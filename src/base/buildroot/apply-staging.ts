import {chmod, mkdir, readdir, readFile, rm, rmdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

/** A file to stand in a staged folder. */
export interface StagedFile {
  path: string
  content: Buffer | string
  executable?: boolean
}

/**
 * Makes `folder` hold exactly `files`, readable for whoever runs the build. What is right already is not touched: make compares times, and a
 * file that is written again looks changed to it.
 */
export async function applyStaging(folder: string, files: readonly StagedFile[]): Promise<void> {
  await mkdir(folder, {recursive: true, mode: 0o755})
  const wanted = new Set(files.map(({path}) => path))
  for (const path of await filesBelow(folder)) {
    if (wanted.has(path)) continue
    await rm(join(folder, path), {force: true})
    await removeEmptied(folder, dirname(path))
  }
  for (const {path, content, executable = false} of files) {
    const place = join(folder, path)
    const bytes = Buffer.from(content)
    const there = await readFile(place).catch(() => undefined)
    if (there?.equals(bytes) !== true) {
      await mkdir(dirname(place), {recursive: true, mode: 0o755})
      await writeFile(place, bytes)
    }
    await chmod(place, executable ? 0o755 : 0o644)
  }
}

/** A folder in which nothing is left, and those around it. */
async function removeEmptied(folder: string, below: string): Promise<void> {
  for (let path = below; path !== '.'; path = dirname(path)) {
    if ((await readdir(join(folder, path))).length > 0) return
    await rmdir(join(folder, path))
  }
}

async function filesBelow(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), {withFileTypes: true})
  const nested = await Promise.all(entries.map(async entry => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? filesBelow(folder, path) : [path]
  }))
  return nested.flat()
}
