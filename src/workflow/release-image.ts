import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {copyFile, mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {pipeline} from 'node:stream/promises'

import {encodeBmap} from '../image/bmap.js'
import type {Run} from '../process/run.js'
import type {ComposedImage} from './compose-image.js'

export interface ReleaseOptions {
  /** Made if it is missing. */
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
  await mkdir(folder, {recursive: true})
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
  const names = (await readdir(folder)).filter(name => /\.(xz|bmap|json)$/.test(name)).sort()
  const lines = await Promise.all(names.map(async name => {
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(folder, name)), hash)
    return `${hash.digest('hex')}  ${name}\n`
  }))
  return lines.join('')
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text)
  await rename(`${path}.partial`, path)
}
