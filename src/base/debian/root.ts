import {posix} from 'node:path'

import {boards, type BoardName} from '../../boards/boards.js'
import type {RootEntry} from '../../overlay/entry.js'
import {appletLinks, appletNames} from './applets.js'
import {firmwareFiles} from './firmware.js'
import {modulesFolder, type Kernel, type KernelModules} from './kernel.js'
import {moduleIndexes} from './module-index.js'
import {contentOf, type PackageTree} from './package-tree.js'
import {programClosure} from './programs.js'
import {skeletonEntries} from './skeleton.js'

export const BUSYBOX = 'usr/bin/busybox'

interface RootParts {
  tree: PackageTree
  kernel: Kernel
  modules: KernelModules
  /** Paths of programs and other files that are wanted for themselves. */
  files: readonly string[]
  board: BoardName
  /** Seconds since 1970, for every entry. */
  sourceDateEpoch: number
}

/** The root file system, sorted by path, parents first. All belongs to root. `warnings` are what this board will lack, in words. */
export function rootEntries({tree, kernel, modules, files, board, sourceDateEpoch}: RootParts): {entries: RootEntry[], warnings: string[]} {
  const programs = programClosure(tree, files)
  const firmware = firmwareFiles(tree, boards[board])
  const entries = new Map([
    ...appletLinks(appletNames(contentOf(tree, BUSYBOX)), new Set(programs.map(({path}) => posix.basename(path)))),
    ...programs,
    ...firmware.entries,
    ...moduleEntries(tree, kernel, modules),
    ...skeletonEntries(),
  ].map(entry => [entry.path, entry]))
  for (const path of [...entries.keys()]) addParents(path, entries)
  return {
    entries: [...entries.values()].sort((a, b) => a.path < b.path ? -1 : 1).map(entry => ({...entry, uid: 0, gid: 0, mtime: sourceDateEpoch})),
    warnings: firmware.missing.map(stem => `Debian has no firmware ${stem}: a ${boards[board].title} whose radio asks for it has no Wi-Fi`),
  }
}

/** The modules, what modprobe reads of them, and the list of what is built in. */
function moduleEntries(tree: PackageTree, kernel: Kernel, modules: KernelModules): RootEntry[] {
  const folder = modulesFolder(kernel.release)
  const indexes = Object.entries(moduleIndexes(modules, folder)).map(([name, text]) => textFile(`${folder}/${name}`, Buffer.from(text)))
  const files = [...modules.values()].map(({path, plain}) => textFile(path, plain))
  return [...files, ...indexes, textFile(`${folder}/modules.builtin`, contentOf(tree, `${folder}/modules.builtin`))]
}

function textFile(path: string, content: Buffer): RootEntry {
  return {path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: content.length, content}
}

function addParents(path: string, entries: Map<string, RootEntry>): void {
  for (let parent = posix.dirname(path); parent !== '.' && !entries.has(parent); parent = posix.dirname(parent)) {
    entries.set(parent, {path: parent, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0})
  }
}
