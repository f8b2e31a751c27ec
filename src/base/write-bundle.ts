import {mkdir, open, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {writeTar} from '../archive/write-tar.js'
import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {isDiskFull} from '../files/system-error.js'
import type {RootEntry} from '../overlay/entry.js'
import {BOOT_FOLDER, BUNDLE_FILE, BundleSchema, ROOTFS_TAR, type Bundle} from './bundle.js'

export interface BundleParts {
  bundle: Omit<Bundle, 'sizes'>
  /** Sorted by path, parents first; contents in memory. */
  entries: readonly RootEntry[]
  /** Name below boot/ → bytes. */
  boot: ReadonlyMap<string, Buffer>
}

/** Ends the name of what is being written into the folder of bases. */
export const PARTIAL = '.partial'

/** The bundle in `folder`, if a whole one is there: every file of it, none of them cut short. */
export async function readBundle(folder: string): Promise<Bundle | undefined> {
  const text = await readTextIfThere(join(folder, BUNDLE_FILE))
  const result = BundleSchema.safeParse(jsonOf(text ?? ''))
  if (!result.success) return undefined
  const whole = await Promise.all(Object.entries(result.data.sizes).map(async ([path, size]) => await sizeOf(join(folder, path)) === size))
  return whole.every(Boolean) ? result.data : undefined
}

/** Writes a bundle into `folder`, which appears whole or not at all; what a killed run left beside it is cleared away. Throws BrmcError DISK_FULL, INTERRUPTED. */
export async function writeBundle(folder: string, {bundle, entries, boot}: BundleParts, signal?: AbortSignal): Promise<Bundle> {
  const partial = `${folder}${PARTIAL}`
  try {
    await clearPartials(dirname(folder))
    await mkdir(join(partial, BOOT_FOLDER), {recursive: true})
    const [rootfsSize] = await Promise.all([
      writeTar(join(partial, ROOTFS_TAR), entries, signal),
      ...[...boot].map(([name, bytes]) => writeFile(join(partial, BOOT_FOLDER, name), bytes)),
    ])
    const sizes = {[ROOTFS_TAR]: rootfsSize, ...Object.fromEntries([...boot].map(([name, {length}]) => [`${BOOT_FOLDER}/${name}`, length]))}
    await writeFile(join(partial, BUNDLE_FILE), `${JSON.stringify({...bundle, sizes} satisfies Bundle, undefined, 2)}\n`)
    await Promise.all([BUNDLE_FILE, ...[...boot.keys()].map(name => join(BOOT_FOLDER, name)), BOOT_FOLDER].map(name => sync(join(partial, name))))
    await settleBundle(partial, folder)
    return {...bundle, sizes}
  } catch (error) {
    await rm(partial, {recursive: true, force: true})
    if (!isDiskFull(error) && !(error instanceof BrmcError && error.code === 'DISK_FULL')) throw error
    throw new BrmcError('DISK_FULL', `the disk is full: the base ${folder} does not fit`, {cause: error, suggestions: ['remove bases that are no longer used from build/bases']})
  }
}

/** Makes the finished bundle in `partial`, whose files are flushed, the one in `folder`. */
export async function settleBundle(partial: string, folder: string): Promise<void> {
  await sync(partial)
  await rm(folder, {recursive: true, force: true})
  await rename(partial, folder)
  await sync(dirname(folder))
}

/** Clears away what killed runs left in the folder of bases, which is made where it is missing. */
export async function clearPartials(folder: string): Promise<void> {
  await mkdir(folder, {recursive: true})
  const partials = (await readdir(folder)).filter(name => name.endsWith(PARTIAL))
  await Promise.all(partials.map(name => rm(join(folder, name), {recursive: true, force: true})))
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({size}) => size, () => undefined)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync()
  await handle.close()
}
