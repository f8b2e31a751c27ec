import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readTarEntries} from '../../src/archive/read-tar.js'
import {writeTar} from '../../src/archive/write-tar.js'
import {planImage, type BootFile} from '../../src/image/compose.js'
import {identityOf} from '../../src/image/identity.js'
import {writeImage} from '../../src/image/write-image.js'
import type {RootEntry} from '../../src/overlay/entry.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'

const EPOCH = 1_700_000_000
const MIB = 1024 * 1024

export interface ImageBenchInputs {
  rootfsTar: string
  bootFiles: BootFile[]
  /** Bytes of all inputs. */
  size: number
}

/** Processor time in milliseconds, user and system. */
export interface ImageBenchRound {
  /** Index of the tar, merge, plan, write: all but the start of node. Hashes are left out, then of the image, then of its ranges too. */
  compose: number
  composeWithSha256: number
  composeWithBothHashes: number
  /** `cp --sparse=always` of the finished image, and reading the inputs once: what cannot be undercut by copying. */
  limit: number
}

/** A root like a small Debian: 11,788 entries, 300 MB, sizes from nothing to 4 MB; and 38 MB of boot files. The same bytes every time. */
export async function makeImageBenchInputs(folder: string): Promise<ImageBenchInputs> {
  const blob = join(folder, 'blob')
  writeFileSync(blob, pseudoRandom(40 * MIB))
  const common = {uid: 0, gid: 0, mtime: EPOCH, size: 0}
  const entries: RootEntry[] = []
  for (let index = 0; index < 1500; index++) entries.push({path: `usr/share/package-${index}`, type: 'directory', mode: 0o755, ...common})
  for (let index = 0; index < 10_288; index++) {
    const size = index % 150 === 0 ? 3 * MIB : index % 7 === 0 ? 40_000 + index : index % 4000
    entries.push({path: `usr/share/package-${index % 1500}/file-${index}`, type: 'file', mode: 0o644, ...common, size, content: {file: blob, offset: index * 3217 % (36 * MIB)}})
  }

  const rootfsTar = join(folder, 'rootfs.tar')
  const size = await writeTar(rootfsTar, mergeLayers([{name: 'bench', kind: 'archive', entries}], EPOCH).values())
  const bootFiles: BootFile[] = [
    {path: 'kernel8.img', size: 24 * MIB, content: {file: blob, offset: 0}},
    {path: 'initramfs8', size: 10 * MIB, content: {file: blob, offset: 24 * MIB}},
    ...Array.from({length: 220}, (_, index) => ({path: `overlays/overlay-${index}.dtbo`, size: 17_000, content: {file: blob, offset: index * 17_000}})),
  ]
  return {rootfsTar, bootFiles, size: size + 40 * MIB}
}

/** One round in `folder`: each way of composing, then the limit. A user sees what the first figure of the first round shows: later, V8 has compiled all. */
export async function benchImageRound({rootfsTar, bootFiles}: ImageBenchInputs, folder: string): Promise<ImageBenchRound> {
  const target = join(folder, 'sdcard.img')
  const compose = async (hash: {image: boolean, ranges: boolean}): Promise<number> => {
    rmSync(target, {force: true})
    const before = process.cpuUsage()
    const tree = mergeLayers([{name: 'base', kind: 'archive', entries: readTarEntries(rootfsTar)}], EPOCH)
    const {diskSignature, volumeId, rootUuid: uuid, hashSeed} = identityOf('bench', 'default')
    const plan = planImage({bootFiles, root: {format: 'ext4', tree, uuid, hashSeed, label: 'root'}, diskSignature, volumeId, epoch: EPOCH})
    await writeImage({target, ...plan, hash})
    const {user, system} = process.cpuUsage(before)
    return (user + system) / 1000
  }

  return {
    compose: await compose({image: false, ranges: false}),
    composeWithSha256: await compose({image: true, ranges: false}),
    composeWithBothHashes: await compose({image: true, ranges: true}),
    limit: cpuOf(`cp --sparse=always "${target}" "${target}.copy"; cat "${rootfsTar}" "${join(folder, 'blob')}" > /dev/null; rm "${target}.copy"`),
  }
}

/** Processor time of a shell's children, as bash's `times` has it. */
function cpuOf(script: string): number {
  const {stdout} = spawnSync('bash', ['-c', `${script}; times`], {encoding: 'utf8', env: {...process.env, LC_ALL: 'C'}})
  const [, children = ''] = stdout.trim().split('\n')
  return Array.from(children.matchAll(/(\d+)m([\d.]+)s/g)).reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0)
}

/** Bytes that no compressor and no search for zeros can shorten. */
function pseudoRandom(size: number): Buffer {
  const chunks = Array.from({length: size / MIB}, (_, index) => {
    const seed = createHash('sha256').update(String(index)).digest()
    const chunk = Buffer.alloc(MIB)
    for (let at = 0; at < MIB; at += 32) seed.copy(chunk, at)
    chunk.writeUInt32LE(index, 0)
    return chunk
  })
  return Buffer.concat(chunks)
}
