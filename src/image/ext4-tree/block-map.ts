import type {Inode} from './inode.js'

export type ReadBlock = (number: number) => Buffer

const EXTENT_MAGIC = 0xf30a
const ENTRY = 12
const MAX_DEPTH = 5
const DIRECT = 12
/** Longer than they are they are not written: the block exists, its content does not. */
const UNWRITTEN = 32_768

/** The blocks of a file in order, 0 for a hole; `count` of them. Undefined where the map is damaged. */
export function blockMap(inode: Inode, count: number, read: ReadBlock): number[] | undefined {
  const blocks = new Array<number>(count).fill(0)
  const put = (index: number, block: number): void => {
    if (index < count) blocks[index] = block
  }

  const sound = inode.hasExtents ? mapExtents(inode.place, MAX_DEPTH, {put, read}) : mapIndirect(inode.place, {put, read, count})
  return sound ? blocks : undefined
}

interface Reading {
  put: (index: number, block: number) => void
  read: ReadBlock
}

function mapExtents(node: Buffer, deepest: number, {put, read}: Reading): boolean {
  const entries = node.readUInt16LE(2)
  const depth = node.readUInt16LE(6)
  if (node.readUInt16LE(0) !== EXTENT_MAGIC || depth > deepest || (entries + 1) * ENTRY > node.length) return false
  for (let at = ENTRY; at < (entries + 1) * ENTRY; at += ENTRY) {
    if (depth > 0) {
      const child = node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32
      if (!mapExtents(read(child), depth - 1, {put, read})) return false
    } else {
      const [first, length] = [node.readUInt32LE(at), node.readUInt16LE(at + 4)]
      const start = node.readUInt32LE(at + 8) + node.readUInt16LE(at + 6) * 2 ** 32
      for (let index = 0; length <= UNWRITTEN && index < length; index++) put(first + index, start + index)
    }
  }

  return true
}

/** Twelve blocks, then one of block numbers, one of such blocks, and one of those (ext2, ext3). */
function mapIndirect(place: Buffer, {put, read, count}: Reading & {count: number}): boolean {
  for (let index = 0; index < DIRECT; index++) put(index, place.readUInt32LE(index * 4))
  let next = DIRECT
  const walk = (block: number, level: number): void => {
    const table = block === 0 ? undefined : read(block)
    const entries = (table ?? read(0)).length / 4
    if (!table) next += entries ** level
    for (let index = 0; table && index < entries && next < count; index++) {
      const number = table.readUInt32LE(index * 4)
      if (level > 1) walk(number, level - 1)
      else put(next++, number)
    }
  }

  for (const level of [1, 2, 3]) {
    if (next < count) walk(place.readUInt32LE((DIRECT + level - 1) * 4), level)
  }

  return true
}
