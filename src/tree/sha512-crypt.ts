import {createHash} from 'node:crypto'

/** crypt(5): 5,000 is what is meant where nothing is said. */
const ROUNDS = 5000
const BLOCK = 64
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const sha512 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** `length` bytes of `block`, again and again. */
const repeated = (block: Buffer, length: number): Buffer => Buffer.alloc(length, block)

/**
 * A password as shadow(5) has it: SHA-512-crypt (Drepper, "Unix crypt using SHA-256 and SHA-512", 0.6), which glibc and BusyBox know without
 * more. Its steps have the numbers of that text. @param salt 1 to 16 letters of the alphabet of crypt
 */
export function sha512Crypt(password: string, salt: string): string {
  const [key, seed] = [Buffer.from(password), Buffer.from(salt)]
  // 4-8
  const inner = sha512(key, seed, key)
  // 1-3, 9-12: the bits of the length choose, the lowest first
  const choices: Buffer[] = []
  for (let bits = key.length; bits > 0; bits >>= 1) choices.push((bits & 1) === 0 ? key : inner)
  const first = sha512(key, seed, repeated(inner, key.length), ...choices)
  // 13-20
  const keys = key.length === 0 ? key : repeated(sha512(...Array.from({length: key.length}, () => key)), key.length)
  const salts = repeated(sha512(...Array.from({length: 16 + (first[0] ?? 0)}, () => seed)), seed.length)
  // 21
  let last = first
  for (let round = 0; round < ROUNDS; round += 1) {
    const odd = round % 2 === 1
    last = sha512(odd ? keys : last, ...round % 3 === 0 ? [] : [salts], ...round % 7 === 0 ? [] : [keys], odd ? last : keys)
  }

  return `$6$${salt}$${encoded(last)}`
}

/** 22: three bytes, 21 apart and turning, become four letters; the last byte two. */
function encoded(digest: Buffer): string {
  const letters = (value: number, count: number): string => Array.from({length: count}, (_, index) => ALPHABET[value >> 6 * index & 63] ?? '').join('')
  const at = (index: number): number => digest[index] ?? 0
  let text = ''
  for (let group = 0; group < 21; group += 1) {
    const three = [group, group + 21, group + 42]
    const [one, two, last] = [three[group % 3] ?? 0, three[(group + 1) % 3] ?? 0, three[(group + 2) % 3] ?? 0]
    text += letters(at(one) << 16 | at(two) << 8 | at(last), 4)
  }

  return text + letters(at(BLOCK - 1), 2)
}

/** A salt that is always the same for the same name: equal inputs make equal images. */
export function saltFor(name: string): string {
  return Array.from(sha512(Buffer.from(`password of ${name}`)).subarray(0, 16), byte => ALPHABET[byte & 63] ?? '').join('')
}
