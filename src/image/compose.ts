import type {RootTree} from '../overlay/entry.js'
import type {BootFile} from './boot-file.js'
import {planExt4, type Ext4Plan} from './ext4/ext4.js'
import type {HeadRoom} from './ext4/sizing.js'
import {planFat32, type Fat32Plan} from './fat32/fat32.js'
import {FIRST_OFFSET, layOut, restOf, type PlacedPartition} from './layout.js'
import {mappedRanges} from './mapped-ranges.js'
import {encodePartitionTable, FAT32_LBA, LINUX, SECTOR} from './partition-table.js'
import {shifted, type Region} from './region.js'

export type {BootFile} from './boot-file.js'
export type {HeadRoom} from './ext4/sizing.js'

export interface ImageRequest {
  bootFiles: readonly BootFile[]
  /** ext4: a second partition. ram: none; the root lies in archives among the boot files. UUIDs have 36 characters. */
  root: {format: 'ext4', tree: RootTree, uuid: string, hashSeed: string, label: string} | {format: 'ram'}
  /** 32 bits, not 0. */
  diskSignature: number
  /** 32 bits. */
  volumeId: number
  /** Seconds since 1970. */
  epoch: number
  /** Of the root partition; without effect when `size` is given. */
  headRoom?: HeadRoom
  /** A plan whose boot files are the same but for those that vary, to take over what need not be computed twice. */
  like?: ImagePlan
  /** Bytes of the whole image; the last partition takes what is left. Default: as large as needed. */
  size?: number
}

export interface ImagePlan {
  /** Bytes, whole MiB. */
  size: number
  /** Bytes that the image takes on a disk, as it is sparse: the forecast for refuseFullDisk. */
  allocated: number
  partitions: PlacedPartition[]
  /** Where each boot file lies in the image, in one piece. */
  bootFiles: {path: string, offset: number, size: number}[]
  /** Bytes that the running system can still write: to the root, or with `ram` to the boot partition. */
  freeBytes: number
  /** Sorted by offset: input of writeImage. */
  regions: Region[]
  boot: Fat32Plan
}

const BOOT_LABEL = 'BOOT'

/**
 * A card as a list of regions: partition table, FAT32 boot partition from sector 2048, and an ext4 root behind it unless the root is in memory.
 * Pure: nothing is read or written. Equal requests give equal plans. Throws BrmcError IMAGE_TOO_SMALL, IMAGE_INVALID, OVERLAY_INVALID.
 */
export function planImage({bootFiles, root, diskSignature, volumeId, epoch, headRoom, size, like}: ImageRequest): ImagePlan {
  const bootSize = size !== undefined && root.format === 'ram' ? restOf(size, FIRST_OFFSET) : undefined
  const boot = planFat32(bootFiles, {
    label: BOOT_LABEL, volumeId, epoch, firstSector: FIRST_OFFSET / SECTOR, ...bootSize !== undefined && {size: bootSize}, ...like && {like: like.boot},
  })
  const rootOffset = layOut({boot: boot.size, root: 0}).size
  const rootPlan = root.format === 'ram' ? undefined : planRoot(root, {epoch, headRoom, size: size === undefined ? undefined : restOf(size, rootOffset)})
  const {partitions, size: total} = layOut({boot: boot.size, root: rootPlan?.size ?? 0})
  const table = encodePartitionTable(diskSignature, partitions.map(({type, firstSector, sectors}) =>
    ({type: type === 'fat32' ? FAT32_LBA : LINUX, bootable: type === 'fat32', firstSector, sectors})))
  const regions = [
    {offset: 0, size: table.length, content: table},
    ...shifted(boot.regions, FIRST_OFFSET),
    ...shifted(rootPlan?.regions ?? [], rootOffset),
  ]
  return {
    size: total,
    allocated: mappedRanges(regions, total).reduce((sum, range) => sum + range.size, 0),
    partitions,
    bootFiles: boot.files.map(file => ({...file, offset: FIRST_OFFSET + file.offset})),
    freeBytes: rootPlan?.freeBytes ?? boot.freeBytes,
    regions,
    boot,
  }
}

function planRoot(
  {tree, uuid, hashSeed, label}: Extract<ImageRequest['root'], {format: 'ext4'}>,
  {epoch, headRoom, size}: {epoch: number, headRoom: HeadRoom | undefined, size: number | undefined},
): Ext4Plan {
  return planExt4(tree, {uuid, hashSeed, label, epoch, ...headRoom && {headRoom}, ...size !== undefined && {size}})
}
