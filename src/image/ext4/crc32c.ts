// Castagnoli's polynomial, reflected.
const POLYNOMIAL = 0x82f6_3b78
const SLICES = 8

const tables = makeTables()
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables

/**
 * CRC-32C as ext4 uses it: `seed` goes in as it is (start with 0xffffffff) and the result is not inverted, so that it can be the next seed.
 * Eight bytes a step ("slicing by 8").
 */
export function crc32c(seed: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = seed >>> 0
  let at = start
  for (; at + SLICES <= end; at += SLICES) {
    const low = crc ^ word(bytes, at)
    const high = word(bytes, at + 4)
    crc = pick(t7, low) ^ pick(t6, low >>> 8) ^ pick(t5, low >>> 16) ^ pick(t4, low >>> 24)
      ^ pick(t3, high) ^ pick(t2, high >>> 8) ^ pick(t1, high >>> 16) ^ pick(t0, high >>> 24)
  }

  for (; at < end; at++) crc = pick(t0, crc ^ (bytes[at] ?? 0)) ^ crc >>> 8
  return crc >>> 0
}

const scratch = Buffer.alloc(8)

/** crc32c over numbers as 32-bit little-endian words: inode and group numbers, which are part of many checksums. */
export function crc32cOfWords(seed: number, ...words: readonly [number] | readonly [number, number]): number {
  for (const [index, value] of words.entries()) scratch.writeUInt32LE(value, index * 4)
  return crc32c(seed, scratch, 0, words.length * 4)
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 | (bytes[at + 3] ?? 0) << 24
}

function pick(table: Uint32Array, byte: number): number {
  return table[byte & 0xff] ?? 0
}

type Tables = [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array]

function makeTables(): Tables {
  const first = Uint32Array.from({length: 256}, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL
    return crc >>> 0
  })
  const after = (table: Uint32Array): Uint32Array => table.map(crc => (first[crc & 0xff] ?? 0) ^ crc >>> 8)
  const second = after(first)
  const third = after(second)
  const fourth = after(third)
  const fifth = after(fourth)
  const sixth = after(fifth)
  const seventh = after(sixth)
  return [first, second, third, fourth, fifth, sixth, seventh, after(seventh)]
}
