import {BrmcError} from '../errors.js'
import {SECTOR} from './partition-table.js'

const MIB = 1024 * 1024
/** Where the first partition begins: sector 2048, as sfdisk and the Raspberry Pi OS images have it. */
export const FIRST_OFFSET = MIB

/** Bytes for the boot partition and for the root partition (0: there is none). */
export interface PartitionSizes {
  boot: number
  root: number
}

export interface PlacedPartition {
  /** From 1, as in /dev/mmcblk0p1. */
  number: number
  type: 'fat32' | 'ext4'
  firstSector: number
  sectors: number
}

/** Partitions one after the other, each from a whole MiB on, and the bytes of the card. */
export function layOut({boot, root}: PartitionSizes): {partitions: PlacedPartition[], size: number} {
  const rootOffset = FIRST_OFFSET + upToMiB(boot)
  const partitions: PlacedPartition[] = [{number: 1, type: 'fat32', firstSector: FIRST_OFFSET / SECTOR, sectors: boot / SECTOR}]
  if (root > 0) partitions.push({number: 2, type: 'ext4', firstSector: rootOffset / SECTOR, sectors: root / SECTOR})
  return {partitions, size: rootOffset + upToMiB(root)}
}

/** What `size` bytes of card leave for the last partition, in whole MiB. Throws BrmcError IMAGE_TOO_SMALL if that is nothing. */
export function restOf(size: number, before: number): number {
  const rest = Math.floor((size - before) / MIB) * MIB
  if (rest > 0) return rest
  throw new BrmcError('IMAGE_TOO_SMALL', `an image of ${Math.floor(size / MIB)} MiB is too small: ${Math.ceil(before / MIB)} MiB are taken before its last partition begins`, {
    suggestions: ['ask for a larger image', 'or leave the size out, and it will be as large as needed'],
  })
}

/**
 * Throws BrmcError DISK_FULL if `needed` bytes do not fit into the `free` ones (statfs: bavail * bsize) of where `target` is to be.
 * To be asked before writing, so that a full disk is known in a second and not at the end.
 */
export function refuseFullDisk({target, needed, free}: {target: string, needed: number, free: number}): void {
  if (needed <= free) return
  throw new BrmcError('DISK_FULL', `${target} needs ${Math.ceil(needed / MIB)} MiB and the disk has ${Math.floor(free / MIB)} MiB left`, {
    suggestions: ['free some space', 'or choose another place for the image'],
  })
}

function upToMiB(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB
}
