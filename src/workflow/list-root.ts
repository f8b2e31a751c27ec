import type {RootEntry, RootTree} from '../overlay/entry.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {resolveParents} from '../overlay/resolve-path.js'
import {didYouMean} from '../spec/suggest.js'
import type {DeploymentRoot} from './deployment-root.js'

/** One path of a root, and where it came from. */
export interface ListedEntry {
  path: string
  type: RootEntry['type']
  /** Four octal digits. */
  mode: string
  uid: number
  gid: number
  size: number
  target?: string
  /** The layer that has the last word on it. */
  layer: string
  /** Layers below that had a file there too, the lowest first. */
  replaces: string[]
}

/** What layers leave of the base, and where each of the rest came from; below `path` where one is given. The base's own only with `all`. */
export function listRoot({layers, root, epoch}: DeploymentRoot, {path = '', all = false}: {path?: string, all?: boolean} = {}): ListedEntry[] {
  const trees: RootTree[] = []
  mergeLayers(layers, epoch, {nearest: didYouMean, onLayer: tree => { trees.push(new Map(tree)) }})
  const top = resolveParents(root, path.replace(/^\/+|\/+$/g, ''))
  return Array.from(root.values()).filter(entry => top === '' || entry.path === top || entry.path.startsWith(`${top}/`)).flatMap(entry => {
    const before = trees.map(tree => tree.get(entry.path))
    const last = lastChange(before)
    if (entry.path === '' || (last === 0 && !all)) return []
    const {type, mode, uid, gid, size, target} = entry
    return [{
      path: `/${entry.path}`, type, mode: mode.toString(8).padStart(4, '0'), uid, gid, size, ...target !== undefined && {target},
      layer: layers[last]?.name ?? '',
      replaces: before.slice(0, last).flatMap((there, index) => there && there.type !== 'directory' && lastChange(before.slice(0, index + 1)) === index ? [layers[index]?.name ?? ''] : []),
    }]
  })
}

/** Of the same path in the growing root: the last layer that made another entry of it. An entry that nobody touches is the same object. */
function lastChange(entries: readonly (RootEntry | undefined)[]): number {
  for (let index = entries.length - 1; index > 0; index--) {
    if (entries[index] !== entries[index - 1]) return index
  }

  return 0
}

/** Paths that the layers above the base took away from it. */
export function goneFrom({layers, root, epoch}: DeploymentRoot): string[] {
  const below: RootTree = mergeLayers(layers.slice(0, 1), epoch)
  return [...below.keys()].filter(path => !root.has(path)).map(path => `/${path}`)
}

const SIGNS: Readonly<Record<RootEntry['type'], string>> = {file: '-', hardlink: '-', directory: 'd', symlink: 'l', character: 'c', block: 'b', fifo: 'p'}

/** `-rwsr-xr-x`, as ls has it. */
export function modeText(type: RootEntry['type'], mode: number): string {
  const bits = [6, 3, 0].map(shift => mode >> shift & 7)
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000]
  return (SIGNS[type]) + bits.map((three, index) => {
    const execute = (three & 1) !== 0
    const letter = index === 2 ? 't' : 's'
    return `${(three & 4) === 0 ? '-' : 'r'}${(three & 2) === 0 ? '-' : 'w'}${special[index] === 0 ? execute ? 'x' : '-' : execute ? letter : letter.toUpperCase()}`
  }).join('')
}

/** What would steer a terminal is shown as JSON does. */
export function printablePath(path: string): string {
  return /[\p{Cc}\p{Cs}]/u.test(path) ? JSON.stringify(path) : path
}
