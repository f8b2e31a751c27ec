import {closeSync, openSync, readSync} from 'node:fs'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import {Ext4Reader} from '../image/ext4-tree/read-ext4.js'
import {Ext4Tree} from '../image/ext4-tree/read-tree.js'
import type {ReadAt} from '../image/fat/fat.js'
import {decodeBootSector} from '../image/fat/volume.js'
import {walkFat} from '../image/fat/walk.js'
import {mountPointsOf} from '../image/fstab.js'
import {readDisk, type DiskPartition} from '../image/read-disk.js'
import type {Run} from '../process/run.js'
import {choosePartition} from './choose-partition.js'
import {UNMOUNTED, type MountedFat} from './image-tree.js'

export interface PartsRequest {
  folder: string
  /** Name in `folder`, of letters alone. */
  image: string
  /** Numbers in the partition table, where the image leaves a choice. */
  rootPartition?: number
  bootPartition?: number
  /** Something is to be laid over the boot partition itself. */
  wantsBoot: boolean
  /** The root is in archives on the boot partition. */
  rootInMemory: boolean
  run: Run
  signal: AbortSignal
}

export interface ImageParts {
  root?: {partition: DiskPartition, tree: Ext4Tree}
  /** Those that the running system mounts, and the one that is asked for. */
  fats: (MountedFat & {partition: DiskPartition})[]
  /** Where the boot partition stands in the tree; undefined unless asked for. */
  bootAt?: string
  close: () => void
}

const FSTAB = 'etc/fstab'

/** What of an image can be changed. Throws BrmcError IMAGE_INVALID, and USAGE where it has to be said which partition is meant. */
export async function readImageParts(request: PartsRequest): Promise<ImageParts> {
  const {folder, image, rootPartition, bootPartition, wantsBoot, rootInMemory} = request
  const partitions = await readDisk(image, {cwd: folder, run: request.run, signal: request.signal})
  const rootOf = rootInMemory ? undefined : choosePartition(partitions, {fileSystem: 'ext4', number: rootPartition, flag: '--root-partition', what: 'root file system'})
  const file = openSync(join(folder, image), 'r')
  try {
    const read = readerOf(file)
    const tree = rootOf && new Ext4Tree(new Ext4Reader({file, offset: rootOf.offset, what: `the root file system (partition ${rootOf.number})`}))
    const fatPartitions = partitions.filter(({fileSystem}) => fileSystem === 'fat')
    const names = await Promise.all(fatPartitions.map(async partition => ({...partition, ...decodeBootSector(await read(partition.offset, 512))})))
    const mounts = mountPointsOf(tree?.content(FSTAB)?.toString('utf8') ?? '', names)
    const boot = wantsBoot ? choosePartition(partitions, {fileSystem: 'fat', number: bootPartition, flag: '--boot-partition', what: 'boot partition'}) : undefined
    if (boot && !mounts.has(boot.number)) mounts.set(boot.number, UNMOUNTED)
    const fats: ImageParts['fats'] = []
    for (const partition of fatPartitions) {
      const at = mounts.get(partition.number)
      if (at !== undefined) fats.push({number: partition.number, at, partition, walk: await walkFat(read, partition.offset)})
    }

    const bootAt = boot && mounts.get(boot.number)
    return {...rootOf && tree && {root: {partition: rootOf, tree}}, fats, ...bootAt !== undefined && {bootAt}, close() { closeSync(file) }}
  } catch (error) {
    closeSync(file)
    throw error
  }
}

function readerOf(file: number): ReadAt {
  return async (offset, length) => {
    const bytes = Buffer.alloc(length)
    if (readSync(file, bytes, 0, length, offset) < length) throw new BrmcError('IMAGE_INVALID', 'the image was cut short: its boot partition ends early')
    return Promise.resolve(bytes)
  }
}
