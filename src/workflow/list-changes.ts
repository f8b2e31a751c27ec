import type {Changes} from '../customize/changes.js'
import {UNMOUNTED} from '../customize/image-tree.js'
import type {PartsChanges} from '../customize/parts-changes.js'
import type {RootEntry} from '../overlay/entry.js'

/** One path of an image that was changed. */
export interface Change {
  change: 'added' | 'replaced' | 'removed' | 'altered'
  /** As the running system sees it; of a boot partition that it does not mount, relative to that. */
  path: string
  on: 'root' | 'boot'
  type: RootEntry['type']
  /** Four octal digits. */
  mode: string
  uid: number
  gid: number
  size: number
}

const SHOWN = 40
/** One name of 255 bytes shall not push all others off the screen. */
const WIDEST = 60
const SIGNS = {added: '+', replaced: '~', altered: '±', removed: '-'} as const

export function listChanges({root, fats}: PartsChanges): Change[] {
  const all = [...changesOf(root, 'root'), ...[...fats.values()].flatMap(changes => changesOf({...changes, altered: []}, 'boot'))]
  return all.sort((a, b) => a.path < b.path ? -1 : Number(a.path > b.path))
}

function changesOf({removed, added, altered}: Changes, on: Change['on']): Change[] {
  const comes = new Set(added.map(({path}) => path))
  const goes = new Set(removed.map(({path}) => path))
  const as = (change: Change['change']) => ({path, type, mode, uid, gid, size}: RootEntry): Change => ({
    change, path: path.startsWith(`${UNMOUNTED}/`) ? path.slice(UNMOUNTED.length + 1) : `/${path}`, on, type, mode: mode.toString(8).padStart(4, '0'), uid, gid, size,
  })
  return [
    ...removed.filter(({path}) => !comes.has(path)).map(as('removed')),
    ...added.filter(({path}) => goes.has(path)).map(as('replaced')),
    ...added.filter(({path}) => !goes.has(path)).map(as('added')),
    ...altered.map(({after}) => as('altered')(after)),
  ]
}

/** The table at the end: a line a path, the first ones of very many, and what it comes to. */
export function formatChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return 'nothing was to be changed: the image is a copy\n'
  const rows = changes.slice(0, SHOWN).map(({change, path, on, type, mode, uid, gid, size}) => change === 'removed'
    ? [SIGNS[change], printable(path), on, type, '', '', '']
    : [SIGNS[change], printable(path), on, type, on === 'boot' ? '' : mode, on === 'boot' ? '' : `${uid}:${gid}`, type === 'file' ? String(size) : ''])
  const widths = [0, 1, 2, 3, 4, 5].map(column => Math.min(WIDEST, Math.max(...rows.map(row => row[column]?.length ?? 0))))
  const counts = (Object.keys(SIGNS) as Change['change'][]).map(kind => [kind, changes.filter(({change}) => change === kind).length] as const).filter(([, count]) => count > 0)
  return [
    ...rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()),
    ...changes.length > SHOWN ? [`… and ${changes.length - SHOWN} more (all of them: --json)`] : [],
    counts.map(([kind, count]) => `${count} ${kind}`).join(', '),
    '',
  ].join('\n')
}

/** What would steer a terminal is shown as JSON does. */
function printable(path: string): string {
  return /[\p{Cc}\p{Cs}]/u.test(path) ? JSON.stringify(path) : path
}
