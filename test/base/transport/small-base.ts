import {mkdir, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {buffer} from 'node:stream/consumers'

import {pack, type Header} from 'tar-stream'

import {bundleKey} from '../../../src/base/key.js'
import type {Bundle} from '../../../src/base/bundle.js'
import {writeBundle, type BundleParts} from '../../../src/base/write-bundle.js'

export const KEY = bundleKey({board: 'virt'})

const PARTS: BundleParts = {
  bundle: {
    version: 1, key: KEY, provider: 'buildroot', board: 'virt', kernelRelease: '6.12.1-v8+', kernel: 'Image', sourceDateEpoch: 1_700_000_000,
    packages: [{name: 'smcroute', version: '2.5.7'}], ingredients: {board: 'virt'},
  },
  entries: [
    {path: 'etc', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0},
    {path: 'etc/passwd', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 5, content: Buffer.from('root:')},
  ],
  boot: new Map([['Image', Buffer.alloc(200_000, 'kernel')], ['config.txt', Buffer.alloc(0)], ['empty too', Buffer.alloc(0)]]),
}

/** A whole base of a few hundred kilobytes below `bases`: with empty files, two of them alike, and a name with a space. */
export async function writeSmallBase(bases: string, change: Partial<Bundle> = {}): Promise<{folder: string, bundle: Bundle}> {
  await mkdir(bases, {recursive: true})
  const folder = join(bases, change.key ?? KEY)
  return {folder, bundle: await writeBundle(folder, {...PARTS, bundle: {...PARTS.bundle, ...change}})}
}

/** Path → bytes of all files below a folder. */
export async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const found = await readdir(folder, {recursive: true, withFileTypes: true})
  const paths = found.filter(entry => !entry.isDirectory()).map(({parentPath, name}) => join(parentPath, name)).sort()
  return Object.fromEntries(await Promise.all(paths.map(async path => [path.slice(folder.length + 1), await readFile(path)] as const)))
}

export type TarEntry = readonly [Partial<Header> & {name: string}, Buffer?]

/** A tar by another writer than brmc's, which writes whatever it is told. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const [header, body] of entries) archive.entry({mtime: new Date(0), ...header}, body ?? Buffer.alloc(0))
  archive.finalize()
  return buffer(archive)
}
