import {readSync} from 'node:fs'

import {blockMap} from './block-map.js'
import {decodeInode, type Inode} from './inode.js'
import {textOfName} from '../../files/name-bytes.js'
import {damaged, decodeExt4Volume, SUPERBLOCK_AT, SUPERBLOCK_SIZE, type Ext4Volume} from './volume.js'

export interface Ext4Place {
  /** An open file, and where in it the file system begins. */
  file: number
  offset: number
  /** For messages. */
  what: string
}

export const ROOT_INODE = 2
const MAX_DIRECTORY = 512 * 1024 * 1024
/** A symlink's text up to here lies in the inode. */
const FAST_SYMLINK = 60

/** Reads single files of an ext2, ext3 or ext4 that nobody else writes to. Throws BrmcError IMAGE_INVALID where it is damaged. */
export class Ext4Reader {
  readonly volume: Ext4Volume
  readonly #place: Ext4Place
  readonly #directories = new Map<number, ReadonlyMap<string, number>>()

  constructor(place: Ext4Place) {
    this.#place = place
    this.volume = decodeExt4Volume(this.#bytes(SUPERBLOCK_AT, SUPERBLOCK_SIZE), place.what)
  }

  inode(number: number): Inode {
    const {inodes, inodesPerGroup, inodeSize, descriptorSize, descriptors, blockSize} = this.volume
    if (number < 1 || number > inodes) throw this.#damaged(`a name leads to inode ${number}`)
    const group = Math.floor((number - 1) / inodesPerGroup)
    const descriptor = this.#bytes(descriptors * blockSize + group * descriptorSize, descriptorSize)
    const table = descriptor.readUInt32LE(8) + (descriptorSize >= 64 ? descriptor.readUInt32LE(0x28) * 2 ** 32 : 0)
    const inode = decodeInode(this.#bytes(table * blockSize + (number - 1) % inodesPerGroup * inodeSize, inodeSize), number)
    if (!inode) throw this.#damaged(`inode ${number} has a name and is no file`)
    return inode
  }

  /** The names of a directory without `.` and `..`, with their inodes. It is read once. */
  names(directory: Inode): ReadonlyMap<string, number> {
    const known = this.#directories.get(directory.number)
    if (known) return known
    if (directory.size > MAX_DIRECTORY) throw this.#damaged(`directory ${directory.number} has ${directory.size} bytes`)
    const names = new Map<string, number>()
    for (const block of this.#blocks(directory)) this.#addNames(names, block)
    this.#directories.set(directory.number, names)
    return names
  }

  linkText(symlink: Inode): string {
    if (symlink.size >= this.volume.blockSize + 1) throw this.#damaged(`the symlink of inode ${symlink.number} is too long`)
    const isFast = !symlink.hasExtents && symlink.size < FAST_SYMLINK
    return textOfName(isFast ? symlink.place.subarray(0, symlink.size) : this.content(symlink))
  }

  /** All bytes of a small file. */
  content(inode: Inode): Buffer {
    return Buffer.concat(this.#blocks(inode)).subarray(0, inode.size)
  }

  block(number: number): Buffer {
    const {blockSize, blocks} = this.volume
    if (number >= blocks) throw this.#damaged(`something leads to block ${number}`)
    return number === 0 ? Buffer.alloc(blockSize) : this.#bytes(number * blockSize, blockSize)
  }

  #blocks(inode: Inode): Buffer[] {
    const read = (number: number): Buffer => this.block(number)
    const map = blockMap(inode, Math.ceil(inode.size / this.volume.blockSize), read)
    if (!map) throw this.#damaged(`the blocks of inode ${inode.number} cannot be found`)
    return map.map(read)
  }

  /** Hashed directories look like plain ones to who reads all of their blocks: what is no name has inode 0. */
  #addNames(names: Map<string, number>, block: Buffer): void {
    for (let at = 0; at + 8 <= block.length;) {
      const inode = block.readUInt32LE(at)
      const length = block.readUInt16LE(at + 4)
      const nameLength = this.volume.fileTypes ? block[at + 6] ?? 0 : block.readUInt16LE(at + 6)
      // 65,535 stands for a whole block of 64 KiB.
      const step = length >= 65_532 ? block.length - at : length
      if (step < 8 || step % 4 !== 0 || at + step > block.length || nameLength > step - 8) throw this.#damaged('a directory has an entry of no sense')
      const name = textOfName(block.subarray(at + 8, at + 8 + nameLength))
      if (inode !== 0 && name !== '.' && name !== '..') names.set(name, inode)
      at += step
    }
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    if (readSync(this.#place.file, bytes, 0, length, this.#place.offset + offset) < length) throw this.#damaged('it ends early: the image was cut short')
    return bytes
  }

  #damaged(why: string): Error {
    return damaged(this.#place.what, why)
  }
}
