import {createHash} from 'node:crypto'
import {mkdir, open, rename, rm, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {BrmcError, messageOf} from '../../errors.js'
import {isDiskFull} from '../../files/system-error.js'
import type {Run} from '../../process/run.js'
import type {Web} from '../../process/web.js'

export const SITE = 'https://buildroot.org/downloads'

/** A release of Buildroot by its version, and what its tarball's sha256 has to be. */
export interface Release {
  version: string
  sha256?: string | undefined
}

export interface FetchBuildroot {
  /** Holds `buildroot-<version>/` afterwards. */
  folder: string
  run: Run
  /** Node's fetch, or a test's. */
  fetch: Web
  signal: AbortSignal
  onProgress?: (doneBytes: number, totalBytes: number) => void
}

/**
 * The pinned release of Buildroot, unpacked: downloaded and held against its sha256 unless it is there. Throws BrmcError PACKAGE_UNAVAILABLE,
 * PACKAGE_CORRUPT, PACKAGE_LOCK_STALE where no sha256 is pinned, DISK_FULL, INTERRUPTED.
 */
export async function fetchBuildroot({version, sha256}: Release, request: FetchBuildroot): Promise<string> {
  if (sha256 === undefined) {
    throw new BrmcError('PACKAGE_LOCK_STALE', `brmc.pins.json has no sha256 of Buildroot ${version}: it was read off a checkout, and what is downloaded could not be verified`, {
      suggestions: ['give the checkout: --buildroot <folder>, or buildroot.path in brmc.yaml', 'or pin a release that can be downloaded: brmc upgrade'],
    })
  }

  const target = join(request.folder, `buildroot-${version}-${sha256.slice(0, 12)}`)
  if (await isThere(join(target, 'Makefile'))) return target
  const tarball = `${target}.tar.xz`
  const partial = `${target}.partial`
  await mkdir(dirname(target), {recursive: true})
  try {
    await download(`${SITE}/buildroot-${version}.tar.xz`, tarball, {sha256, request})
    await rm(partial, {recursive: true, force: true})
    await mkdir(partial)
    await request.run('tar', ['-xf', tarball, '-C', partial, '--strip-components=1', '--no-same-owner'], {signal: request.signal})
    await rm(tarball)
    await rename(partial, target)
    return target
  } catch (error) {
    await Promise.all([rm(tarball, {force: true}), rm(partial, {recursive: true, force: true})])
    throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk is full: Buildroot ${version} does not fit below ${request.folder}`, {cause: error}) : error
  }
}

async function download(url: string, target: string, {sha256, request}: {sha256: string, request: FetchBuildroot}): Promise<void> {
  const {fetch: get, signal, onProgress} = request
  const response = await answerOf(url, {fetch: get, signal})
  if (!response.body) throw unavailable(url, 'the answer is empty')
  const total = Number(response.headers.get('content-length') ?? 0)
  const hash = createHash('sha256')
  const file = await open(target, 'w')
  let done = 0
  try {
    for await (const chunk of response.body) {
      const bytes = chunk as Uint8Array
      hash.update(bytes)
      await file.write(bytes)
      done += bytes.length
      onProgress?.(done, total)
    }
  } catch (error) {
    if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
    throw isDiskFull(error) ? error : unavailable(url, messageOf(error), error)
  } finally {
    await file.close()
  }
  const got = hash.digest('hex')
  if (got === sha256) return
  throw new BrmcError('PACKAGE_CORRUPT', `${url} is not the release that is pinned`, {
    details: [`pinned: sha256 ${sha256}`, `got:    sha256 ${got}`],
    suggestions: ['a proxy may have answered in its place: look at what was sent', 'take a checkout of your own: --buildroot <folder>'],
  })
}

/** The answer of a page that is there. Throws BrmcError PACKAGE_UNAVAILABLE, INTERRUPTED. */
export async function answerOf(url: string, {fetch: get, signal}: Pick<FetchBuildroot, 'fetch' | 'signal'>): Promise<Response> {
  const response = await get(url, {signal, redirect: 'follow'}).catch((error: unknown) => {
    if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
    throw unavailable(url, messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error), error)
  })
  if (!response.ok) throw unavailable(url, `HTTP status ${response.status}`)
  return response
}

function unavailable(url: string, why: string, cause?: unknown): BrmcError {
  return new BrmcError('PACKAGE_UNAVAILABLE', `${url} cannot be fetched: ${why}`, {
    cause,
    suggestions: ['take a checkout that is here already: --buildroot <folder>, or buildroot.path in brmc.yaml', 'take a finished base: buildroot.bundle in brmc.yaml'],
  })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false)
}
