import {open, rename, rm, type FileHandle} from 'node:fs/promises'

import {BrmcError} from '../errors.js'
import {isDiskFull} from './system-error.js'

/** `content` as the file `target`, whole or not at all (see writeWholeBy). */
export async function writeWhole(target: string, content: string | Uint8Array, mode?: number): Promise<void> {
  await writeWholeBy(target, async file => file.writeFile(content), mode)
}

/**
 * The file `target` as `write` fills it, whole or not at all: written beside it as `<target>.partial`, flushed, then renamed over it.
 * What stands at `<target>.partial` goes first, and a link there is not followed. Throws BrmcError DISK_FULL, and what `write` throws.
 * @param mode permission bits, less the umask
 */
export async function writeWholeBy<T>(target: string, write: (file: FileHandle) => Promise<T>, mode = 0o666): Promise<T> {
  const partial = `${target}.partial`
  await rm(partial, {force: true})
  const file = await open(partial, 'wx', mode)
  try {
    const result = await write(file)
    await file.sync()
    await file.close()
    await rename(partial, target)
    return result
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(partial, {force: true})
    throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk became full while ${target} was written`, {cause: error, suggestions: ['free some space, and run it again']}) : error
  }
}
