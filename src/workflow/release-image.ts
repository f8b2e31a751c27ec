import {copyFile, readdir, rename, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'

import {readSha256} from '../files/read-sha256.js'
import {writeWhole} from '../files/write-whole.js'
import {encodeBmap} from '../image/bmap.js'
import type {Run} from '../process/run.js'
import type {ComposedImage} from './compose-image.js'

export interface ReleaseOptions {
  /** Is there. */
  folder: string
  run: Run
  signal: AbortSignal
}

const SUMS = 'SHA256SUMS'

/**
 * What a CI job uploads: `<project>-<deployment>.img.xz`, `.bmap`, the manifest, and SHA256SUMS over all that is in the folder.
 * Each file appears whole. Returns their paths.
 */
export async function releaseImage({target, manifest, mappedRanges}: ComposedImage, {folder, run, signal}: ReleaseOptions): Promise<string[]> {
  const name = join(folder, `${manifest.spec.name}-${manifest.deployment}.img`)
  await compress(target, `${name}.xz`, {run, signal})
  await writeWhole(`${name}.bmap`, encodeBmap(manifest.size, mappedRanges))
  await writeWhole(`${name}.json`, `${JSON.stringify({...manifest, image: basename(name)}, null, 2)}\n`)
  await writeWhole(join(folder, SUMS), await sumsOf(folder))
  return [`${name}.xz`, `${name}.bmap`, `${name}.json`, join(folder, SUMS)]
}

async function compress(source: string, target: string, {run, signal}: Omit<ReleaseOptions, 'folder'>): Promise<void> {
  const draft = `${target}.partial`
  try {
    await copyFile(source, draft)
    // Blocks of a fixed size make the output the same for any number of threads.
    await run('xz', ['-6', '--threads=0', '--block-size=16MiB', '--force', '--suffix=.xz', '--', draft], {signal})
    await rename(`${draft}.xz`, target)
  } finally {
    await Promise.all([draft, `${draft}.xz`].map(path => rm(path, {force: true})))
  }
}

/** As sha256sum(1) prints and checks them; names sorted. */
async function sumsOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter(name => /\.(xz|bmap|json)$/.test(name) && !name.includes('.partial')).sort()
  const lines = await Promise.all(names.map(async name => `${await readSha256(join(folder, name))}  ${name}\n`))
  return lines.join('')
}
