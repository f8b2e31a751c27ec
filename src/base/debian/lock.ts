import * as z from 'zod'

import {BrmcError} from '../../errors.js'
import {LOCK_FILE} from '../../spec/project-text.js'

const LockedPackageSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/),
  version: z.string().regex(/^[A-Za-z0-9.+~:-]+$/),
  /** Place in the archive, without a host: any mirror that still holds it will do. */
  filename: z.string().regex(/^pool\/[A-Za-z0-9/_.+~:%-]+\.deb$/).refine(name => !name.split('/').includes('..'), 'leaves the archive'),
  /** Bytes. */
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Packages of this lock that it depends on; those nobody wants are left out. */
  depends: z.array(z.string()),
})

/** brmc.lock.json: every package that a base can be made of, with the bytes it must have. */
export const LockSchema = z.strictObject({
  version: z.literal(1),
  suite: z.string(),
  components: z.array(z.string()).min(1),
  architecture: z.literal('arm64'),
  /** When the suite's Release file was made, seconds since 1970: the only time in what is built from these packages. */
  date: z.int().nonnegative(),
  packages: z.array(LockedPackageSchema).min(1),
})

export type Lock = z.output<typeof LockSchema>
export type LockedPackage = z.output<typeof LockedPackageSchema>

const NEW_LOCK = 'take the packages that the mirror has now: brmc upgrade'

/** Reads the text of a lock. Throws BrmcError PACKAGE_LOCK_STALE for what this version of brmc cannot use. */
export function parseLock(text: string): Lock {
  const result = LockSchema.safeParse(jsonOf(text))
  if (result.success) return result.data
  throw new BrmcError('PACKAGE_LOCK_STALE', `${LOCK_FILE} is not a package lock that this version of brmc can use`, {
    details: result.error.issues.map(({path, message}) => path.length === 0 ? 'it is not JSON, or not an object' : `${path.join('.')}: ${message.replace(/^.*received undefined$/, 'missing')}`),
    suggestions: ['take it back from version control as it was', NEW_LOCK],
  })
}

/** The lock as text: sorted and indented, so that a change of one package is a diff of a few lines. */
export function formatLock(lock: Lock): string {
  const packages = [...lock.packages].sort((a, b) => compare(a.name, b.name)).map(locked => ({...locked, depends: [...locked.depends].sort(compare)}))
  return `${JSON.stringify({...lock, packages}, undefined, 2)}\n`
}

/**
 * The packages of `lock` named by `wanted` and all they depend on, sorted by name. Throws BrmcError PACKAGE_LOCK_STALE when the lock is of another
 * archive or lacks one: it is never extended silently, because the index has moved on since, and a lock of two days' packages is one nobody tested.
 */
export function lockedPackages(lock: Lock, archive: {suite: string, components: readonly string[]}, wanted: readonly string[]): LockedPackage[] {
  refuseOtherArchive(lock, archive)
  const byName = new Map(lock.packages.map(locked => [locked.name, locked]))
  const missing = wanted.filter(name => !byName.has(name))
  if (missing.length > 0) {
    throw new BrmcError('PACKAGE_LOCK_STALE', `${LOCK_FILE} has no ${missing.join(', ')}: it was written before brmc.yaml or brmc asked for it`, {
      suggestions: [`${NEW_LOCK} (all packages then move to the mirror's versions of today)`],
    })
  }

  const reached = new Set<string>()
  const visit = (name: string): void => {
    const locked = byName.get(name)
    if (!locked || reached.has(name)) return
    reached.add(name)
    locked.depends.forEach(visit)
  }
  wanted.forEach(visit)
  return lock.packages.filter(({name}) => reached.has(name)).sort((a, b) => compare(a.name, b.name))
}

function refuseOtherArchive(lock: Lock, archive: {suite: string, components: readonly string[]}): void {
  const of = ({suite, components}: {suite: string, components: readonly string[]}) => `${suite} (${[...components].sort(compare).join(', ')})`
  if (of(lock) === of(archive)) return
  throw new BrmcError('PACKAGE_LOCK_STALE', `${LOCK_FILE} is of ${of(lock)}, but brmc.yaml asks for ${of(archive)} under debian:`, {
    suggestions: ['set debian.suite and debian.components back to those of the lock', NEW_LOCK],
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By code unit: the same order on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
