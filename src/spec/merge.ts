import {valueAt, type Place, type SpecPath} from './finding.js'
import type {ParsedDocument} from './parse-document.js'
import {SecretReference} from './secret-reference.js'

/** A value made of several files, each part of which still knows the file that said it. */
export interface MergedSpec {
  value: Readonly<Record<string, unknown>>
  /** Where the value of `path` was written; of what nobody wrote, the nearest thing around it. */
  placeOf: (path: SpecPath, at?: 'key' | 'value') => Place
  /** Everywhere that a value of `path` itself was written, the one that counts first, then those it took the place of. Empty where nobody wrote one. */
  placesOf: (path: SpecPath) => Place[]
  /** What a null took away, and nobody wrote again. */
  takenAway: () => SpecPath[]
}

/** Which document said a value, and under which path there: lists that were appended have moved. */
interface Origin {
  document: ParsedDocument
  path: SpecPath
  /** What it took the place of. */
  over?: Origin | undefined
}

type Origins = Map<string, Origin>

/** Lists that a deployment adds to; any other list it replaces. */
const APPENDED = new Set(['["overlays"]'])

/**
 * Lays documents over one another, the first at the bottom: maps merge deeply, lists and scalars replace, null removes a key, and overlays are
 * appended. All need a value (parseDocument found nothing wrong). A map that several wrote keeps the place of the lowest: what is missing is missing there.
 */
export function mergeDocuments([lowest, ...others]: readonly [ParsedDocument, ...ParsedDocument[]]): MergedSpec {
  const origins: Origins = new Map()
  note(origins, lowest.value, {document: lowest, path: []}, [])
  let value = lowest.value ?? {}
  for (const document of others) value = lay(value, document.value ?? {}, {origins, document, path: []})
  return {
    value,
    placeOf: (path, at) => placeIn(origins, path, at, lowest),
    placesOf: path => placesFrom(origins.get(JSON.stringify(path))),
    takenAway: () => [...origins]
      .filter(([, {document, path, over}]) => over !== undefined && valueAt(document.value, path) === null)
      .map(([path]) => JSON.parse(path) as SpecPath),
  }
}

interface Laying {
  origins: Origins
  document: ParsedDocument
  path: SpecPath
}

function lay(under: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>, {origins, document, path}: Laying): Record<string, unknown> {
  const result = new Map(Object.entries(under))
  for (const [key, value] of Object.entries(over)) {
    const here = [...path, key]
    const below = result.get(key)
    if (value === null) {
      result.delete(key)
      const origin = {document, path: here, over: origins.get(JSON.stringify(here))}
      forget(origins, here)
      // Where something was taken away is where to say that it is missing.
      origins.set(JSON.stringify(here), origin)
    } else if (isRecord(value) && isRecord(below)) {
      result.set(key, lay(below, value, {origins, document, path: here}))
    } else if (Array.isArray(value) && Array.isArray(below) && APPENDED.has(JSON.stringify(here))) {
      result.set(key, [...below as unknown[], ...value as unknown[]])
      value.forEach((entry, index) => { note(origins, entry, {document, path: [...here, index]}, [...here, below.length + index]) })
    } else {
      result.set(key, withoutNulls(value))
      const origin = {document, path: here, over: origins.get(JSON.stringify(here))}
      forget(origins, here)
      note(origins, value, origin, here)
    }
  }

  return Object.fromEntries(result)
}

/** A null inside a map that the layers below do not have removes nothing: it is as if it were not written. */
function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null).map(([key, inner]) => [key, withoutNulls(inner)]))
}

function note(origins: Origins, value: unknown, origin: Origin, at: SpecPath): void {
  origins.set(JSON.stringify(at), origin)
  const {document, path} = origin
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : []
  for (const [key, inner] of entries) note(origins, inner, {document, path: [...path, key]}, [...at, key])
}

function forget(origins: Origins, path: SpecPath): void {
  const prefix = JSON.stringify(path).slice(0, -1)
  for (const key of origins.keys()) {
    if (key.startsWith(`${prefix},`) || key === `${prefix}]`) origins.delete(key)
  }
}

function placeIn(origins: Origins, path: SpecPath, at: 'key' | 'value' | undefined, lowest: ParsedDocument): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const origin = origins.get(JSON.stringify(path.slice(0, length)))
    if (origin) return origin.document.placeOf(origin.path, length === path.length ? at : 'key')
  }

  return lowest.placeOf([])
}

function placesFrom(origin: Origin | undefined): Place[] {
  return origin === undefined ? [] : [origin.document.placeOf(origin.path), ...placesFrom(origin.over)]
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SecretReference)
