import {BrmcError} from '../errors.js'
import {fatNames} from '../image/fat32/names.js'
import type {RootEntry} from '../overlay/entry.js'
import type {Changes} from './changes.js'

/** What mtools has to do to a FAT partition, in this order. Paths are relative to the partition. */
export interface FatSteps {
  /** Deleted first; what is replaced is among them. */
  files: string[]
  /** Empty by then, the deepest first. */
  folders: string[]
  newFolders: string[]
  /** Folder -> its new files. */
  newFiles: Map<string, {name: string, entry: RootEntry}[]>
}

const PATTERN = /[[\]*?\\]/
const DRAWN_FROM = {symlink: 'a symlink', hardlink: 'a hard link', character: 'a device', block: 'a device', fifo: 'a fifo'} as const

/**
 * `changes` below the mount point `at` as steps. Names of other case are the same name. Modes, owners and times are left aside, as a mount does; what FAT
 * cannot hold at all throws OVERLAY_INVALID. `there` are the paths of the partition now.
 */
export function fatSteps({removed, added}: Changes, at: string, there: Iterable<string>): FatSteps {
  const below = (path: string): string => path.slice(at.length + 1)
  const gone = new Set(removed.map(({path}) => below(path)))
  const stays = [...there].filter(path => !gone.has(path))
  const staying = new Map(stays.map(path => [path.toLowerCase(), path]))
  const comes = added.map(entry => ({path: below(entry.path), entry}))
  refuseStrangers(comes, stays)
  // An overlay's Overlays/ is the card's overlays/; its Config.txt replaces config.txt.
  const replaced = comes.flatMap(({path, entry}) => entry.type === 'file' ? staying.get(path.toLowerCase()) ?? [] : [])
  const newFiles = new Map<string, {name: string, entry: RootEntry}[]>()
  for (const {path, entry} of comes.filter(({entry: {type}}) => type === 'file')) {
    const slash = path.lastIndexOf('/')
    const folder = path.slice(0, Math.max(slash, 0))
    newFiles.set(folder, [...newFiles.get(folder) ?? [], {name: path.slice(slash + 1), entry}])
  }

  const steps = {
    files: [...removed.filter(({type}) => type === 'file').map(({path}) => below(path)), ...replaced],
    folders: removed.filter(({type}) => type === 'directory').map(({path}) => below(path)),
    newFolders: comes.filter(({path, entry: {type}}) => type === 'directory' && !staying.has(path.toLowerCase())).map(({path}) => path),
    newFiles,
  }
  refusePatterns([...steps.files, ...steps.folders, ...comes.map(({path}) => path)])
  return steps
}

function refuseStrangers(comes: readonly {path: string, entry: RootEntry}[], stays: readonly string[]): void {
  const problems = comes.flatMap(({path, entry: {type, xattrs}}) =>
    type !== 'file' && type !== 'directory' ? `${path} is ${DRAWN_FROM[type]}` : xattrs ? `${path} has extended attributes` : [])
  if (problems.length > 0) throw new BrmcError('OVERLAY_INVALID', 'the overlays have what a boot partition (FAT) cannot hold', {details: problems.slice(0, 10)})
  const folders = new Map<string, Set<string>>()
  const staying = new Set(stays.map(path => path.toLowerCase()))
  for (const {path} of comes.filter(one => !staying.has(one.path.toLowerCase()))) {
    const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
    folders.set(folder, (folders.get(folder) ?? new Set()).add(path.slice(path.lastIndexOf('/') + 1)))
  }

  for (const [folder, names] of folders) fatNames([...names], folder)
}

/** mtools takes such names for patterns. */
function refusePatterns(paths: readonly string[]): void {
  const pattern = paths.find(path => PATTERN.test(path))
  if (pattern !== undefined) throw new BrmcError('OVERLAY_INVALID', `${pattern}: names with [ or ] on a boot partition cannot be changed in a finished image`)
}
