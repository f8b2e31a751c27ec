import {BrmcError} from '../errors.js'
import type {DiskPartition} from '../image/read-disk.js'

export interface PartitionChoice {
  fileSystem: 'ext4' | 'fat'
  /** What the user named, if he did. */
  number: number | undefined
  flag: string
  what: string
}

/** The one partition of that file system, or the one that is named. Throws BrmcError IMAGE_INVALID where there is none, USAGE where there are several. */
export function choosePartition(partitions: readonly DiskPartition[], {fileSystem, number, flag, what}: PartitionChoice): DiskPartition {
  const list = partitions.map(one => `partition ${one.number}: ${one.fileSystem}, ${Math.round(one.size / 2 ** 20)} MiB`)
  if (number !== undefined) {
    const named = partitions.find(one => one.number === number)
    if (named?.fileSystem === fileSystem) return named
    throw new BrmcError('USAGE', `${flag} ${number}: ${named ? `that partition is ${named.fileSystem}, not ${fileSystem}` : 'there is no such partition'}`, {details: list})
  }

  const [first, second] = partitions.filter(one => one.fileSystem === fileSystem)
  if (!first) {
    throw new BrmcError('IMAGE_INVALID', `the image has no ${what} that can be changed (${fileSystem})`, {
      details: list,
      suggestions: ['LVM, LUKS, btrfs, squashfs and the like have to be changed by the system that made the image'],
    })
  }

  if (second) throw new BrmcError('USAGE', `the image has several partitions that could be its ${what}`, {details: list, suggestions: [`say which: ${flag} ${first.number}`]})
  return first
}
