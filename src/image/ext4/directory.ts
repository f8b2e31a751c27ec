import {crc32c} from './crc32c.js'
import {BLOCK} from './geometry.js'

/** One name in a directory. `type` is ext4's file type (fs/ext4/ext4.h, EXT4_FT_*). */
export interface DirectoryName {
  name: Buffer
  inode: number
  type: number
}

export const FILE_TYPE = {file: 1, directory: 2, character: 3, block: 4, fifo: 5, symlink: 7} as const

const ENTRY_HEADER = 8
// The checksum hides in a false entry of file type 0xde at the end of each block (struct ext4_dir_entry_tail).
const TAIL = 12
const TAIL_TYPE = 0xde
const USABLE = BLOCK - TAIL

/** Blocks that a linear directory of `names` takes, `.` and `..` included in them. */
export function directoryBlocks(names: readonly DirectoryName[]): number {
  let blocks = 1
  let used = 0
  for (const {name} of names) {
    const length = entryLength(name)
    if (used + length > USABLE) {
      blocks++
      used = 0
    }

    used += length
  }

  return blocks
}

/** The blocks of a linear directory, `blocks` of them; each checksum is seeded with the directory's inode (inodeSeed). */
export function encodeDirectory(names: readonly DirectoryName[], blocks: number, inodeSeed: number): Buffer {
  const buffer = Buffer.alloc(blocks * BLOCK)
  let block = 0
  let at = 0
  let last = 0
  for (const entry of names) {
    const length = entryLength(entry.name)
    if (at + length > USABLE) {
      stretch(buffer, block, last)
      block++
      at = 0
    }

    last = at
    putEntry(buffer, block * BLOCK + at, entry, length)
    at += length
  }

  stretch(buffer, block, last)
  for (let empty = block + 1; empty < blocks; empty++) stretch(buffer, empty, 0)
  for (let index = 0; index < blocks; index++) putTail(buffer, index * BLOCK, inodeSeed)
  return buffer
}

function entryLength(name: Buffer): number {
  return ENTRY_HEADER + Math.ceil(name.length / 4) * 4
}

function putEntry(buffer: Buffer, at: number, {name, inode, type}: DirectoryName, length: number): void {
  buffer.writeUInt32LE(inode, at)
  buffer.writeUInt16LE(length, at + 4)
  buffer[at + 6] = name.length
  buffer[at + 7] = type
  name.copy(buffer, at + ENTRY_HEADER)
}

/** The last entry of a block reaches to the tail. */
function stretch(buffer: Buffer, block: number, last: number): void {
  buffer.writeUInt16LE(USABLE - last, block * BLOCK + last + 4)
}

function putTail(buffer: Buffer, start: number, inodeSeed: number): void {
  buffer.writeUInt16LE(TAIL, start + USABLE + 4)
  buffer[start + USABLE + 7] = TAIL_TYPE
  buffer.writeUInt32LE(crc32c(inodeSeed, buffer, start, start + USABLE), start + USABLE + 8)
}
