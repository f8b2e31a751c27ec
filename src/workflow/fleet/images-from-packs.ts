import {mkdir, readFile} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'

import {BrmcError, messageOf} from '../../errors.js'
import {readSha256} from '../../files/read-sha256.js'
import {decodePackHeader, decodePackRegions} from '../../image/pack.js'
import {readRegionBytes} from '../../image/read-regions.js'
import {StemWriter} from '../../image/write-from-stem.js'
import {findProject} from '../../spec/read-project.js'
import {imagePath} from '../image-path.js'
import {runSteps, type Reporting} from '../reporting.js'
import {sitePath} from './site-places.js'

export interface PacksRequest {
  /** Of the project: where stems are looked for, and where images go unless `output` says otherwise. */
  folder: string
  packs: readonly string[]
  /** Path of the image that all were made from. */
  stem?: string
  output?: string
  reporting: Reporting
}

export interface MadeFromPack {
  site: string
  path: string
  /** Bytes. */
  size: number
}

/** Images of packs: a copy of the stem, and what differs written over it. Throws IMAGE_INVALID where the stem is another than the pack was made from. */
export async function imagesFromPacks({folder, packs, stem, output, reporting}: PacksRequest): Promise<MadeFromPack[]> {
  const images: MadeFromPack[] = []
  const writer = new StemWriter()
  const sums = new Map<string, string>()
  await runSteps(packs.map(file => ({
    title: `Make the image of ${file}`,
    async run() {
      const bytes = await readFile(file).catch((cause: unknown) => { throw new BrmcError('USAGE', `${file} cannot be read: ${messageOf(cause)}`, {cause}) })
      const pack = decodePackHeader(bytes, file)
      const {site, size, dictionary: [offset, length], stem: {deployment, sha256}} = pack.header
      const project = stem !== undefined && output !== undefined ? undefined : await findProject(resolve(folder))
      const image = stem ?? join(project ?? '', imagePath(deployment))
      const sum = sums.get(image) ?? await readSha256(image).catch((cause: unknown) => { throw missingStem(image, deployment, cause) })
      sums.set(image, sum)
      if (sum !== sha256) throw otherStem(file, image, deployment)
      const whole = [{offset: 0, size: offset + length, content: {file: image, offset: 0}}]
      const regions = decodePackRegions(pack, length === 0 ? Buffer.alloc(0) : readRegionBytes(whole, {offset, size: length}), file)
      const target = sitePath(output === undefined ? join(project ?? '', 'build', 'images') : resolve(output), site)
      await mkdir(dirname(target), {recursive: true})
      writer.write({stem: {image}, target, size, regions})
      images.push({site, path: target, size})
    },
  })), {}, reporting)
  return images
}

function missingStem(image: string, deployment: string, cause: unknown): BrmcError {
  return new BrmcError('USAGE', `the image that this pack is for is not there: ${image}`, {cause, suggestions: [`make it with: brmc image ${deployment}`, 'or name it with --stem']})
}

function otherStem(file: string, image: string, deployment: string): BrmcError {
  return new BrmcError('IMAGE_INVALID', `${file} was made for another image of ${deployment} than ${image}`, {
    suggestions: ['take the image that was released together with the packs', 'or make the packs again: brmc image --inventory … --packs'],
  })
}
