import {createWriteStream} from 'node:fs'
import {mkdir, open, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'

import {extract} from 'tar-stream'

import {BrmcError} from '../../errors.js'
import {isDiskFull} from '../../files/system-error.js'
import {BOOT_FOLDER, BUNDLE_FILE, ROOTFS_TAR, type Bundle} from '../bundle.js'
import {clearPartials, PARTIAL, settleBundle} from '../write-bundle.js'
import type {Output} from './output.js'

/** Nothing else is taken, whatever a script of the tree put there. */
const BELONGS = new RegExp(`^(${ROOTFS_TAR.replace('.', '\\.')}|${BOOT_FOLDER}(/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+)$`)
/** The output's own, which brmc makes anew for each card. */
const NOT_OF_BASE = new Set([`${BOOT_FOLDER}/cmdline.txt`, `${BOOT_FOLDER}/config.txt`])

/**
 * Takes root and boot files out of the output, wherever it lies, into the bundle `folder`, which appears whole or not at all.
 * Throws BrmcError DISK_FULL, BUILD_FAILED where the build left none.
 */
export async function writeCollected(output: Output, folder: string, bundle: Omit<Bundle, 'sizes'>): Promise<Bundle> {
  const partial = `${folder}${PARTIAL}`
  try {
    await clearPartials(dirname(folder))
    const sizes: Record<string, number> = {}
    await output.workshop.run(['tar', '-C', `${output.workshop.places.output}/images`, '-cf', '-', ROOTFS_TAR, BOOT_FOLDER], {
      consume: async chunks => { await unpack(chunks, partial, sizes) },
    })
    if (sizes[ROOTFS_TAR] === undefined || sizes[`${BOOT_FOLDER}/${bundle.kernel}`] === undefined) {
      throw new BrmcError('BUILD_FAILED', `Buildroot left no ${ROOTFS_TAR} or no ${BOOT_FOLDER}/${bundle.kernel} in images/`, {
        suggestions: ['see what differs in the tree with: brmc diff', 'keep BR2_TARGET_ROOTFS_TAR=y and board/common/post-image.sh'],
      })
    }
    const finished = {...bundle, sizes}
    await writeFlushed(join(partial, BUNDLE_FILE), `${JSON.stringify(finished, undefined, 2)}\n`)
    await settleBundle(partial, folder)
    return finished
  } catch (error) {
    await rm(partial, {recursive: true, force: true})
    throw isDiskFull(error) ? new BrmcError('DISK_FULL', `the disk is full: the base ${folder} does not fit`, {cause: error}) : error
  }
}

async function unpack(chunks: AsyncIterable<Uint8Array>, partial: string, sizes: Record<string, number>): Promise<void> {
  const members = extract()
  const feeding = pipeline(Readable.from(chunks), members)
  for await (const member of members) {
    const {name, type, size} = member.header
    if (type === 'file' && BELONGS.test(name) && !NOT_OF_BASE.has(name)) {
      const target = join(partial, name)
      await mkdir(dirname(target), {recursive: true})
      await pipeline(member, createWriteStream(target, {flush: true}))
      sizes[name] = size
    } else {
      member.resume()
    }
  }
  await feeding
}

async function writeFlushed(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  const file = await open(path)
  await file.sync()
  await file.close()
}
