import {posix} from 'node:path'

import {EM_AARCH64, readElf} from '../../archive/elf.js'
import {BrmcError} from '../../errors.js'
import type {RootEntry} from '../../overlay/entry.js'
import {contentOf, mergedPath, withTargets, type PackageTree} from './package-tree.js'

/** Where ld.so of Debian arm64 looks without a cache (ld.so(8), and the multiarch folder built into it). */
const LIBRARY_FOLDERS = ['usr/lib/aarch64-linux-gnu', 'usr/lib'] as const

/**
 * The wanted files with all they need to start: their interpreter, the libraries they name, the libraries of those, and the symlinks on the way.
 * Throws BrmcError PACKAGE_CORRUPT naming who needs what, when the packages do not have it.
 */
export function programClosure(tree: PackageTree, wanted: readonly string[]): RootEntry[] {
  const taken = new Map<string, RootEntry>()
  const waiting = wanted.map(path => programPath(tree, path))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (taken.has(path)) continue
    for (const entry of withTargets(tree, path)) taken.set(entry.path, entry)
    waiting.push(...needsOf(tree, path))
  }

  return [...taken.values()]
}

/** Debian moves programs between bin and sbin from release to release. */
function programPath(tree: PackageTree, path: string): string {
  const other = path.includes('/sbin/') ? path.replace('/sbin/', '/bin/') : path.replace('/bin/', '/sbin/')
  const found = [path, other].find(candidate => tree.has(candidate))
  if (found !== undefined) return found
  throw new BrmcError('PACKAGE_CORRUPT', `the packages have no ${path}, which a base needs`, {
    suggestions: ['the suite may be too new or too old for this version of brmc: see debian.suite'],
  })
}

function needsOf(tree: PackageTree, path: string): string[] {
  const elf = readElf(contentOf(tree, path))
  if (!elf) return []
  if (elf.machine !== EM_AARCH64) throw new BrmcError('PACKAGE_CORRUPT', `${path} is for another machine (ELF e_machine ${elf.machine}, not ${EM_AARCH64})`)
  const libraries = elf.needed.map(name => {
    const library = LIBRARY_FOLDERS.map(folder => posix.join(folder, name)).find(candidate => tree.has(candidate))
    if (library !== undefined) return library
    throw new BrmcError('PACKAGE_CORRUPT', `${path} needs ${name}, which none of the packages has`)
  })
  return elf.interpreter === undefined ? libraries : [mergedPath(elf.interpreter), ...libraries]
}
