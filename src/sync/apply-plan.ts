import {mkdir, rmdir, unlink} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {writeWhole} from '../files/write-whole.js'
import {TREE_FOLDER, type TreeFile} from '../tree/template-set.js'
import {formatManifest, isTreePath, MANIFEST_PATH} from './manifest.js'
import {manifestAfter, type Action, type Conflict, type SyncPlan} from './plan.js'
import {inTheWay, lstatOrNothing} from './read-tree-state.js'

export interface TouchedFile {
  path: string
  action: Action
}

const WRITES: readonly Action[] = ['create', 'create-again', 'update', 'overwrite']

const WHY: Readonly<Record<Conflict, string>> = {
  'edited': 'edited here, and its template changed',
  'unowned': 'not written by brmc',
  'template-gone': 'edited here, and no longer generated',
}

/**
 * Makes the tree what the plan says and returns what was touched. With a conflict nothing at all is written. Each file is
 * replaced in one step, the manifest comes last: a run cut short anywhere loses nothing, and the next one adopts what was done.
 * @param files rendered files, of which those the plan writes are taken
 * @throws BrmcError TREE_CONFLICT, INTERRUPTED
 */
export async function applyPlan(projectFolder: string, plan: SyncPlan, files: readonly TreeFile[], signal?: AbortSignal): Promise<TouchedFile[]> {
  refuseConflicts(plan)
  const contents = new Map(files.map(file => [file.path, file]))
  const deleted = plan.filter(({action}) => action === 'delete').map(({path}) => path)
  const written = plan.filter(({action}) => WRITES.includes(action)).map(({path}) => contents.get(path) ?? missing(path))
  for (const {path} of [...written, {path: MANIFEST_PATH}]) await refuseWhatIsInTheWay(projectFolder, path, deleted)

  for (const path of deleted) {
    stopIfAborted(signal)
    await deleteFile(projectFolder, path)
  }
  for (const {path, content, executable} of written) {
    stopIfAborted(signal)
    await replaceFile(projectFolder, path, content, executable)
  }
  const withheld = new Map(files.flatMap(({path, secrets}) => secrets === undefined ? [] : [[path, secrets] as const]))
  const manifest = formatManifest(manifestAfter(plan), withheld)
  if (manifest !== await readTextIfThere(join(projectFolder, MANIFEST_PATH))) await replaceFile(projectFolder, MANIFEST_PATH, Buffer.from(manifest), false)
  return plan.filter(({action}) => action === 'delete' || WRITES.includes(action)).map(({path, action}) => ({path, action}))
}

function refuseConflicts(plan: SyncPlan): void {
  const conflicts = plan.flatMap(({path, conflict}) => conflict === undefined ? [] : [`${path}: ${WHY[conflict]}`])
  if (conflicts.length === 0) return
  throw new BrmcError('TREE_CONFLICT', `${conflicts.length === 1 ? 'a file' : `${conflicts.length} files`} of the tree would lose an edit, so nothing was written`, {
    details: conflicts,
    suggestions: ['see both versions with: brmc diff <path>', 'take the generated one with: --overwrite <path>', 'leave yours with: --keep <path>'],
  })
}

async function refuseWhatIsInTheWay(projectFolder: string, path: string, deleted: readonly string[]): Promise<void> {
  if (path !== MANIFEST_PATH && !isTreePath(path)) throw new BrmcError('INTERNAL', `${path} is not below ${TREE_FOLDER}/`)
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const part = parts.slice(0, depth).join('/')
    const stats = await lstatOrNothing(join(projectFolder, part))
    if (stats === undefined || deleted.includes(part)) return
    const fits = depth < parts.length ? stats.isDirectory() : stats.isFile()
    if (!fits) throw inTheWay(part, stats.isSymbolicLink() ? 'is a link' : depth < parts.length ? 'is not a folder' : 'is not a file')
  }
}

async function replaceFile(projectFolder: string, path: string, content: Uint8Array, executable: boolean): Promise<void> {
  const target = join(projectFolder, path)
  await mkdir(dirname(target), {recursive: true})
  await writeWhole(target, content, executable ? 0o777 : 0o666)
}

/** Removes a file, and the folders below br2-external/ that it leaves empty. */
async function deleteFile(projectFolder: string, path: string): Promise<void> {
  await unlink(join(projectFolder, path))
  for (let folder = dirname(path); folder !== TREE_FOLDER; folder = dirname(folder)) {
    const emptied = await rmdir(join(projectFolder, folder)).then(() => true, () => false)
    if (!emptied) return
  }
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BrmcError('INTERRUPTED', 'interrupted: some files are written; run it again to go on')
}

function missing(path: string): never {
  throw new BrmcError('INTERNAL', `the plan writes ${path}, but no such file was rendered`)
}
