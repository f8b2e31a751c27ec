import {holdsPrivateKey} from './secrets.js'

/** Key types OpenSSH (PROTOCOL, PROTOCOL.u2f) writes into .pub files and dropbear or OpenSSH accept. */
const KEY_TYPES = [
  'ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com',
] as const

/** Why a line is no public key for authorized_keys, never quoting it; undefined where it is one. */
export function authorizedKeyProblem(line: string): {message: string, fix: string} | undefined {
  if (holdsPrivateKey(line)) {
    return {message: 'this is a private key, which must never leave the machine it was made on; it is not shown here', fix: 'write the line in the file that ends in .pub, and make a new key pair if this file was ever shared'}
  }

  const words = line.trim().split(/\s+/)
  const at = words.findIndex(word => (KEY_TYPES as readonly string[]).includes(word))
  const [type, blob] = [words[at], words[at + 1]]
  if (type === undefined || at > 0 && !looksLikeOptions(words.slice(0, at).join(' '))) {
    return words[0] === 'ssh-dss'
      ? {message: 'DSA keys are no longer accepted by OpenSSH (since 7.0) and dropbear', fix: 'make a new one: ssh-keygen -t ed25519'}
      : {message: 'this does not start with the type of a public key', fix: `write the whole line of id_ed25519.pub; types are ${KEY_TYPES.slice(0, 3).join(', ')} and others`}
  }

  if (blob === undefined) return {message: `behind ${type} the key itself is missing`, fix: 'write the whole line of the .pub file'}
  return blobProblem(type, blob)
}

/** authorized_keys(5): options are comma-separated words, values in double quotes. */
const looksLikeOptions = (text: string): boolean => /^[a-z][a-z-]*(="[^"]*")?(,[a-z][a-z-]*(="[^"]*")?)*$/i.test(text)

/** RFC 4253 §6.6: the blob starts with the type as a string (uint32 length, bytes), and is made of such strings to its end. */
function blobProblem(type: string, blob: string): {message: string, fix: string} | undefined {
  const bytes = Buffer.from(blob, 'base64')
  const fix = 'copy the line again, without line breaks: the middle word is base64'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(blob) || bytes.toString('base64').replace(/=+$/, '') !== blob.replace(/=+$/, '')) return {message: `the key behind ${type} is not base64`, fix}
  const strings = stringsOf(bytes)
  if (!strings) return {message: `the key behind ${type} is cut off or damaged`, fix}
  const inner = strings[0]?.toString('latin1') ?? ''
  if (inner !== type) return {message: `the line says ${type}, and the key itself is of another type`, fix}
  const parts = PARTS[type]
  return parts === undefined || strings.length === parts ? undefined : {message: `the key behind ${type} has not the parts of one`, fix}
}

/** How many strings a blob has: RFC 4253 §6.6 (rsa: e, n), RFC 5656 §3.1 (curve, point), RFC 8709 §4, PROTOCOL.u2f (application last). */
const PARTS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ssh-rsa': 3,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
}

function stringsOf(bytes: Buffer): Buffer[] | undefined {
  const strings: Buffer[] = []
  let offset = 0
  while (offset < bytes.length) {
    if (offset + 4 > bytes.length) return undefined
    const end = offset + 4 + bytes.readUInt32BE(offset)
    if (end > bytes.length) return undefined
    strings.push(bytes.subarray(offset + 4, end))
    offset = end
  }

  return strings.length === 0 ? undefined : strings
}
