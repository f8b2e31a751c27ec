import {constants} from 'node:fs'
import {copyFile, stat, statfs} from 'node:fs/promises'
import {dirname} from 'node:path'

import {BrmcError} from '../errors.js'
import {refuseFullDisk} from '../image/layout.js'
import type {Run} from '../process/run.js'

const DISK_BLOCK = 512

/**
 * `source` again at `target`: sharing its blocks where the file system can do that (reflink), else a copy with holes where `source` has them.
 * Throws BrmcError DISK_FULL before anything is written, INTERRUPTED.
 */
export async function writeCopy(source: string, target: string, {run, signal}: {run: Run, signal: AbortSignal}): Promise<void> {
  if (await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE).then(() => true, () => false)) return
  const [{blocks}, {bavail, bsize}] = [await stat(source), await statfs(dirname(target))]
  refuseFullDisk({target, needed: blocks * DISK_BLOCK, free: bavail * bsize})
  try {
    await run('cp', ['--sparse=auto', '--', source, target], {signal})
  } catch (error) {
    if (error instanceof BrmcError && /No space left/.test(error.details.join('\n'))) throw new BrmcError('DISK_FULL', `the disk became full while ${source} was copied`, {cause: error, suggestions: ['free some space, or choose another place for the image']})
    throw error
  }
}
