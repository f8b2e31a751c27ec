import {open} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../errors.js'
import {walkFat} from '../image/fat/walk.js'

interface FatPlace {
  folder: string
  /** Name in `folder`. */
  image: string
  offset: number
  size: number
}

/**
 * The FAT partition at `offset` of a copy as a file of its own with all that fsck.fat reads of it, and holes where file contents are: that tool takes
 * no offset, and 512 MiB need not be copied for it.
 */
export async function writeFatSkeleton({folder, image, offset, size}: FatPlace, target: string): Promise<void> {
  const source = await open(join(folder, image))
  const skeleton = await open(join(folder, target), 'w')
  try {
    const read = async (at: number, length: number): Promise<Buffer> => {
      const {buffer, bytesRead} = await source.read(Buffer.alloc(length), 0, length, at)
      if (bytesRead < length) throw new BrmcError('IMAGE_INVALID', 'the boot partition ends early')
      return buffer
    }

    const walk = await walkFat(read, offset)
    for (const range of walk.metadata) await skeleton.write(await read(offset + range.offset, range.size), 0, range.size, range.offset)
    await skeleton.truncate(size)
  } finally {
    await source.close()
    await skeleton.close()
  }
}
