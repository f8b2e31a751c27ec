import {chmod, chown, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'

/** Lends `use` a new folder with these files, readable by everybody, and takes it away afterwards. */
export async function withScratchFolder<Result>(
  parent: string, files: ReadonlyMap<string, Uint8Array | string>, use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(parent, '.brmc-'))
  try {
    for (const [name, content] of files) {
      await writeFile(join(folder, name), content)
      await chmod(join(folder, name), 0o644)
    }

    await chmod(folder, 0o755)
    return await use(folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** Makes the folder where it is missing, for `user`; an engine would make it root's. */
export async function makeStoreFolder(folder: string, {uid, gid}: {uid: number, gid: number}): Promise<void> {
  try {
    const first = await mkdir(folder, {recursive: true})
    if (first !== undefined && process.getuid?.() === 0) await chown(folder, uid, gid)
  } catch (cause) {
    throw new BrmcError('USAGE', `${folder}, where the build is to be kept, cannot be made`, {cause, details: [cause instanceof Error ? cause.message : String(cause)]})
  }
}
