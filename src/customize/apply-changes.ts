import {open} from 'node:fs/promises'

import {encodeXattrRelease} from '../image/ext4-tree/xattr-block.js'
import type {Ext4Tree} from '../image/ext4-tree/read-tree.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Changes} from './changes.js'
import {debugfsScript} from './debugfs-script.js'
import {fatSteps} from './fat-steps.js'
import type {MountedFat} from './image-tree.js'
import {freedInodes} from './link-counts.js'
import {runDebugfs} from './run-debugfs.js'
import {runMtools} from './run-mtools.js'
import type {ApplyRequest} from './tool-requests.js'
import {HostFiles} from './write-host-files.js'

/** Changes an ext4 that begins `offset` bytes into the copy. */
export async function applyToRoot(changes: Changes, {tree, offset}: {tree: Ext4Tree, offset: number}, request: ApplyRequest): Promise<void> {
  const files = new HostFiles(request.folder)
  const releases = xattrReleases(changes, tree)
  const {volume} = tree.reader
  const script = debugfsScript({
    changes, inodes: tree.inodes, hostFile: (content: Buffer | RootEntry) => files.name(content), epoch: request.epoch, inodeSize: volume.inodeSize,
    spareName: spareNameIn(tree, changes), freedXattrBlocks: releases.filter(({left}) => left === 0).map(({block}) => block),
  })
  await files.write(request.signal)
  const image = await open(`${request.folder}/${request.image}`, 'r+')
  try {
    for (const {block, left} of releases.filter(one => one.left > 0)) {
      const bytes = encodeXattrRelease(tree.reader.block(block), {block, left, checksumSeed: volume.checksumSeed})
      await image.write(bytes, 0, bytes.length, offset + block * volume.blockSize)
    }
  } finally {
    await image.close()
  }

  await runDebugfs(script, {...request, offset})
}

/** Steps of mtools for a FAT partition that begins `offset` bytes into the copy. */
export async function applyToFat(changes: Changes, {fat: {at, walk}, offset}: {fat: MountedFat, offset: number}, request: ApplyRequest): Promise<void> {
  await runMtools(fatSteps(changes, at, walk.entries.keys()), {...request, offset})
}

function spareNameIn(tree: Ext4Tree, {added}: Changes): string {
  for (let number = 0; ; number++) {
    const name = `.brmc-${number}`
    if (!tree.entry(name) && !added.some(({path}) => path === name)) return name
  }
}

/** debugfs forgets a deleted file's block of extended attributes: how many files use each such block when all is removed. */
function xattrReleases(changes: Changes, {inodes, reader}: Ext4Tree): {block: number, left: number}[] {
  const gone = new Map<number, number>()
  for (const {xattrBlock} of freedInodes(changes, inodes)) {
    if (xattrBlock !== 0) gone.set(xattrBlock, (gone.get(xattrBlock) ?? 0) + 1)
  }

  return Array.from(gone, ([block, count]) => ({block, left: Math.max(reader.block(block).readUInt32LE(4) - count, 0)}))
}
