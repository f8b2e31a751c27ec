import {BLOCK} from './geometry.js'

const MAGIC = 0xc03b_3998
const SUPERBLOCK_V2 = 4

/** The first block of an empty journal of `blocks` blocks (include/linux/jbd2.h, journal_superblock_t; big-endian). */
export function encodeJournalSuperblock(blocks: number, uuid: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK)
  const fields: Readonly<Record<number, number>> = {
    0x00: MAGIC,
    0x04: SUPERBLOCK_V2,
    0x0c: BLOCK,
    0x10: blocks,
    // The first block of the log, the first transaction's number, and how many file systems use it.
    0x14: 1,
    0x18: 1,
    0x40: 1,
  }
  for (const [at, value] of Object.entries(fields)) block.writeUInt32BE(value, Number(at))
  uuid.copy(block, 0x30)
  return block
}
