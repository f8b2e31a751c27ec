import {createHash} from 'node:crypto'
import {lstat, readdir, readFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {gunzipSync} from 'node:zlib'

/** Every way in which a canary may have been written down: itself, escaped, encoded, at any offset of base64, or hashed all alone. */
function traces(canary: string): Buffer[] {
  const bytes = Buffer.from(canary)
  const base64 = [0, 1, 2].map(offset => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(offset === 0 ? 0 : offset + 1, Math.floor((offset + bytes.length) * 8 / 6))
  })
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].flatMap(name => (['hex', 'base64'] as const).map(form => createHash(name).update(bytes).digest(form)))
  const texts = [
    canary, JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary), encodeURIComponent(canary).replaceAll('%20', '+'), canary.replaceAll('\\', '\\\\'), canary.replaceAll('"', '\\"'),
    bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64, ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')), ...hashes,
  ]
  return [...new Set(texts)].map(text => Buffer.from(text)).concat(Buffer.from(canary, 'utf16le'))
}

/** Which of the canaries, by name, left a trace in these bytes, as they are or unpacked. */
export function canariesIn(bytes: Buffer, canaries: Readonly<Record<string, string>>): string[] {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  return Object.entries(canaries).filter(([, canary]) => traces(canary).some(trace => plain.includes(trace))).map(([name]) => name)
}

/** `file: canary` for every file below `folder` with a trace of one, but for those that `mayHold` it; names of files count too. */
export async function filesWithCanaries(folder: string, canaries: Readonly<Record<string, string>>, mayHold: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true, recursive: true})
  const found: string[] = []
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    found.push(...canariesIn(Buffer.from(path), canaries).map(name => `name of ${path}: ${name}`))
    if (!entry.isFile() || mayHold(path)) continue
    const {ino, ctimeNs} = await lstat(join(folder, path), {bigint: true})
    const unread = Object.entries(canaries).filter(([, canary]) => !clean.has(`${ino} ${ctimeNs} ${canary}`))
    if (unread.length === 0) continue
    const left = canariesIn(await readFile(join(folder, path)), Object.fromEntries(unread))
    found.push(...left.map(name => `${path}: ${name}`))
    for (const [name, canary] of unread) if (!left.includes(name)) clean.add(`${ino} ${ctimeNs} ${canary}`)
  }

  return found
}

/** Inode, time of its last change (which no program can set) and canary of what was read before without a trace: a base has hundreds of megabytes that stay. */
const clean = new Set<string>()
