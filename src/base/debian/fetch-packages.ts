import {access, copyFile, mkdir, open, readdir, rename, rm, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {BrmcError} from '../../errors.js'
import {readSha256} from '../../files/read-sha256.js'
import type {Run} from '../../process/run.js'
import {LOCK_FILE} from '../../spec/project-text.js'
import type {LockedPackage} from './lock.js'

const APT_HELPER = '/usr/lib/apt/apt-helper'
const SEVERAL_AT_ONCE = 4
const PARTIAL = '.partial'
const ABANDONED_AFTER_MS = 60 * 60 * 1000

export interface FetchOptions {
  /** Asked only when something has to be fetched. */
  mirror: () => Promise<string>
  /** Keeps packages as <sha256>.deb, for all projects and versions. */
  folder: string
  /** Arguments that make apt use its own settings and this machine's proxy. */
  settings: readonly string[]
  run: Run
  /** Bytes of what is there, of all that is needed. */
  onProgress?: ((done: number, total: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * Brings the packages into `folder`, each from there if it is there already, and checks that each has the bytes of the lock.
 * Gives the path of each by its name. Throws BrmcError PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, DISK_FULL.
 */
export async function fetchPackages(packages: readonly LockedPackage[], options: FetchOptions): Promise<Map<string, string>> {
  await mkdir(options.folder, {recursive: true})
  await clearPartials(options.folder)
  const mirror = once(options.mirror)
  const total = packages.reduce((sum, {size}) => sum + size, 0)
  let done = 0
  // The largest first: it takes longest, and the small ones go by beside it.
  const waiting = [...packages].sort((a, b) => b.size - a.size)
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await fetchPackage(next, {...options, mirror}).catch((error: unknown) => {
        waiting.length = 0
        throw error
      })
      options.onProgress?.(done += next.size, total)
    }
  }
  const results = await Promise.allSettled(Array.from({length: SEVERAL_AT_ONCE}, worker))
  const failed = results.find(result => result.status === 'rejected')
  if (failed) throw failed.reason
  return new Map(packages.map(locked => [locked.name, pathOf(locked, options.folder)]))
}

async function fetchPackage(locked: LockedPackage, options: FetchOptions): Promise<void> {
  const path = pathOf(locked, options.folder)
  if (await hasHash(path, locked.sha256)) return
  const partial = `${path}${PARTIAL}`
  try {
    await download(locked, partial, options)
    if (!await hasHash(partial, locked.sha256)) throw corrupt(locked, await options.mirror())
    const file = await open(partial, 'r+')
    await file.sync()
    await file.close()
    await rename(partial, path)
  } finally {
    // apt-helper gives a file with a wrong hash another name.
    await Promise.all([partial, `${partial}.FAILED`].map(name => rm(name, {force: true})))
  }
}

/** What killed runs left. The folder may serve several projects, so what is fresh is somebody's. */
async function clearPartials(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(file => file.includes(PARTIAL))) {
    const path = join(folder, name)
    const age = await stat(path).then(({mtimeMs}) => Date.now() - mtimeMs, () => 0)
    if (age > ABANDONED_AFTER_MS) await rm(path, {force: true})
  }
}

async function download(locked: LockedPackage, target: string, {mirror: askMirror, settings, run, signal}: FetchOptions): Promise<void> {
  const mirror = await askMirror()
  const uri = `${mirror}/${locked.filename}`
  if (uri.startsWith('file:')) {
    await copyFrom(uri, {locked, target, mirror})
    return
  }

  try {
    await run(APT_HELPER, [...settings, 'download-file', uri, target, `SHA256:${locked.sha256}`], signal && {signal})
  } catch (error) {
    if (!(error instanceof BrmcError) || error.code !== 'TOOL_FAILED') throw error
    throw explained(error, locked, mirror)
  }
}

/** A mirror that is a folder: apt's method for it hands out the place and copies nothing. */
async function copyFrom(uri: string, {locked, target, mirror}: {locked: LockedPackage, target: string, mirror: string}): Promise<void> {
  await copyFile(fileURLToPath(uri), target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw explained(new BrmcError('TOOL_FAILED', error.message, {details: [`E: ${error.message}`]}), locked, mirror)
    throw error
  })
}

function explained(error: BrmcError, locked: LockedPackage, mirror: string): BrmcError {
  const output = error.details.join('\n')
  if (/No space left on device|write error/i.test(output)) {
    return new BrmcError('DISK_FULL', `the disk is full: ${locked.name} ${locked.version} (${locked.size} bytes) does not fit`, {cause: error, details: error.details})
  }

  if (/Hash Sum mismatch|unexpected size/i.test(output)) return corrupt(locked, mirror, error)
  return new BrmcError('PACKAGE_UNAVAILABLE', `${mirror} does not give ${locked.name} ${locked.version}, which ${LOCK_FILE} names`, {
    cause: error,
    details: error.details.filter(line => /^[EW]:/.test(line)),
    suggestions: [
      'if the mirror has moved on to another version, take what it has now: brmc upgrade',
      'or name a mirror in brmc.yaml under debian: mirror: that still holds it, such as a dated snapshot of the archive',
    ],
  })
}

function corrupt({name, version, sha256, filename}: LockedPackage, mirror: string, cause?: unknown): BrmcError {
  return new BrmcError('PACKAGE_CORRUPT', `${name} ${version} from ${mirror} has other bytes than ${LOCK_FILE} says`, {
    cause,
    details: [`${filename} should have sha256 ${sha256}`],
    suggestions: ['try again: a transfer may have been damaged', 'fetch from another mirror: in brmc.yaml under debian: mirror:'],
  })
}

function pathOf({sha256}: LockedPackage, folder: string): string {
  return join(folder, `${sha256}.deb`)
}

async function hasHash(path: string, sha256: string): Promise<boolean> {
  try {
    await access(path)
  } catch {
    return false
  }

  return await readSha256(path) === sha256
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => answer ??= ask()
}
