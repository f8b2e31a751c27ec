import {BrmcError} from '../errors.js'
import type {Manifest} from './manifest.js'

/** A file on disk as the plan needs it. */
export interface DiskFile {
  sha256: string
  executable: boolean
}

/** A file as it is rendered now. */
export interface RenderedFile extends DiskFile {
  generatedOnce?: boolean
}

export type Action =
  | 'create' | 'create-again' | 'update' | 'overwrite' // write the rendered file
  | 'delete'
  | 'keep' | 'adopt' // the file is as rendered already
  | 'keep-edit' | 'forget' // the user's own now
  | 'conflict'

/** edited: changed here and in the template; unowned: brmc did not write it; template-gone: edited, and no longer generated. */
export type Conflict = 'edited' | 'unowned' | 'template-gone'

export interface SyncItem {
  path: string
  action: Action
  /** With action conflict. */
  conflict?: Conflict
  /** Hash to remember once the plan is applied; absent: nothing is remembered. */
  remember?: string
}

/** One item for each path of manifest or catalogue, sorted. */
export type SyncPlan = readonly SyncItem[]

/** What the user said to do with conflicts; a path named outright also resets an edit that would be kept. */
export interface Resolutions {
  overwrite: 'all' | readonly string[]
  keep: 'all' | readonly string[]
}

export interface SyncState {
  manifest: Manifest
  onDisk: ReadonlyMap<string, DiskFile>
  rendered: ReadonlyMap<string, RenderedFile>
  resolutions?: Resolutions
}

interface Versions {
  /** Hash as last written by brmc. */
  written: string | undefined
  onDisk: DiskFile | undefined
  rendered: RenderedFile | undefined
}

const NO_RESOLUTIONS: Resolutions = {overwrite: [], keep: []}

/**
 * Three hashes decide what becomes of each file: as last written, as on disk, as rendered now. Touches nothing.
 * @throws BrmcError USAGE for a resolution whose path is not part of the tree, or that says both
 */
export function planSync({manifest, onDisk, rendered, resolutions = NO_RESOLUTIONS}: SyncState): SyncPlan {
  const paths = [...new Set([...manifest.keys(), ...rendered.keys()])].sort()
  checkResolutions(resolutions, new Set(paths))
  return paths.map(path => {
    const versions = {written: manifest.get(path), onDisk: onDisk.get(path), rendered: rendered.get(path)}
    return {path, ...resolve(path, decide(versions), versions, resolutions)}
  })
}

type Decision = Omit<SyncItem, 'path'>

function decide({written, onDisk, rendered}: Versions): Decision {
  if (rendered === undefined) return withoutTemplate(written, onDisk)
  // Not remembered: once it is there it is the user's, also when a later brmc makes it no more.
  if (rendered.generatedOnce) return {action: onDisk === undefined ? 'create' : 'keep'}

  const remember = rendered.sha256
  if (onDisk === undefined) return {action: written === undefined ? 'create' : 'create-again', remember}
  if (onDisk.sha256 === rendered.sha256) {
    // Checkouts and archives lose the bit, and Buildroot could not run the script.
    if (rendered.executable && !onDisk.executable) return {action: 'update', remember}
    return {action: written === rendered.sha256 ? 'keep' : 'adopt', remember}
  }
  if (written === undefined) return {action: 'conflict', conflict: 'unowned'}
  if (written === onDisk.sha256) return {action: 'update', remember}
  return written === rendered.sha256 ? {action: 'keep-edit', remember} : {action: 'conflict', conflict: 'edited'}
}

function withoutTemplate(written: string | undefined, onDisk: DiskFile | undefined): Decision {
  if (onDisk === undefined) return {action: 'forget'}
  return written === onDisk.sha256 ? {action: 'delete'} : {action: 'conflict', conflict: 'template-gone'}
}

function resolve(path: string, decision: Decision, {rendered}: Versions, {overwrite, keep}: Resolutions): Decision {
  const conflict = decision.action === 'conflict'
  if (!conflict && decision.action !== 'keep-edit') return decision

  // A path named outright beats "all", and "all" means conflicts: an edit that is in nobody's way is not lost by the way.
  const said = named(overwrite, path) ? 'overwrite' : named(keep, path) ? 'keep' : conflict && overwrite === 'all' ? 'overwrite' : conflict && keep === 'all' ? 'keep' : undefined
  if (said === undefined) return decision
  if (rendered === undefined) return {action: said === 'overwrite' ? 'delete' : 'forget'}
  // Remembering what is rendered now makes a kept file an edit of it from here on.
  return {action: said === 'overwrite' ? 'overwrite' : 'keep-edit', remember: rendered.sha256}
}

function named(paths: 'all' | readonly string[], path: string): boolean {
  return paths !== 'all' && paths.includes(path)
}

function checkResolutions({overwrite, keep}: Resolutions, known: ReadonlySet<string>): void {
  const asked = [overwrite, keep].flatMap(paths => paths === 'all' ? [] : [...paths])
  const unknown = asked.filter(path => !known.has(path))
  if (unknown.length > 0) throw new BrmcError('USAGE', 'brmc does not generate these files', {details: unknown, suggestions: ['see what it generates with: brmc status']})
  const both = asked.filter(path => named(overwrite, path) && named(keep, path))
  if (both.length > 0 || (overwrite === 'all' && keep === 'all')) {
    throw new BrmcError('USAGE', 'a file is either overwritten or kept, not both', {details: [...new Set(both)]})
  }
}

/** The manifest once the plan is applied. */
export function manifestAfter(plan: SyncPlan): Manifest {
  return new Map(plan.flatMap(({path, remember}) => remember === undefined ? [] : [[path, remember] as const]))
}

export interface SyncStatus {
  /** What brmc generate would change or stop at: none of keep, keep-edit, adopt, forget. */
  drift: SyncItem[]
  /** Files the user edited and brmc leaves alone. */
  edited: SyncItem[]
  conflicts: SyncItem[]
}

const SETTLED: readonly Action[] = ['keep', 'keep-edit', 'adopt', 'forget']

/** A plan as `brmc status` tells it. */
export function statusOf(plan: SyncPlan): SyncStatus {
  return {
    drift: plan.filter(({action}) => !SETTLED.includes(action)),
    edited: plan.filter(({action}) => action === 'keep-edit'),
    conflicts: plan.filter(({action}) => action === 'conflict'),
  }
}
