import {BrmcError} from '../errors.js'

const HEADER_SIZE = 12
const FOOTER_SIZE = 12

/**
 * How many bytes an .xz file of one stream unpacks to, read from the index at its end without unpacking anything
 * (The .xz File Format 1.2, sections 2.1.2 and 4). Throws BrmcError PACKAGE_CORRUPT.
 */
export function xzUnpackedSize(bytes: Buffer): number {
  const footer = bytes.length - FOOTER_SIZE
  if (footer < HEADER_SIZE || bytes.toString('latin1', footer + 10) !== 'YZ') throw corrupt()
  const indexSize = (bytes.readUInt32LE(footer + 4) + 1) * 4
  const index = bytes.subarray(footer - indexSize, footer)
  if (index.length !== indexSize || index[0] !== 0) throw corrupt()

  const numbers = readNumbers(index.subarray(1, -4))
  const blocks = numbers.next().value ?? 0
  let size = 0
  for (let block = 0; block < blocks; block++) {
    numbers.next()
    size += numbers.next().value ?? 0
  }

  return size
}

/** Multibyte integers, 7 bits a byte, lowest first (section 1.2). */
function* readNumbers(bytes: Buffer): Generator<number, undefined, undefined> {
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte >= 0x80) continue
    yield value
    value = 0
    scale = 1
  }
}

function corrupt(): BrmcError {
  return new BrmcError('PACKAGE_CORRUPT', 'an .xz file is cut short or damaged')
}
