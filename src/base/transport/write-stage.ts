import {mkdir, open, statfs, type FileHandle} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {readTarEntries} from '../../archive/read-tar.js'
import {BrmcError, messageOf} from '../../errors.js'
import {BUNDLE_FILE, ROOTFS_TAR, type Bundle} from '../bundle.js'
import {bundleSize, checkBundle, MAX_BUNDLE_FILE} from './check-bundle.js'
import {smallBody, type Member} from './member.js'

export interface StageOptions {
  /** Sees what is coming before anything of it is written; throws where it is of no use. */
  judge?: ((bundle: Bundle) => void) | undefined
  /** Bytes on disk, of bytes in all. */
  onProgress?: ((done: number, total: number) => void) | undefined
  signal: AbortSignal
}

/**
 * Writes `members`, the files of a base with bundle.json first, into `folder`, which is made: exactly those that bundle.json speaks of, each of
 * the size it says, flushed. Names never lead out of `folder`. What was written before an error is left to the caller.
 * Throws BrmcError PACKAGE_CORRUPT, BUNDLE_MISFIT, DISK_FULL, INTERRUPTED.
 */
export async function writeStage(folder: string, members: AsyncIterable<Member>, options: StageOptions): Promise<Bundle> {
  let bundle: Bundle | undefined
  const waiting = new Map<string, number>()
  let done = 0
  await mkdir(folder)
  for await (const member of members) {
    if (!bundle) {
      bundle = await stageBundleFile(folder, member, options)
      for (const [path, size] of Object.entries(bundle.sizes)) waiting.set(path, size)
      continue
    }

    const size = waiting.get(member.path)
    if (size === undefined) throw new BrmcError('PACKAGE_CORRUPT', `${member.path} ${Object.hasOwn(bundle.sizes, member.path) || member.path === BUNDLE_FILE ? 'is in it twice' : 'is in it, and its bundle.json does not know it'}`)
    if (size !== member.size) throw new BrmcError('PACKAGE_CORRUPT', `${member.path} has ${member.size} bytes where its bundle.json says ${size}`)
    waiting.delete(member.path)
    const [before, total] = [done, bundleSize(bundle)]
    done += await writeMember(join(folder, member.path), member, {...options, onProgress: bytes => options.onProgress?.(before + bytes, total)})
  }

  if (!bundle) throw notFirst()
  const [missing] = waiting.keys()
  if (missing !== undefined) throw new BrmcError('PACKAGE_CORRUPT', `${missing} is not in it`)
  refuseUnlessTar(join(folder, ROOTFS_TAR))
  for (const inner of new Set([...Object.keys(bundle.sizes)].map(path => dirname(path)))) await flush(join(folder, inner))
  return bundle
}

/** Better found now than when an image is made. */
function refuseUnlessTar(path: string): void {
  try {
    readTarEntries(path)
  } catch (cause) {
    throw new BrmcError('PACKAGE_CORRUPT', `its ${ROOTFS_TAR} is no archive of a root: ${messageOf(cause).replace(`${path}: `, '')}`, {cause})
  }
}

async function stageBundleFile(folder: string, member: Member, {judge}: StageOptions): Promise<Bundle> {
  if (member.path !== BUNDLE_FILE) throw notFirst()
  const bytes = await smallBody(member, MAX_BUNDLE_FILE)
  const bundle = checkBundle(bytes)
  judge?.(bundle)
  await refuseWithoutRoom(folder, bundleSize(bundle))
  await writeFlushed(join(folder, BUNDLE_FILE), async file => { await file.writeFile(bytes) })
  return bundle
}

const notFirst = (): BrmcError =>
  new BrmcError('BUNDLE_MISFIT', `it is no base: ${BUNDLE_FILE} is not its first file`, {suggestions: ['write one with: brmc base export']})

async function refuseWithoutRoom(folder: string, size: number): Promise<void> {
  const {bavail, bsize} = await statfs(folder)
  if (bavail * bsize >= size) return
  throw new BrmcError('DISK_FULL', `the base has ${size} bytes, and ${bavail * bsize} are free at ${dirname(folder)}`, {suggestions: ['free some space, or move build/ to a larger disk']})
}

async function writeMember(
  target: string, {path, body, size}: Member, {signal, onProgress}: {signal: AbortSignal, onProgress: (bytes: number) => void},
): Promise<number> {
  await mkdir(dirname(target), {recursive: true})
  let done = 0
  await writeFlushed(target, async file => {
    for await (const chunk of body) {
      if (signal.aborted) throw new BrmcError('INTERRUPTED', 'interrupted')
      await file.writeFile(chunk)
      done += chunk.length
      onProgress(done)
    }
  })
  if (done !== size) throw new BrmcError('PACKAGE_CORRUPT', `it was cut short within ${path}: ${done} of ${size} bytes came`)
  return done
}

/** A file that is not there yet; a link in its place is not followed. */
async function writeFlushed(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}
