import {BrmcError} from '../errors.js'
import type {DeviceTableRow} from './device-table.js'
import type {RootEntry, RootTree} from './entry.js'
import {resolveFolder, resolveParents} from './resolve-path.js'
import {RootBuilder} from './root-builder.js'

const NEW_MODE = 0o755

/**
 * `tree` with the rows of a device table (parseDeviceTable) applied in order, as Buildroot's makedevs does: `f` and `F` set mode and owner of a
 * file (`F` may be missing), `d` makes or changes a directory, `r` a directory and all below it, `c b p` make nodes. Symlinks above a path
 * are followed. New entries have the time `epoch`. Throws BrmcError OVERLAY_INVALID with all problems as `<file>:<line>: …` in details.
 */
export function withDeviceTable(tree: RootTree, rows: readonly DeviceTableRow[], {file, epoch}: {file: string, epoch: number}): RootTree {
  const root = RootBuilder.from(tree, epoch)
  const problems = rows.flatMap(row => {
    const problem = applyRow(root, row)
    return problem === undefined ? [] : [`${file}:${row.line}: ${problem}`]
  })
  if (problems.length > 0) throw new BrmcError('OVERLAY_INVALID', `${file} does not fit the root file system`, {details: problems})
  return root.tree()
}

function applyRow(root: RootBuilder, row: DeviceTableRow): string | undefined {
  switch (row.type) {
    case 'f':
    case 'F': return applyToFile(root, row)
    case 'd': return applyToFolder(root, row)
    case 'r': return applyRecursively(root, row)
    case 'c':
    case 'b':
    case 'p': return makeNodes(root, row)
  }
}

function applyToFile(root: RootBuilder, row: DeviceTableRow): string | undefined {
  const entry = root.get(resolveParents(root.entries, row.path))
  if (!entry) return row.type === 'F' ? undefined : `there is no /${row.path}`
  const owner = entry.type === 'hardlink' ? root.get(entry.target ?? '') : entry
  if (owner?.type !== 'file') return `/${row.path} is a ${entry.type}, not a file`
  root.change(changed(owner, row))
  return undefined
}

function applyToFolder(root: RootBuilder, row: DeviceTableRow): string | undefined {
  const path = resolveFolder(root.entries, row.path)
  const existing = root.get(path)
  if (existing && existing.type !== 'directory') return `/${row.path} is a ${existing.type}, not a directory`
  root.put(changed(existing ?? {path, type: 'directory', mode: NEW_MODE, uid: 0, gid: 0, mtime: root.epoch, size: 0}, row))
  return undefined
}

function applyRecursively(root: RootBuilder, row: DeviceTableRow): string | undefined {
  const path = resolveFolder(root.entries, row.path)
  const existing = root.get(path)
  if (existing?.type !== 'directory') return existing ? `/${row.path} is a ${existing.type}, not a directory` : `there is no /${row.path}`
  const prefix = path === '' ? '' : `${path}/`
  for (const entry of Array.from(root.entries.values())) {
    const inside = entry.path === path || entry.path.startsWith(prefix)
    if (!inside || entry.type === 'hardlink') continue
    // The mode of a symlink means nothing and stays 0777.
    root.change(entry.type === 'symlink' ? changed(entry, {...row, mode: undefined}) : changed(entry, row))
  }

  return undefined
}

function makeNodes(root: RootBuilder, row: DeviceTableRow): string | undefined {
  const type = row.type === 'p' ? 'fifo' : row.type === 'c' ? 'character' : 'block'
  const numbers = row.count === 0 ? [undefined] : Array.from({length: row.count}, (_, index) => index)
  for (const number of numbers) {
    const path = number === undefined ? row.path : `${row.path}${row.start + number}`
    const existing = root.get(resolveParents(root.entries, path))
    if (existing?.type === 'directory') return `/${path} is a directory already`
    const device = {major: row.major, minor: row.minor + (number ?? 0) * row.inc}
    root.put(changed({path, type, mode: NEW_MODE, uid: 0, gid: 0, mtime: root.epoch, size: 0, ...type !== 'fifo' && {device}}, row))
  }

  return undefined
}

function changed(entry: RootEntry, {mode, uid, gid}: DeviceTableRow): RootEntry {
  return {...entry, mode: mode ?? entry.mode, uid: uid ?? entry.uid, gid: gid ?? entry.gid}
}
