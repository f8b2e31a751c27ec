import {createHash} from 'node:crypto'
import {lstat, readdir, readlink} from 'node:fs/promises'
import {join} from 'node:path'

/** sha256 of the sorted names in a folder, as `ls -A | LC_ALL=C sort | sha256sum` has it. */
export async function namesDigest(folder: string): Promise<string> {
  const names = (await readdir(folder, {encoding: 'buffer'})).sort((a, b) => Buffer.compare(a, b))
  const hash = createHash('sha256')
  for (const name of names) hash.update(name).update('\n')
  return hash.digest('hex')
}

/** sha256 of what is below a folder by paths, modes, sizes, times and targets of links: equal without a change, nearly surely another after one. */
export async function folderFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const line of describe(folder, '')) hash.update(`${line}\0`)
  return hash.digest('hex')
}

async function* describe(folder: string, path: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(folder, path), {withFileTypes: true})
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const place = path === '' ? entry.name : `${path}/${entry.name}`
    const file = join(folder, place)
    const {mode, size, mtimeMs} = await lstat(file)
    // A folder's size and time are the file system's own affair.
    if (entry.isDirectory()) {
      yield JSON.stringify([place, mode])
      yield* describe(folder, place)
    } else {
      yield JSON.stringify([place, mode, size, mtimeMs, entry.isSymbolicLink() ? await readlink(file) : ''])
    }
  }
}
