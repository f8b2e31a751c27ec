import {open, readFile, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'

import {writePieces} from '../../archive/write-tar.js'
import {BrmcError} from '../../errors.js'
import {readSha256} from '../../files/read-sha256.js'
import {makeFolder} from '../../files/write-folder.js'
import {writeWhole} from '../../files/write-whole.js'
import type {Run} from '../../process/run.js'
import {BUNDLE_FILE, type Bundle} from '../bundle.js'
import {archivePieces} from './archive-pieces.js'
import {checkBundle} from './check-bundle.js'
import {layoutOf} from './oci.js'
import {readBundleFiles, readHashedFiles} from './read-files.js'

export interface ExportOptions {
  /** Absolute; its ending says how it is packed: .tar, .tar.xz, .tar.zst. */
  target: string
  /** As the archive of an OCI image layout; .tar alone. */
  oci: boolean
  run: Run
  signal: AbortSignal
}

export interface Exported {
  target: string
  /** Bytes of `target`. */
  size: number
  sha256: string
  /** Of the OCI manifest: `sha256:…`, by which a registry gives it out again. */
  digest?: string
}

type Pack = (draft: string, options: Pick<ExportOptions, 'run' | 'signal'>) => Promise<void>

/** Ending of the target → what packs its draft into `<draft><ending after .tar>`. Blocks of a fixed size make the output the same for any number of threads. */
const PACKERS: Readonly<Record<string, Pack>> = {
  '.xz': async (draft, {run, signal}) => { await run('xz', ['-6', '--threads=0', '--block-size=16MiB', '--force', '--suffix=.xz', '--', draft], {signal}) },
  '.zst': async (draft, {run, signal}) => { await run('zstd', ['-q', '-10', '-T0', '-f', '-o', `${draft}.zst`, '--', draft], {signal}) },
}

/**
 * The bundle in `folder` as one file that other machines import, and beside it `<target>.sha256` (sha256sum(1)); each appears whole or not at all.
 * Equal bundles give equal bytes, those of .xz and .zst only with equal versions of these tools.
 * A base that no brmc would import is not exported. Throws BrmcError PACKAGE_CORRUPT, BUNDLE_MISFIT, USAGE, TOOL_MISSING, DISK_FULL, INTERRUPTED.
 */
export async function exportBundle(folder: string, bundle: Bundle, {target, oci, run, signal}: ExportOptions): Promise<Exported> {
  const packing = packingOf(target, oci)
  checkBundle(await readFile(join(folder, BUNDLE_FILE)))
  await makeFolder(dirname(target))
  if ((await stat(target).catch(() => undefined))?.isDirectory()) throw new BrmcError('USAGE', `${target} is a folder; a file is to be written`)
  const layout = oci ? layoutOf(await readHashedFiles(folder, bundle), bundle.sourceDateEpoch) : undefined
  const pieces = archivePieces(layout?.archive ?? await readBundleFiles(folder, bundle), bundle.sourceDateEpoch)
  const pack = PACKERS[packing]
  const written = pack ? `${target}.unpacked` : target
  try {
    await writePieces(written, pieces, signal)
    if (pack) {
      await pack(written, {run, signal})
      await flush(`${written}${packing}`)
      await rename(`${written}${packing}`, target)
    }
  } finally {
    if (pack) await Promise.all([written, `${written}${packing}`].map(path => rm(path, {force: true})))
  }

  const sha256 = await readSha256(target)
  await writeWhole(`${target}.sha256`, `${sha256}  ${basename(target)}\n`)
  return {target, size: (await stat(target)).size, sha256, ...layout && {digest: layout.digest}}
}

async function flush(path: string): Promise<void> {
  const file = await open(path)
  await file.sync()
  await file.close()
}

function packingOf(target: string, oci: boolean): string {
  const [, packing] = /\.tar(|\.xz|\.zst)$/.exec(target) ?? []
  if (packing === undefined) throw new BrmcError('USAGE', `${basename(target)} says by no ending how it is to be packed`, {suggestions: ['use .tar, .tar.xz or .tar.zst']})
  if (oci && packing !== '') throw new BrmcError('USAGE', 'the archive of an OCI layout is not packed', {suggestions: [`name it ${basename(target).slice(0, -packing.length)}`]})
  return packing
}
