import type {Declaration, Declarations, Named} from './declaration.js'
import type {RootEntry} from './entry.js'
import {matcherOf} from './pattern.js'
import {resolveFolder, resolveParents} from './resolve-path.js'
import type {RootBuilder} from './root-builder.js'

/** The one of `candidates` that was probably meant. */
export type Nearest = (text: string, candidates: readonly string[]) => string | undefined

const DIRECTORY_MODE = 0o755
const NODE_MODE = 0o644
const LINK_MODE = 0o777

/** Takes away what `declarations` take away. Returns what is wrong, a line each. */
export function takeAway(root: RootBuilder, {remove, empty}: Declarations, nearest?: Nearest): string[] {
  const removed = remove.flatMap(named => {
    if (!root.get(resolveParents(root.entries, named.path))) return unknown(root, named, nearest)
    root.remove(named.path)
    return []
  })
  const emptied = empty.flatMap(named => {
    const found = root.get(resolveFolder(root.entries, named.path))
    if (!found) return unknown(root, named, nearest)
    if (found.type !== 'directory') return [`${named.place}: /${named.path} is a ${found.type}, and only a directory can be emptied`]
    root.empty(named.path)
    return []
  })
  return [...removed, ...emptied]
}

interface Declaring {
  paths: readonly Declaration[]
  /** Paths that the layer itself laid. */
  brought: ReadonlySet<string>
  nearest: Nearest | undefined
}

/** Makes and changes what `paths` say, in their order. Returns what is wrong, a line each. */
export function declare(root: RootBuilder, {paths, brought, nearest}: Declaring): string[] {
  const own = new Set(brought)
  return paths.flatMap(declaration => declaration.isPattern ? declareAll(root, declaration, own) : declareOne(root, declaration, own, nearest))
}

function declareAll(root: RootBuilder, declaration: Declaration, own: ReadonlySet<string>): string[] {
  const isMeant = matcherOf(declaration.path)
  const matching = [...own].filter(path => isMeant(path)).flatMap(path => root.get(path) ?? [])
  if (matching.length === 0) return [`${declaration.place}: ${declaration.path} means nothing that this overlay brings (a pattern never means what was there before)`]
  return matching.flatMap(entry => {
    const {mode, directoryMode, ...rest} = declaration
    const meant = entry.type === 'directory' ? directoryMode : entry.type === 'symlink' ? undefined : mode
    return change(root, entry, {...rest, ...meant !== undefined && {mode: meant}})
  })
}

function declareOne(root: RootBuilder, declaration: Declaration, own: Set<string>, nearest?: Nearest): string[] {
  const {make, path, place} = declaration
  if (make) {
    const problem = made(root, declaration, make)
    if (problem !== undefined) return [`${place}: ${problem}`]
    own.add(make.type === 'directory' ? resolveFolder(root.entries, path) : resolveParents(root.entries, path))
  }

  const entry = root.get(resolveParents(root.entries, path))
  return entry ? change(root, entry, declaration) : unknown(root, declaration, nearest)
}

function made(root: RootBuilder, {path}: Named, make: NonNullable<Declaration['make']>): string | undefined {
  const existing = root.get(make.type === 'directory' ? resolveFolder(root.entries, path) : resolveParents(root.entries, path))
  if (existing?.type === 'directory') return make.type === 'directory' ? undefined : `/${path} is a directory already; take it away first (remove)`
  if (make.type === 'hardlink') {
    const target = root.get(resolveParents(root.entries, make.target ?? ''))
    if (!target || target.type === 'directory') return `/${path} cannot be one more name for /${make.target ?? ''}, which is ${target ? 'a directory' : 'not there'}`
  }

  const mode = make.type === 'directory' ? DIRECTORY_MODE : make.type === 'symlink' ? LINK_MODE : NODE_MODE
  root.put({path, mode, uid: 0, gid: 0, mtime: root.epoch, size: 0, ...make})
  return undefined
}

function change(root: RootBuilder, named: RootEntry, {owner, group, mode, xattrs, place}: Declaration): string[] {
  // All names of a file share what is said of one of them.
  const entry = named.type === 'hardlink' ? root.get(named.target ?? '') : named
  if (!entry) return []
  if (entry.type === 'symlink' && (mode !== undefined || xattrs)) return [`${place}: /${named.path} is a symlink to ${entry.target ?? ''}: say it of what it leads to`]
  if (xattrs?.[CAPABILITY] && entry.type !== 'file') return [`${place}: /${named.path} is a ${entry.type}, and only files have capabilities`]
  root.change({
    ...entry,
    uid: owner ?? entry.uid,
    gid: group ?? entry.gid,
    mode: mode ?? entry.mode,
    ...xattrs && {xattrs: {...entry.xattrs, ...xattrs}},
  })
  return []
}

const CAPABILITY = 'security.capability'

function unknown(root: RootBuilder, {path, place}: Named, nearest?: Nearest): string[] {
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
  const beside = Array.from(root.entries.keys()).filter(other => other !== '' && other.slice(0, Math.max(other.lastIndexOf('/'), 0)) === folder)
  const meant = nearest?.(path, beside.length > 0 ? beside : Array.from(root.entries.keys()))
  return [`${place}: there is no /${path} in the root${meant === undefined ? '' : `; did you mean ${meant}?`}`]
}
