import {rm, stat} from 'node:fs/promises'
import {basename, join, resolve} from 'node:path'

import {BrmcError} from '../../errors.js'
import {readSha256} from '../../files/read-sha256.js'
import {readTextIfThere} from '../../files/read-text.js'
import {isDiskFull} from '../../files/system-error.js'
import type {Run} from '../../process/run.js'
import type {Bundle} from '../bundle.js'
import {clearPartials, PARTIAL, settleBundle} from '../write-bundle.js'
import {fetchArchive} from './fetch-archive.js'
import type {Fetch} from './fetch-body.js'
import {fetchOci} from './fetch-oci.js'
import type {Member} from './member.js'
import {readArchive} from './read-archive.js'
import {placeOf, type BundleSource, type Place} from './source.js'
import {writeStage, type StageOptions} from './write-stage.js'

/** Bytes done of bytes in all, where that is known. */
export interface TransferProgress {
  step: 'download' | 'verify' | 'write'
  done: number
  total?: number | undefined
}

export interface ImportOptions {
  /** build/bases of the project, absolute; the base appears there by its key. Nobody else writes into it meanwhile (see workflow/alone.ts). */
  folder: string
  run: Run
  fetch: Fetch
  signal: AbortSignal
  /** Sees bundle.json before the rest is read, or, from a registry, fetched; throws where this base is of no use. */
  judge?: ((bundle: Bundle) => void) | undefined
  onProgress?: ((progress: TransferProgress) => void) | undefined
}

/**
 * The base at `source` as `<folder>/<key>/`, whole or not at all, in place of one of the same key. Nothing of it is believed: see writeStage and
 * checkBundle for what is refused. A file's `<file>.sha256` counts where no sha256 is given.
 * Throws BrmcError USAGE, PACKAGE_UNAVAILABLE, PACKAGE_CORRUPT, BUNDLE_MISFIT, DISK_FULL, TOOL_MISSING, INTERRUPTED, and what `judge` throws.
 */
export async function importBundle(source: BundleSource, options: ImportOptions): Promise<Bundle> {
  const place = placeOf(source)
  const {folder, signal, judge, onProgress} = options
  const [stage, download] = ['import', 'download'].map(name => join(folder, `${name}${PARTIAL}`)) as [string, string]
  try {
    await clearPartials(folder)
    const staging: StageOptions = {judge, signal, onProgress: (done, total) => onProgress?.({step: 'write', done, total})}
    const bundle = await withMembers(place, {...options, download}, members => writeStage(stage, members, staging))
    if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
    await settleBundle(stage, join(folder, bundle.key))
    return bundle
  } catch (error) {
    throw inWords(error, nameOf(place), signal)
  } finally {
    await Promise.all([stage, download].map(path => rm(path, {recursive: true, force: true})))
  }
}

type Use = (members: AsyncIterable<Member>) => Promise<Bundle>

async function withMembers(place: Place, options: ImportOptions & {download: string}, use: Use): Promise<Bundle> {
  const {fetch, signal, download, onProgress} = options
  switch (place.kind) {
    case 'oci':
      return use(fetchOci(place, {fetch, signal}))
    case 'web':
      await fetchArchive(place, {target: download, fetch, signal, onProgress: (done, total) => onProgress?.({step: 'download', done, total})})
      return readArchive(download, use, options)
    case 'file':
      await verifyFile(place, options)
      return readArchive(resolve(place.path), use, options)
  }
}

async function verifyFile({path, sha256}: Extract<Place, {kind: 'file'}>, {onProgress}: ImportOptions): Promise<void> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) throw new BrmcError('USAGE', `there is no file ${path}`)
  if (!stats.isFile()) throw new BrmcError('USAGE', `${path} is no file`, {suggestions: ['name the file that brmc base export wrote']})
  const beside = sha256 ?? /^([0-9a-f]{64})\s/.exec(await readTextIfThere(`${path}.sha256`) ?? '')?.[1]
  if (beside === undefined) return
  onProgress?.({step: 'verify', done: 0, total: stats.size})
  const actual = await readSha256(path)
  if (actual === beside) return
  throw new BrmcError('PACKAGE_CORRUPT', `its sha256 is ${actual}, not ${beside}${sha256 === undefined ? `, as ${basename(path)}.sha256 has it` : ''}`, {suggestions: ['copy it again']})
}

/** Without a password or a signature that may be in an address. */
function nameOf(place: Place): string {
  switch (place.kind) {
    case 'oci':
      return `${place.origin}/${place.name}@${place.digest}`
    case 'web':
      return `${place.url.origin}${place.url.pathname}`
    case 'file':
      return place.path
  }
}

/** Every refusal names the source; what a reader of archives says of any archive is said of a damaged package here. */
function inWords(error: unknown, source: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new BrmcError('INTERRUPTED', 'interrupted', {cause: error})
  if (isDiskFull(error)) return new BrmcError('DISK_FULL', `the disk became full while ${source} was imported`, {cause: error, suggestions: ['free some space, or remove bases that are no longer used from build/bases']})
  if (!(error instanceof BrmcError)) return error
  const {message, cause, suggestions, details} = error
  const code = error.code === 'OVERLAY_INVALID' ? 'PACKAGE_CORRUPT' : error.code
  if (code !== 'PACKAGE_CORRUPT' && code !== 'BUNDLE_MISFIT') return error
  return new BrmcError(code, `${source} cannot be imported: ${message}`, {cause: cause ?? error, suggestions, details})
}
