import {open, readFile, rename} from 'node:fs/promises'
import {join} from 'node:path'

import {formatLock, LOCK_FILE, parseLock, type Lock} from './lock.js'

/** The project's lock; undefined if it has none yet. Throws BrmcError PACKAGE_LOCK_STALE if it cannot be used. */
export async function readLock(projectFolder: string): Promise<Lock | undefined> {
  try {
    return parseLock(await readFile(join(projectFolder, LOCK_FILE), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export async function writeLock(projectFolder: string, lock: Lock): Promise<void> {
  const path = join(projectFolder, LOCK_FILE)
  const handle = await open(`${path}.partial`, 'w')
  await handle.writeFile(formatLock(lock))
  await handle.sync()
  await handle.close()
  await rename(`${path}.partial`, path)
}
