import {BrmcError} from '../errors.js'
import {bytesOfName, textOfName} from '../files/name-bytes.js'

/** Bytes of a header and the unit of padding (POSIX.1-2017 pax, "ustar Interchange Format"). */
export const TAR_BLOCK = 512

/** The fields of a ustar or GNU header that an archive's index needs. */
export interface TarHeader {
  name: string
  mode: number
  uid: number
  gid: number
  size: number
  mtime: number
  /** `0` file, `1` hard link, `2` symlink, `3` character, `4` block, `5` directory, `6` fifo, `x g` pax, `L K` GNU long names. */
  typeflag: string
  linkname: string
  major: number
  minor: number
}

const CHECKSUM = {at: 148, length: 8}
const SPACE = 0x20
const ZERO = 0x30

/** One header block as its fields; undefined for the zero block that ends an archive. Throws BrmcError OVERLAY_INVALID. */
export function decodeTarHeader(block: Buffer): TarHeader | undefined {
  // A name may be empty only in a block that is all zero.
  if (block[0] === 0 && block.every(byte => byte === 0)) return undefined
  if (checksumOf(block) !== tarNumber(block, CHECKSUM.at, CHECKSUM.length)) throw new BrmcError('OVERLAY_INVALID', 'the checksum of a tar header is wrong: this is not a tar archive, or it is damaged')
  // GNU's own format ("ustar  ") has other things where ustar has its prefix.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: tarNumber(block, 100, 8),
    uid: tarNumber(block, 108, 8),
    gid: tarNumber(block, 116, 8),
    size: tarNumber(block, 124, 12),
    mtime: tarNumber(block, 136, 12),
    typeflag: block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0),
    linkname: text(block, 157, 100),
    major: tarNumber(block, 329, 8),
    minor: tarNumber(block, 337, 8),
  }
}

/** A ustar header block. Numbers that their octal field cannot hold are written in GNU's base-256 form; names must fit (else use a pax header). */
export function encodeTarHeader({name, mode, uid, gid, size, mtime, typeflag, linkname, major, minor}: TarHeader): Buffer {
  const block = Buffer.alloc(TAR_BLOCK)
  bytesOfName(name).copy(block, 0, 0, 100)
  putNumber(block, mode, 100, 8)
  putNumber(block, uid, 108, 8)
  putNumber(block, gid, 116, 8)
  putNumber(block, size, 124, 12)
  putNumber(block, mtime, 136, 12)
  block.write(typeflag, 156)
  bytesOfName(linkname).copy(block, 157, 0, 100)
  block.write('ustar\x0000', 257)
  putNumber(block, major, 329, 8)
  putNumber(block, minor, 337, 8)
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\0 `, CHECKSUM.at)
  return block
}

/** Bytes of zeros after `size` bytes. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK
}

function checksumOf(block: Buffer): number {
  let sum = 0
  for (let at = 0; at < TAR_BLOCK; at++) sum += at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? SPACE : block[at] ?? 0
  return sum
}

function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at)
  return textOfName(block.subarray(at, end === -1 || end > at + length ? at + length : end))
}

/** A number of a header: octal digits, or base 256 (GNU), big-endian. */
export function tarNumber(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0
  // The top bit says base 256 (GNU): big-endian two's complement in the remaining bits.
  if ((first & 0x80) !== 0) {
    let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x3f) - 0x40
    for (let index = at + 1; index < at + length; index++) value = value * 256 + (block[index] ?? 0)
    return value
  }

  // Leading spaces, octal digits, then a space or zero byte.
  let value = 0
  let index = at
  while (index < at + length && block[index] === SPACE) index++
  for (; index < at + length; index++) {
    const digit = (block[index] ?? 0) - ZERO
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }

  return value
}

function putNumber(block: Buffer, value: number, at: number, length: number): void {
  const octal = value.toString(8)
  if (value >= 0 && octal.length < length) {
    block.write(`${octal.padStart(length - 1, '0')}\0`, at)
    return
  }

  let rest = value
  for (let index = at + length - 1; index > at; index--) {
    block[index] = ((rest % 256) + 256) % 256
    rest = Math.floor(rest / 256)
  }

  block[at] = value < 0 ? 0xff : 0x80
}
