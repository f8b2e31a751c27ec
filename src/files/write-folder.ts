import {mkdir, stat} from 'node:fs/promises'
import {dirname} from 'node:path'

/**
 * Makes a folder and those above it that are missing (absolute path); returns the first that was made. For paths that a user names: Node's own
 * recursive mkdir never ends where a folder is there and takes no other, as /proc.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path)
    return path
  } catch (error) {
    if (isCode(error, 'ENOENT') && dirname(path) !== path) {
      const first = await makeFolder(dirname(path))
      await mkdir(path)
      return first ?? path
    }

    if (isCode(error, 'EEXIST') && await stat(path).then(stats => stats.isDirectory(), () => false)) return undefined
    throw error
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
