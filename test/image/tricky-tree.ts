import {randomBytes} from 'node:crypto'
import {truncateSync, writeFileSync, openSync, writeSync, closeSync} from 'node:fs'
import {join} from 'node:path'

import type {RootEntry, RootTree} from '../../src/overlay/entry.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'

export const EPOCH = 1_700_000_000
const owned = {uid: 0, gid: 0, mtime: 1_600_000_000, size: 0}

/** struct vfs_cap_data of revision 2: cap_net_raw and cap_setfcap permitted, bytes beyond ASCII among them. */
export const CAPABILITY = Buffer.from('0100000200200080ff0000000000000000000000', 'hex')

/** What has once gone wrong in one writer or another. Bodies that are large lie in `folder`, one of them in a file with holes. */
export function trickyTree(folder: string, {large = 200 * 1024 * 1024} = {}): RootTree {
  const holes = join(folder, 'holes')
  writeFileSync(holes, 'begin')
  truncateSync(holes, large)
  const descriptor = openSync(holes, 'r+')
  writeSync(descriptor, 'end', large - 3)
  closeSync(descriptor)
  const body = (bytes: Buffer): Pick<RootEntry, 'content' | 'size'> => ({content: bytes, size: bytes.length})
  const file = (path: string, more: Partial<RootEntry> = {}): RootEntry => ({path, type: 'file', mode: 0o644, ...owned, ...more})
  const entries: RootEntry[] = [
    {path: '', type: 'directory', mode: 0o755, ...owned},
    {path: 'root', type: 'directory', mode: 0o700, ...owned},
    {path: 'tmp', type: 'directory', mode: 0o1777, ...owned},
    file('bin/su', {mode: 0o4755, ...body(Buffer.from('setuid'))}),
    {path: 'bin/alias', type: 'hardlink', target: 'bin/su', mode: 0o4755, ...owned},
    {path: 'a-first-name', type: 'hardlink', target: 'bin/su', mode: 0o4755, ...owned},
    file('bin/ping', {mode: 0o755, ...body(Buffer.from('ping')), xattrs: {'security.capability': CAPABILITY}}),
    file('xattr/many', {...body(Buffer.from('x')), xattrs: {'user.large': Buffer.alloc(2000, 'v'), 'security.capability': CAPABILITY, 'user.b': Buffer.from('2'), 'trusted.empty': Buffer.alloc(0)}}),
    {path: 'xattr/folder', type: 'directory', mode: 0o755, ...owned, xattrs: {'user.note': Buffer.from([0, 255, 10])}},
    file('owner', {uid: 4_000_000_000, gid: 70_000, mode: 0}),
    file('old', {mtime: -86_400}),
    file('new', {mtime: 5_000_000_000}),
    {path: 'short', type: 'symlink', target: 's'.repeat(59), mode: 0o777, ...owned},
    {path: 'medium', type: 'symlink', target: 'm'.repeat(60), mode: 0o777, ...owned},
    {path: 'long', type: 'symlink', target: 'l'.repeat(4000), mode: 0o777, ...owned},
    {path: 'dev/console', type: 'character', mode: 0o600, device: {major: 5, minor: 1}, ...owned},
    {path: 'dev/large', type: 'block', mode: 0o660, device: {major: 259, minor: 70_000}, ...owned, gid: 6},
    {path: 'dev/pipe', type: 'fifo', mode: 0o622, ...owned},
    file('n'.repeat(255), body(Buffer.from('long name'))),
    file('ümlaut/日本', body(Buffer.from('utf-8'))),
    file('empty'),
    file('one-block', body(Buffer.alloc(4096, 'b'))),
    file('block-and-a-byte', body(Buffer.alloc(4097, 'c'))),
    file('zeros', body(Buffer.alloc(300_000))),
    file('random', body(randomBytes(1_000_000))),
    file(`${Array.from({length: 60}, (_, depth) => `d${depth}`).join('/')}/leaf`, body(Buffer.from('deep'))),
    file('large', {size: large, content: {file: holes, offset: 0}}),
    ...Array.from({length: 5000}, (_, index) => file(`crowd/a-name-of-some-length-${index}`, body(Buffer.from(String(index))))),
  ]
  return mergeLayers([{name: 'tricky', kind: 'archive', entries}], EPOCH)
}
