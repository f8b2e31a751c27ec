import type {SpecPath} from './finding.js'

/** Keys whose values nobody may read in a report; half-typed forms too, for it is misspelt keys that get reported. A cache's address may have a password in it. */
const SECRET_KEY = /pas+|phrase|psk|secret|private|sharedCache/i
/** Heads of private keys as text: PEM and OpenSSH, PuTTY, and base64 of `openssh-key-v1`. */
const PRIVATE_KEY = /PRIVATE KEY|PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE/

const SECRET_LINE = new RegExp(`((?:${SECRET_KEY.source})[\\w-]*["']?\\s*[:=]\\s*)(\\S.*)`, 'gi')

export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key)

export const isSecretPath = (path: SpecPath): boolean => path.some(key => typeof key === 'string' && isSecretKey(key))

export const holdsPrivateKey = (text: string): boolean => PRIVATE_KEY.test(text)

/** Every character between `from` and `to` but line ends becomes a dot: columns stay what they were. */
export function maskRange(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to).replace(/[^\r\n]/g, '·') + text.slice(to)
}

/** For a text that is not (or not well-formed) YAML: hides what follows a key that sounds secret, and lines of a private key. */
export function maskLines(text: string): string {
  const masked = text.replace(SECRET_LINE, (_, key: string, value: string) => key + value.replace(/./g, '·'))
  if (!holdsPrivateKey(text)) return masked
  // Which lines belong to a key in a broken file nobody can say: hide all that looks like base64.
  return masked.replace(/[A-Za-z0-9+/=]{24,}/g, blob => '·'.repeat(blob.length))
}
