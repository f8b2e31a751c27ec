import {lstatSync, readdirSync, readlinkSync} from 'node:fs'
import {lstat} from 'node:fs/promises'
import {basename, join} from 'node:path'

import {BrmcError} from '../errors.js'
import {systemPath, textOfName} from '../files/name-bytes.js'
import type {RootEntry} from './entry.js'
import type {Layer} from './layer.js'

// What Buildroot leaves out of an overlay (RSYNC_VCS_EXCLUSIONS in Makefile, SYSTEM_RSYNC in system/system.mk; 2026.02), so that both bases get the same root.
const LEFT_OUT = new Set(['.svn', '.git', '.hg', '.bzr', 'CVS', '.empty'])
const EXECUTABLE_BY_ANYONE = 0o111

/**
 * A folder as a layer: everything belongs to root, is 0755 where executable and else 0644 (directories 0755), and has the time `epoch`
 * (seconds since 1970), whatever the checkout says. Bodies stay on disk. Version control's folders, `.empty` and `*~` are left out.
 * Throws BrmcError OVERLAY_INVALID listing what a folder cannot give: sockets, devices, fifos.
 */
export async function readFolderLayer(folder: string, epoch: number): Promise<Layer> {
  const found = await lstat(folder).catch((cause: unknown) => {
    throw new BrmcError('OVERLAY_INVALID', `${folder}: there is no such overlay folder`, {cause})
  })
  if (!found.isDirectory()) throw new BrmcError('OVERLAY_INVALID', `${folder} is not a folder`)
  const refused: string[] = []
  const entries: RootEntry[] = []
  for (const entry of walk(folder, '', epoch)) {
    if (typeof entry === 'string') refused.push(entry)
    else entries.push(entry)
  }

  if (refused.length === 0) return {name: folder, kind: 'folder', entries}
  throw new BrmcError('OVERLAY_INVALID', `${folder} holds what an overlay folder cannot give to a root`, {
    details: refused,
    suggestions: [`declare devices and fifos in ${basename(folder)}.meta.yaml beside it, or put them into an overlay archive (.tar)`],
  })
}

/** Entries below `path`, in order of name; a text for each thing that is refused. Of a hundred thousand files nothing is waited for: that would take five times as long. */
function* walk(folder: string, path: string, epoch: number): Generator<RootEntry | string, void, undefined> {
  const names = readdirSync(systemPath(join(folder, path)), {encoding: 'buffer'}).map(name => textOfName(name)).filter(name => !LEFT_OUT.has(name) && !name.endsWith('~')).sort()
  for (const name of names) {
    const place = path === '' ? name : `${path}/${name}`
    const file = join(folder, place)
    const stats = lstatSync(systemPath(file))
    const common = {path: place, uid: 0, gid: 0, mtime: epoch}
    if (stats.isDirectory()) {
      yield {...common, type: 'directory', mode: 0o755, size: 0}
      yield* walk(folder, place, epoch)
    } else if (stats.isSymbolicLink()) {
      yield {...common, type: 'symlink', mode: 0o777, size: 0, target: textOfName(readlinkSync(systemPath(file), {encoding: 'buffer'}))}
    } else if (stats.isFile()) {
      const mode = (stats.mode & EXECUTABLE_BY_ANYONE) === 0 ? 0o644 : 0o755
      yield {...common, type: 'file', mode, size: stats.size, ...stats.size > 0 && {content: {file, offset: 0}}}
    } else {
      yield `${place} is a ${stats.isSocket() ? 'socket' : stats.isFIFO() ? 'fifo' : 'device'}`
    }
  }
}
