import {mkdir, open, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {writeTar} from '../archive/write-tar.js'
import {BrmcError} from '../errors.js'
import {isDiskFull} from '../files/system-error.js'
import type {RootEntry} from '../overlay/entry.js'
import {BOOT_FOLDER, BUNDLE_FILE, BundleSchema, ROOTFS_TAR, type Bundle} from './bundle.js'

export interface BundleParts {
  bundle: Bundle
  /** Sorted by path, parents first; contents in memory. */
  entries: readonly RootEntry[]
  /** Name below boot/ → bytes. */
  boot: ReadonlyMap<string, Buffer>
}

/** The bundle in `folder`, if a whole one is there: it is written under another name and renamed when it is done. */
export async function readBundle(folder: string): Promise<Bundle | undefined> {
  try {
    const result = BundleSchema.safeParse(JSON.parse(await readFile(join(folder, BUNDLE_FILE), 'utf8')))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}

/** Writes a bundle into `folder`, which appears whole or not at all. Throws BrmcError DISK_FULL. */
export async function writeBundle(folder: string, {bundle, entries, boot}: BundleParts): Promise<void> {
  const partial = `${folder}.partial`
  try {
    await rm(partial, {recursive: true, force: true})
    await mkdir(join(partial, BOOT_FOLDER), {recursive: true})
    await Promise.all([
      writeTar(join(partial, ROOTFS_TAR), entries),
      ...[...boot].map(([name, bytes]) => writeFile(join(partial, BOOT_FOLDER, name), bytes)),
    ])
    await writeFile(join(partial, BUNDLE_FILE), `${JSON.stringify(bundle, undefined, 2)}\n`)
    await Promise.all([BUNDLE_FILE, ...[...boot.keys()].map(name => join(BOOT_FOLDER, name)), BOOT_FOLDER, '.'].map(name => sync(join(partial, name))))
    await rm(folder, {recursive: true, force: true})
    await rename(partial, folder)
    await sync(dirname(folder))
  } catch (error) {
    await rm(partial, {recursive: true, force: true})
    if (!isDiskFull(error) && !(error instanceof BrmcError && error.code === 'DISK_FULL')) throw error
    throw new BrmcError('DISK_FULL', `the disk is full: the base ${folder} does not fit`, {cause: error, suggestions: ['remove bases that are no longer used from build/bases']})
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}
