import type {Place, SpecPath} from './finding.js'
import type {ParsedDocument} from './parse-document.js'

/** A value made of several files, each part of which still knows the file that said it. */
export interface MergedSpec {
  value: Readonly<Record<string, unknown>>
  /** Where the value of `path` was written; of what nobody wrote, the nearest thing around it. */
  placeOf: (path: SpecPath, at?: 'key' | 'value') => Place
}

/** Which document said a value, and under which path there: lists that were appended have moved. */
interface Origin {
  document: ParsedDocument
  path: SpecPath
}

type Origins = Map<string, Origin>

/** Lists that a deployment adds to; any other list it replaces. */
const APPENDED = new Set(['["overlays"]'])

/**
 * Lays `deployment` over `project`: maps merge deeply, lists and scalars replace, null removes a key, and overlays are appended.
 * Both need a value (parseDocument found nothing wrong). A map that both wrote keeps the project's place: what is missing is missing there.
 */
export function mergeSpecs(project: ParsedDocument, deployment?: ParsedDocument): MergedSpec {
  const origins: Origins = new Map()
  note(origins, project.value, {document: project, path: []}, [])
  const value = deployment ? lay(project.value ?? {}, deployment.value ?? {}, {origins, document: deployment, path: []}) : project.value ?? {}
  return {value, placeOf: (path, at) => placeIn(origins, path, at, project)}
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
      forget(origins, here)
      // Where something was taken away is where to say that it is missing.
      origins.set(JSON.stringify(here), {document, path: here})
    } else if (isRecord(value) && isRecord(below)) {
      result.set(key, lay(below, value, {origins, document, path: here}))
    } else if (Array.isArray(value) && Array.isArray(below) && APPENDED.has(JSON.stringify(here))) {
      result.set(key, [...below as unknown[], ...value as unknown[]])
      value.forEach((entry, index) => { note(origins, entry, {document, path: [...here, index]}, [...here, below.length + index]) })
    } else {
      result.set(key, withoutNulls(value))
      forget(origins, here)
      note(origins, value, {document, path: here}, here)
    }
  }

  return Object.fromEntries(result)
}

/** A null inside a map that the project does not have removes nothing: it is as if it were not written. */
function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null).map(([key, inner]) => [key, withoutNulls(inner)]))
}

function note(origins: Origins, value: unknown, {document, path}: Origin, at: SpecPath): void {
  origins.set(JSON.stringify(at), {document, path})
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : []
  for (const [key, inner] of entries) note(origins, inner, {document, path: [...path, key]}, [...at, key])
}

function forget(origins: Origins, path: SpecPath): void {
  const prefix = JSON.stringify(path).slice(0, -1)
  for (const key of origins.keys()) {
    if (key.startsWith(`${prefix},`) || key === `${prefix}]`) origins.delete(key)
  }
}

function placeIn(origins: Origins, path: SpecPath, at: 'key' | 'value' | undefined, project: ParsedDocument): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const origin = origins.get(JSON.stringify(path.slice(0, length)))
    if (origin) return origin.document.placeOf(origin.path, length === path.length ? at : 'key')
  }

  return project.placeOf([])
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
