import {open, stat} from 'node:fs/promises'
import {basename, join, resolve} from 'node:path'

import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {identityOf} from '../image/identity.js'
import {ImageManifestSchema, secretsIn, specOf, type ImageManifest} from '../image/manifest.js'
import {decodePartitionTable, SECTOR, type Partition} from '../image/partition-table.js'
import type {SecretUse} from '../spec/fill-secrets.js'
import {pathText} from '../spec/finding.js'
import {findProject, readProject} from '../spec/read-project.js'
import type {Spec} from '../spec/schema.js'
import {secretVariable} from '../spec/secret-reference.js'
import {imagePath} from './image-path.js'
import {chooseDeployments, openProject} from './open-project.js'
import {secretsOf} from './project-secrets.js'

const AGAIN = ['make the image again: brmc image']

/** The image of the deployment of that name, or else the file of that name. */
export async function findImage(image: string, folder: string): Promise<string> {
  const project = image.includes('/') ? undefined : await projectOf(folder)
  const candidates = [...typeof project === 'string' ? [join(project, imagePath(image))] : [], resolve(image)]
  for (const candidate of candidates) {
    if (await stat(candidate).then(stats => stats.isFile(), () => false)) return candidate
  }

  if (project instanceof BrmcError && !image.includes('.')) throw project
  if (typeof project !== 'string') throw new BrmcError('USAGE', `there is no image ${resolve(image)}`)
  // Is it not made, or is there no such deployment?
  if (!image.includes('.')) chooseDeployments(await openProject(project), [image])
  throw new BrmcError('USAGE', `there is no image ${candidates.join(' or ')}`, {suggestions: [image.includes('.') ? 'make it first: brmc image' : `make it first: brmc image ${image}`]})
}

async function projectOf(folder: string): Promise<string | BrmcError> {
  return findProject(resolve(folder)).catch((error: unknown) => {
    if (error instanceof BrmcError) return error
    throw error
  })
}

/** The manifest beside the image, which has to be of that very image. Throws IMAGE_INVALID. */
export async function readImageManifest(image: string): Promise<ImageManifest> {
  if (image.endsWith('.xz')) throw new BrmcError('IMAGE_INVALID', `${image} is compressed`, {suggestions: [`unpack it first: xz -dk ${basename(image)}`]})
  const path = `${image}.json`
  const text = await readTextIfThere(path)
  if (text === undefined) {
    throw new BrmcError('IMAGE_INVALID', `${path} is missing: without its manifest nobody knows what the image is to do`, {suggestions: ['keep it beside the image', ...AGAIN]})
  }

  const parsed = ImageManifestSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const keys = [...new Set(parsed.error.issues.map(({path: [key]}) => key === undefined ? 'all of it' : String(key)))]
    throw new BrmcError('IMAGE_INVALID', `${path} is not the manifest of an image`, {details: [`missing or not as it should be: ${keys.join(', ')}`], suggestions: AGAIN})
  }

  await refuseOtherImage(image, parsed.data)
  return parsed.data
}

/** The spec of an image, with those secrets from the project in `folder` that decide what the image is to do. Throws IMAGE_INVALID, USAGE. */
export async function readSpecOf(image: string, manifest: ImageManifest, folder: string): Promise<Spec> {
  const uses = secretsIn(manifest)
  const values = uses.length === 0 ? new Map<string, string>() : await valuesFrom(folder, uses)
  const spec = specOf(manifest, values)
  if (spec) return spec
  throw new BrmcError('IMAGE_INVALID', `${image}.json is not the manifest of an image of this brmc: its spec is not one`, {suggestions: AGAIN})
}

async function valuesFrom(folder: string, uses: readonly SecretUse[]): Promise<ReadonlyMap<string, string>> {
  const {values} = await secretsOf(await readProject(folder), [...new Set(uses.map(({name}) => name))])
  const missing = uses.filter(({name}) => !values.has(name))
  if (missing.length === 0) return values
  throw new BrmcError('USAGE', 'what the image is to do depends on secrets that nobody gives', {
    details: missing.map(({name, path}) => `${pathText(path)} is the secret ${name}`),
    suggestions: missing.map(({name}) => `set ${secretVariable(name)}, or write it into secrets.yaml (docs/secrets.md)`),
  })
}

/** Cheap, and enough for what happens: a copy that was cut short, a manifest that lies beside the wrong image. */
async function refuseOtherImage(image: string, {size, spec, deployment, partitions, customized}: ImageManifest): Promise<void> {
  const file = await open(image)
  try {
    const there = (await file.stat()).size
    const {buffer, bytesRead} = await file.read(Buffer.alloc(SECTOR), 0, SECTOR, 0)
    const table = decodePartitionTable(buffer.subarray(0, bytesRead))
    const same = table.diskSignature === identityOf(customized?.project ?? spec.name, customized?.deployment ?? deployment).diskSignature
      && partitions.every((partition, index) => isAt(table.partitions[index], partition))
    if (!same) {
      throw new BrmcError('IMAGE_INVALID', `${image}.json is the manifest of another image: its partitions or its name (${spec.name}, ${deployment}) are others`, {suggestions: AGAIN})
    }

    if (there < size) throw new BrmcError('IMAGE_INVALID', `${image} was cut short: it has ${there} of ${size} bytes`, {suggestions: ['copy it again', ...AGAIN]})
  } finally {
    await file.close()
  }
}

type Extent = Pick<Partition, 'firstSector' | 'sectors'>

function isAt(there: Extent | undefined, {firstSector, sectors}: Extent): boolean {
  return there?.firstSector === firstSector && there.sectors === sectors
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
