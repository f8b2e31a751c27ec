import {isUtf8} from 'node:buffer'

/**
 * To the kernel a name is bytes; here it is text. A byte that is no part of UTF-8 is kept as the lone surrogate U+DC80 … U+DCFF (Python's
 * "surrogateescape", PEP 383), which stands in no well-formed text: bytesOfName(textOfName(bytes)) are the bytes, whatever they are.
 */
export function textOfName(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\uFFFD') && !isUtf8(bytes) ? escaped(bytes) : text
}

/** The bytes that textOfName made `name` of. */
export function bytesOfName(name: string): Buffer {
  if (!SURROGATE.test(name)) return Buffer.from(name)
  // With the flag u a class of surrogates matches lone ones only.
  return Buffer.concat(name.split(/([\uDC80-\uDCFF])/u).map((part, index) => index % 2 === 1 ? Buffer.from([part.charCodeAt(0) & 0xff]) : Buffer.from(part)))
}

export const nameLength = (name: string): number => SURROGATE.test(name) ? bytesOfName(name).length : Buffer.byteLength(name)

/** A path as Node's own functions have to be given it: they would write another name for a lone surrogate. */
export const systemPath = (path: string): string | Buffer => SURROGATE.test(path) ? bytesOfName(path) : path

const SURROGATE = /[\uD800-\uDFFF]/
const LONGEST = 4

function escaped(bytes: Buffer): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, LONGEST].find(count => at + count <= bytes.length && isUtf8(bytes.subarray(at, at + count)))
    parts.push(length === undefined ? String.fromCharCode(0xdc00 | (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length))
    at += length ?? 1
  }

  return parts.join('')
}
