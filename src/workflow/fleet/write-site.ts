import {mkdirSync, writeFileSync} from 'node:fs'
import {statfs} from 'node:fs/promises'
import {dirname} from 'node:path'

import {BrmcError} from '../../errors.js'
import type {ImagePlan} from '../../image/compose.js'
import {refuseFullDisk} from '../../image/layout.js'
import {encodePack} from '../../image/pack.js'
import {readRegionBytes} from '../../image/read-regions.js'
import type {Region} from '../../image/region.js'
import type {StemWriter} from '../../image/write-from-stem.js'
import {imageManifest, laidOver} from '../image-manifest.js'
import type {RootTree} from '../../overlay/entry.js'
import type {ChosenDeployment} from '../open-project.js'
import {SITE_ARCHIVE} from '../ram-root.js'
import type {StemCard} from './stem.js'

interface SiteImage {
  file: string
  stem: StemCard
  chosen: ChosenDeployment
  root: () => RootTree
  plan: ImagePlan
  regions: readonly Region[]
  writer: StemWriter
  /** Sites that are to be made still, this one among them. */
  left: number
}

/** Returns the bytes of the image. Throws DISK_FULL before a disk that shares nothing between files is full. */
export async function writeSiteImage({file, stem, chosen, root, plan, regions, writer, left}: SiteImage): Promise<number> {
  mkdirSync(dirname(file), {recursive: true})
  if (!writer.clones) await refuseFullFleet(file, plan.allocated, left)
  writer.write({stem, target: file, size: plan.size, regions})
  const tree = root()
  const laid = chosen.deployment.root === 'ext4' ? laidOver(stem.base.rootfs.entries, tree) : undefined
  const manifest = imageManifest(chosen, {bundle: stem.base.bundle, plan, laid, root: tree})
  // Nobody reads it before the image is written down as made.
  writeFileSync(`${file}.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  return plan.size
}

async function refuseFullFleet(file: string, allocated: number, left: number): Promise<void> {
  const {bavail, bsize} = await statfs(dirname(file))
  try {
    refuseFullDisk({target: left === 1 ? file : `${left} images`, needed: allocated * left, free: bavail * bsize})
  } catch (error) {
    if (!(error instanceof BrmcError)) throw error
    throw new BrmcError(error.code, error.message, {suggestions: [
      'make packs, some hundred bytes each, with --packs, and images of them where they are needed',
      'or put them on a file system that shares blocks between files: Btrfs, or XFS', ...error.suggestions,
    ]})
  }
}

interface SitePack {
  file: string
  site: string
  stem: StemCard
  /** Of the stem's image. */
  sha256: string
  regions: readonly Region[]
  /** Of the site's image. */
  size: number
}

/** What deflate looks back on. */
const WINDOW = 32_768
/** A site that differs in more from its deployment is better made as an image. */
const MAX_DIFFERING = 64 * 1024 * 1024

/** Returns the bytes of the pack. */
export function writePack({file, site, stem, sha256, regions, size}: SitePack): number {
  const differing = regions.reduce((sum, region) => sum + region.size, 0)
  if (differing > MAX_DIFFERING) {
    throw new BrmcError('IMAGE_INVALID', `${site} differs in ${Math.ceil(differing / 2 ** 20)} MiB from ${stem.chosen.deployment.name}: that is no small pack`, {
      suggestions: ['make a deployment of what such sites share, and let them lie over it', 'or make its image without --packs'],
    })
  }

  const [offset, length] = dictionaryOf(stem)
  const dictionary = length === 0 ? Buffer.alloc(0) : readRegionBytes(stem.card.plan.regions, {offset, size: length})
  const pack = encodePack({site, stem: {deployment: stem.chosen.deployment.name, sha256}, size, dictionary: [offset, length]},
    regions.map(region => ({offset: region.offset, bytes: readRegionBytes([region], region)})), dictionary)
  // In one call: to hand ten thousand small files to other threads takes longer than to write them.
  writeFileSync(file, pack)
  return pack.length
}

/** The stem's own archive: where a ram root has one, a site's is almost like it. */
function dictionaryOf({card: {plan: {bootFiles}}}: StemCard): [offset: number, size: number] {
  const archive = bootFiles.find(({path}) => path === SITE_ARCHIVE)
  if (!archive) return [0, 0]
  const size = Math.min(archive.size, WINDOW)
  return [archive.offset + archive.size - size, size]
}
