import {join} from 'node:path'

import {readTextIfThere} from '../../files/read-text.js'
import {writeWhole} from '../../files/write-whole.js'
import {LOCK_FILE} from '../../spec/project-text.js'
import {formatLock, parseLock, type Lock} from './lock.js'

/** The project's lock; undefined if it has none yet. Throws BrmcError PACKAGE_LOCK_STALE if it cannot be used. */
export async function readLock(projectFolder: string): Promise<Lock | undefined> {
  const text = await readTextIfThere(join(projectFolder, LOCK_FILE))
  return text === undefined ? undefined : parseLock(text)
}

export async function writeLock(projectFolder: string, lock: Lock): Promise<void> {
  await writeWhole(join(projectFolder, LOCK_FILE), formatLock(lock))
}
