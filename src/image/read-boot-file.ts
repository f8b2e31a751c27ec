import {open} from 'node:fs/promises'

import {BrmcError} from '../errors.js'
import {openFat, type ReadAt} from './fat/fat.js'
import {decodePartitionTable, SECTOR} from './partition-table.js'

/** MBR types that firmware takes for a FAT: FAT12, FAT16 (three forms), FAT32 (two). */
const FAT_TYPES: readonly number[] = [0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e]

/**
 * A function that reads files of an image's boot partition (its first FAT partition), undefined for one that is not there.
 * It throws BrmcError IMAGE_INVALID where the image has no partition table, no FAT partition, or a damaged one.
 */
export function readBootFileOf(image: string): (path: string) => Promise<Buffer | undefined> {
  return async path => {
    const file = await open(image)
    try {
      const read: ReadAt = async (offset, length) => {
        const {buffer, bytesRead} = await file.read(Buffer.alloc(length), 0, length, offset)
        if (bytesRead < length) throw new BrmcError('IMAGE_INVALID', `${image} was cut short: it ends at ${offset + bytesRead} bytes`)
        return buffer
      }

      const {partitions} = decodePartitionTable(await read(0, SECTOR))
      const boot = partitions.find(({type}) => FAT_TYPES.includes(type))
      if (!boot) throw new BrmcError('IMAGE_INVALID', `${image} has no FAT partition to boot from`)
      const fat = await openFat(read, boot.firstSector * SECTOR)
      return await fat.readFile(path)
    } finally {
      await file.close()
    }
  }
}
