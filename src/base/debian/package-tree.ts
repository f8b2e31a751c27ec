import {posix} from 'node:path'

import {BrmcError} from '../../errors.js'
import type {RootEntry} from '../../overlay/entry.js'

/** What the packages hold, laid over one another: paths as Debian's merged /usr has them, contents in memory. */
export type PackageTree = ReadonlyMap<string, RootEntry>

/** What no base can want: it is not even kept in memory. Paths are merged ones. */
const NEVER_WANTED = [
  /^usr\/(share|include)\//,
  /^usr\/lib\/systemd\//,
  /\/gconv\//,
  /^boot\/(System\.map|config)-/,
  /^usr\/lib\/raspi-firmware\/overlays\//,
  /^usr\/lib\/linux-image-[^/]+\/(?!broadcom\/)/,
  /^usr\/lib\/firmware\/(?!brcm\/|cypress\/|regulatory)/,
]

export function isWanted(path: string): boolean {
  return !NEVER_WANTED.some(pattern => pattern.test(path))
}

/** `./lib/x` → `usr/lib/x`: the top-level folders are links in a root with merged /usr, whatever an old package says. */
export function mergedPath(name: string): string {
  const path = posix.normalize(name).replace(/^(\.?\/)+|\/+$/g, '')
  return path === '.' ? '' : path.replace(/^(bin|sbin|lib)(?=\/|$)/, 'usr/$1')
}

/** Where a symlink at `path` leads, as a merged path. */
export function linkTarget(path: string, target: string): string {
  return mergedPath(target.startsWith('/') ? target : posix.join(posix.dirname(path), target))
}

/** The entry at the end of the symlinks that start at `path`; undefined where one leads to nothing. */
export function followLinks(tree: PackageTree, path: string): RootEntry | undefined {
  let entry = tree.get(path)
  for (let steps = 0; entry?.type === 'symlink' && steps < 40; steps++) entry = tree.get(linkTarget(entry.path, entry.target ?? ''))
  return entry?.type === 'symlink' ? undefined : entry
}

/** The entry at `path` and, if it is a symlink, all entries on the way to its end. Throws BrmcError PACKAGE_CORRUPT when it leads to nothing. */
export function withTargets(tree: PackageTree, path: string): RootEntry[] {
  const entries: RootEntry[] = []
  for (let at: string | undefined = path; at !== undefined;) {
    const entry = tree.get(at)
    if (!entry || entries.length > 40) throw new BrmcError('PACKAGE_CORRUPT', `the packages have no ${at}${at === path ? '' : `, where ${path} leads`}`)
    entries.push(entry)
    at = entry.type === 'symlink' ? linkTarget(at, entry.target ?? '') : undefined
  }

  return entries
}

/** The bytes of the file at the end of `path`. Throws BrmcError PACKAGE_CORRUPT if there is none. */
export function contentOf(tree: PackageTree, path: string): Buffer {
  const content = followLinks(tree, path)?.content
  if (Buffer.isBuffer(content)) return content
  throw new BrmcError('PACKAGE_CORRUPT', `the packages have no file ${path}`)
}

/** Paths of the files directly in `folder`, links included, sorted. */
export function filesIn(tree: PackageTree, folder: string): string[] {
  return [...tree.values()].filter(({path, type}) => type !== 'directory' && posix.dirname(path) === folder).map(({path}) => path).sort()
}
