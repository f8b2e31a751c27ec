import {lstat, stat} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {bundleKey} from '../base/key.js'
import {readFolderState} from '../files/read-folder-state.js'
import {readTextIfThere} from '../files/read-text.js'
import {sha256} from '../files/sha256.js'
import {writeWhole} from '../files/write-whole.js'
import {ImageManifestSchema} from '../image/manifest.js'
import {META_ENDING} from '../spec/project-text.js'
import type {ComposedImage, ComposeRequest} from './compose-image.js'
import {DEVICE_TABLE, overlayPlaces} from './overlay-places.js'

/** Beside the image: what it was made of, and the file as it then was. */
const RECORD = 'made-of.json'
const CARD = 'sdcard.img'

/** Hash over all that composing reads: the base, the file's values, overlays by the state of their files, brmc itself. */
export async function inputsOf({project: {folder}, base: {bundle}, spec, deployment}: ComposeRequest): Promise<string> {
  // One that is not there composing will tell.
  const overlays = await Promise.all([DEVICE_TABLE, ...overlayPlaces(deployment).flatMap(path => [path, `${path}${META_ENDING}`])].map(async path =>
    [path, await readFolderState(join(folder, path)).catch(() => [])] as const))
  return bundleKey({
    brmc: await ownState(),
    bundle: bundle.key,
    // Values may be secrets: only a hash over all of them is kept.
    spec: sha256(JSON.stringify(spec)),
    deployment: deployment.name,
    root: deployment.root,
    overlays: overlays.map(([path, lines]) => [path, sha256(lines.join('\n'))]),
  })
}

/** The image at `target` where it was made of these inputs and nobody touched it since; undefined where it has to be made. */
export async function freshImage(target: string, inputs: string): Promise<ComposedImage | undefined> {
  const [record, manifest, image] = await Promise.all([jsonIfThere(join(dirname(target), RECORD)), jsonIfThere(`${target}.json`), stat(target).catch(() => undefined)])
  const parsed = ImageManifestSchema.safeParse(manifest)
  if (!image || !parsed.success || JSON.stringify(record) !== JSON.stringify(recordOf(inputs, image))) return undefined
  return {target, manifest: parsed.data, mappedRanges: [], warnings: []}
}

export async function recordInputs(target: string, inputs: string): Promise<void> {
  await writeWhole(join(dirname(target), RECORD), `${JSON.stringify(recordOf(inputs, await stat(target)))}\n`)
}

function recordOf(inputs: string, {size, mtimeMs, ino}: {size: number, mtimeMs: number, ino: number}): object {
  return {version: 1, inputs, [CARD]: {size, mtimeMs, ino}}
}

/** This very brmc: what it consists of is written anew with every build and every installation. */
async function ownState(): Promise<string> {
  const {size, mtimeMs} = await lstat(fileURLToPath(import.meta.resolve('#package.json')))
  const built = await lstat(fileURLToPath(import.meta.url))
  return [size, mtimeMs, built.size, built.mtimeMs].join(' ')
}

async function jsonIfThere(path: string): Promise<unknown> {
  const text = await readTextIfThere(path)
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
