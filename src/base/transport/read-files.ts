import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {readSha256} from '../../files/read-sha256.js'
import {BUNDLE_FILE, ROOTFS_TAR, type Bundle} from '../bundle.js'
import type {ArchiveFile} from './archive-pieces.js'
import type {HashedFile} from './oci.js'

/** The files of the bundle in `folder`: bundle.json first, so that who reads a stream knows what will come, then the root, then boot/ by name. */
export async function readBundleFiles(folder: string, {sizes}: Bundle): Promise<ArchiveFile[]> {
  const boot = Object.keys(sizes).filter(path => path !== ROOTFS_TAR).sort()
  return [
    {path: BUNDLE_FILE, body: await readFile(join(folder, BUNDLE_FILE))},
    ...[ROOTFS_TAR, ...boot].map(path => ({path, body: {file: join(folder, path), offset: 0, size: sizes[path] ?? 0}})),
  ]
}

/** The same with the sha256 of each. */
export async function readHashedFiles(folder: string, bundle: Bundle): Promise<HashedFile[]> {
  const hashed: HashedFile[] = []
  for (const file of await readBundleFiles(folder, bundle)) hashed.push({...file, sha256: await readSha256(join(folder, file.path))})
  return hashed
}
