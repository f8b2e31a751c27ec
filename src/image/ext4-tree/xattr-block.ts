import {crc32c} from '../ext4/crc32c.js'

const REFERENCES_AT = 4
const CHECKSUM_AT = 16

/** A block of extended attributes (struct ext4_xattr_header) that only `left` files share from now on; it lies at `block`. */
export function encodeXattrRelease(bytes: Buffer, {block, left, checksumSeed}: {block: number, left: number, checksumSeed: number | undefined}): Buffer {
  const released = Buffer.from(bytes)
  released.writeUInt32LE(left, REFERENCES_AT)
  if (checksumSeed === undefined) return released
  const number = Buffer.alloc(8)
  number.writeBigUInt64LE(BigInt(block))
  released.writeUInt32LE(0, CHECKSUM_AT)
  released.writeUInt32LE(crc32c(crc32c(checksumSeed, number), released), CHECKSUM_AT)
  return released
}
