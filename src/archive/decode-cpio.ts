import {BrmcError} from '../errors.js'
import {textOfName} from '../files/name-bytes.js'
import type {RootEntry} from '../overlay/entry.js'

const HEADER = 110
const FIELD = 8
const MAGIC = '070701'
const TRAILER = 'TRAILER!!!'
const TYPES: Readonly<Record<number, RootEntry['type']>> = {1: 'fifo', 2: 'character', 4: 'directory', 6: 'block', 8: 'file', 10: 'symlink'}

/**
 * The entries of a `newc` cpio archive (see encodeCpio); bodies are parts of `archive`. Of a file of several names the one that carries the body is
 * the file, the others are hard links to it. Throws BrmcError IMAGE_INVALID.
 */
export function decodeCpio(archive: Buffer): RootEntry[] {
  const entries: RootEntry[] = []
  const names = new Map<number, RootEntry[]>()
  for (let at = 0; ;) {
    if (archive.toString('latin1', at, at + MAGIC.length) !== MAGIC) throw new BrmcError('IMAGE_INVALID', 'an archive of the root in memory is damaged')
    const field = (index: number): number => Number.parseInt(archive.toString('latin1', at + MAGIC.length + index * FIELD, at + MAGIC.length + (index + 1) * FIELD), 16)
    const [inode, mode, uid, gid, links, mtime, size] = [0, 1, 2, 3, 4, 5, 6].map(field) as [number, number, number, number, number, number, number]
    const nameEnd = at + HEADER + field(11)
    const name = textOfName(archive.subarray(at + HEADER, nameEnd - 1))
    if (name === TRAILER) return withLinks(entries, names)
    const body = archive.subarray(padded(nameEnd), padded(nameEnd) + size)
    const type = TYPES[mode >> 12]
    if (type === undefined || body.length < size) throw new BrmcError('IMAGE_INVALID', 'an archive of the root in memory is damaged')
    const entry: RootEntry = {path: name === '.' ? '' : name, type, mode: mode & 0o7777, uid, gid, mtime, size: type === 'file' ? size : 0}
    if (type === 'symlink') entry.target = textOfName(body)
    if (type === 'file' && size > 0) entry.content = body
    if (type === 'character' || type === 'block') entry.device = {major: field(9), minor: field(10)}
    if (type === 'file' && links > 1) names.set(inode, [...names.get(inode) ?? [], entry])
    entries.push(entry)
    at = padded(padded(nameEnd) + size)
  }
}

/** Of each file of several names the last, which has the body, is the file; the others become hard links to it, and come after it. */
function withLinks(entries: readonly RootEntry[], names: ReadonlyMap<number, readonly RootEntry[]>): RootEntry[] {
  const owners = new Map([...names.values()].flatMap(all => all.slice(0, -1).map(entry => [entry, all.at(-1)?.path ?? ''] as const)))
  const links = Array.from(owners, ([entry, target]): RootEntry => ({...entry, type: 'hardlink', size: 0, target}))
  return [...entries.filter(entry => !owners.has(entry)), ...links]
}

function padded(at: number): number {
  return Math.ceil(at / 4) * 4
}
