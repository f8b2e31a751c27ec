import {BrmcError} from '../errors.js'
import type {Inode} from '../image/ext4-tree/inode.js'
import {bytesOfName, nameLength} from '../files/name-bytes.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Changes} from './changes.js'
import {linkCounts} from './link-counts.js'

export interface ScriptInput {
  changes: Changes
  /** Of what is removed, altered or gets one more name, by path. */
  inodes: ReadonlyMap<string, Inode>
  /** Name of the file beside the script that holds these bytes, made of letters and digits. */
  hostFile: (content: Buffer | RootEntry) => string
  /** What new inodes get as their time. */
  epoch: number
  /** 128-byte inodes know no time after 2038. */
  inodeSize: number
  /** Blocks of extended attributes that nobody uses any more when all is removed. */
  freedXattrBlocks: readonly number[]
  /** A name that nothing in the root directory has. */
  spareName: string
}

/** debugfs reads lines of up to BUFSIZ bytes (debugfs.c, source_file). */
const MAX_LINE = 8000
const MAX_NAME = 255
const MAX_SMALL_DEVICE = 255
/** Block numbers that lie in an inode itself. */
const DIRECT_BLOCKS = 12
const TYPE_BITS: Readonly<Record<RootEntry['type'], number>> = {
  file: 0o100000, hardlink: 0o100000, directory: 0o040000, symlink: 0o120000, character: 0o020000, block: 0o060000, fifo: 0o010000,
}

/**
 * `changes` as a script for debugfs(8), a command a line, in the request language of libss (lib/ss/parse.c): within quotes only a quote means
 * anything, and stands doubled. What a line cannot say, an end of line in a name, is refused with OVERLAY_INVALID. Every command names one entry of the
 * directory that `cd` went to, so that no name can lead elsewhere.
 */
export function debugfsScript(input: ScriptInput): Buffer {
  const lines = [...commands(input)]
  const script = bytesOfName(lines.map(line => `${line}\n`).join(''))
  const long = lines.find(line => nameLength(line) > MAX_LINE)
  if (long !== undefined) throw new BrmcError('OVERLAY_INVALID', `a path or a symlink is too long to be put into a finished image: ${long.slice(0, 80)}…`)
  return script
}

function* commands(input: ScriptInput): Generator<string, void, undefined> {
  const {changes: {removed, added, altered}, inodes} = input
  const go = walker()
  for (const {path, type} of removed) {
    yield* go(path)
    yield `${type === 'directory' ? 'rmdir' : 'rm'} ${here(path)}`
  }

  yield* freeing(input, go)
  for (const entry of added.filter(({type}) => type !== 'hardlink')) {
    yield* go(entry.path)
    yield* creation(entry, input)
    yield* attributes(undefined, entry, input)
  }

  for (const {path, target = ''} of added.filter(({type}) => type === 'hardlink')) {
    yield* go(path)
    // ln does not make a full directory larger, mknod does: the name is made, and given up again, first.
    yield `mknod ${quoted(nameOf(path))} p`
    yield `rm ${here(path)}`
    yield `ln ${quoted(`/${target}`)} ${quoted(nameOf(path))}`
  }

  for (const [path, links] of linkCounts(input.changes, inodes)) yield `sif ${quoted(`/${path}`)} links_count ${links}`
  for (const {before, after} of altered) {
    yield* go(after.path)
    yield* attributes(before, after, input)
  }
}

/** rm leaves such blocks behind, and freeb forgets to count them: they become the blocks of a file, and that is deleted. */
function* freeing({freedXattrBlocks, spareName}: ScriptInput, go: (path: string) => string[]): Generator<string, void, undefined> {
  for (let from = 0; from < freedXattrBlocks.length; from += DIRECT_BLOCKS) {
    yield* go(spareName)
    yield `mknod ${quoted(spareName)} p`
    yield `sif ${here(spareName)} mode 0${(TYPE_BITS.file | 0o600).toString(8)}`
    for (const [index, block] of freedXattrBlocks.slice(from, from + DIRECT_BLOCKS).entries()) yield `sif ${here(spareName)} block[${index}] ${block}`
    yield `rm ${here(spareName)}`
  }
}

/** Gives `cd` where the next path's directory is another one. */
function walker(): (path: string) => string[] {
  let at: string | undefined
  return path => {
    const folder = `/${path.slice(0, Math.max(path.lastIndexOf('/'), 0))}`
    if (folder === at) return []
    at = folder
    return [`cd ${quoted(folder)}`]
  }
}

function* creation(entry: RootEntry, {hostFile}: ScriptInput): Generator<string, void, undefined> {
  const name = quoted(nameOf(entry.path))
  switch (entry.type) {
    case 'directory':
      yield `mkdir ${name}`
      break
    case 'file':
      yield `write ${hostFile(entry)} ${name}`
      break
    case 'symlink':
      if (!entry.target) throw new BrmcError('OVERLAY_INVALID', `${entry.path} is a symlink to nothing`)
      yield `symlink ${name} ${quoted(entry.target)}`
      break
    case 'fifo':
      yield `mknod ${name} p`
      break
    case 'character':
    case 'block':
      yield* device(entry, entry.type === 'character' ? 'c' : 'b')
      break
    case 'hardlink':
  }
}

/** mknod of debugfs takes numbers of 16 bits; as the kernel packs larger ones they are set afterwards (struct ext4_inode, i_block). */
function* device({path, device: {major, minor} = {major: 0, minor: 0}}: RootEntry, letter: string): Generator<string, void, undefined> {
  const isSmall = major <= MAX_SMALL_DEVICE && minor <= MAX_SMALL_DEVICE
  yield `mknod ${quoted(nameOf(path))} ${letter} ${isSmall ? major : 0} ${isSmall ? minor : 0}`
  if (isSmall) return
  yield `sif ${here(path)} block[0] 0`
  yield `sif ${here(path)} block[1] ${((minor & 0xff | major << 8 | (minor & ~0xff) << 12) >>> 0)}`
}

function* attributes(before: RootEntry | undefined, entry: RootEntry, {hostFile, epoch, inodeSize}: ScriptInput): Generator<string, void, undefined> {
  const {path, type, mode, uid, gid, xattrs = {}} = entry
  const file = path === '' ? '"/"' : here(path)
  const set = (field: string, value: number | string): string => `sif ${file} ${field} ${value}`
  if (type !== 'symlink' && before?.mode !== mode) yield set('mode', `0${(TYPE_BITS[type] | mode).toString(8)}`)
  if ((before?.uid ?? 0) !== uid) yield set('uid', uid)
  if ((before?.gid ?? 0) !== gid) yield set('gid', gid)
  const mtime = Math.min(Math.max(entry.mtime, 0), inodeSize > 128 ? 2 ** 34 - 1 : 2 ** 31 - 1)
  if ((before?.mtime ?? epoch) !== mtime) yield set('mtime', `@${mtime}`)
  for (const [name, value] of Object.entries(xattrs)) yield `ea_set -f ${hostFile(value)} ${file} ${quoted(xattrName(name, path))}`
}

function xattrName(name: string, path: string): string {
  if (/^(user|trusted|security|system)\.[^-]/.test(name)) return name
  throw new BrmcError('OVERLAY_INVALID', `${path} has the extended attribute ${name}, which ext4 does not know (user. trusted. security. system.)`)
}

/** `./name`: no name can be taken for an inode number (`<2>`). */
function here(path: string): string {
  return quoted(`./${nameOf(path)}`)
}

function quoted(text: string): string {
  if (/[\n\r\0]/.test(text)) throw new BrmcError('OVERLAY_INVALID', `${JSON.stringify(text)} has an end of line in it, and cannot be put into a finished image`, {suggestions: ['rename it', 'or compose the image anew: brmc image']})
  return `"${text.replaceAll('"', '""')}"`
}

function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (nameLength(name) > MAX_NAME) throw new BrmcError('OVERLAY_INVALID', `the name ${name.slice(0, 40)}… is longer than ${MAX_NAME} bytes`)
  return name
}
