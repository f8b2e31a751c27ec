import {stringify} from 'yaml'

import {pathText, type Place, type SpecPath} from './finding.js'
import type {MergedSpec} from './merge.js'
import {SecretReference, secretTag} from './secret-reference.js'

/** One value of a deployment, and who set it. */
export interface ExplainedValue {
  /** `system.hostname`; entries of lists one by one: `packages[0]`. */
  path: string
  /** Absent where a null took it away. */
  value?: unknown
  /** Where it was written; absent: it is a default. */
  from?: Place
  /** What that took the place of, the nearest first. */
  over: Place[]
}

/** Every value of `shown` (a spec fit to be shown), in its order, then what was taken away. */
export function explain(shown: Readonly<Record<string, unknown>>, {placesOf, takenAway}: Pick<MergedSpec, 'placesOf' | 'takenAway'>): ExplainedValue[] {
  const values = valuesIn(shown, []).map(({path, value}) => ({path: pathText(path), value, ...written(placesOf(path), path)}))
  // Where a default came in its place, that says it.
  const gone = takenAway().filter(path => !values.some(value => value.path === pathText(path)))
  return [...values, ...gone.map(path => ({path: pathText(path), ...written(placesOf(path), path)}))]

  function written([from, ...over]: Place[], path: SpecPath): Pick<ExplainedValue, 'from' | 'over'> {
    // A list is replaced whole: it is the list that took another's place.
    const ofList = over.length === 0 && typeof path.at(-1) === 'number' ? placesOf(path.slice(0, -1)).slice(1) : over
    return from ? {from, over: ofList} : {over: []}
  }
}

function valuesIn(value: unknown, path: SpecPath): {path: SpecPath, value: unknown}[] {
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : []
  if (entries.length === 0) return [{path, value}]
  return entries.flatMap(([key, inner]) => typeof key === 'number' ? [{path: [...path, key], value: inner}] : valuesIn(inner, [...path, key]))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !(value instanceof SecretReference)

/** A line for each value: path, value, place; below it, where it differs, what it took the place of. No line is longer than `columns`. */
export function formatExplanation(values: readonly ExplainedValue[], {columns = 100}: {columns?: number | undefined}): string {
  const width = Math.max(60, columns)
  const pathWidth = Math.min(Math.floor(width * 0.4), Math.max(0, ...values.map(({path}) => path.length)))
  const places = values.map(({from}) => from ? placeText(from) : 'default')
  const placeWidth = Math.min(Math.floor(width * 0.35), Math.max(0, ...places.map(place => place.length)))
  const valueWidth = Math.max(10, Math.min(width - pathWidth - placeWidth - 4, Math.max(0, ...values.map(one => valueText(one).length))))
  return values.flatMap((one, index) => [
    ...one.path.length > pathWidth ? [cut(one.path, width)] : [],
    `${(one.path.length > pathWidth ? '' : one.path).padEnd(pathWidth)}  ${cut(valueText(one), valueWidth).padEnd(valueWidth)}  ${cutStart(places[index] ?? '', placeWidth)}`.trimEnd(),
    ...one.over.map(place => `${' '.repeat(pathWidth + valueWidth + 4)}${cutStart(`not ${placeText(place)}`, placeWidth)}`),
  ]).join('\n')
}

const placeText = ({file, line}: Place): string => `${file}:${line}`

function valueText(one: ExplainedValue): string {
  if (!('value' in one)) return '(taken away)'
  return stringify(one.value, {customTags: [secretTag], collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0})
    .trimEnd().replace(/\s*\n\s*/g, ' ').replace(/\p{Cc}/gu, '·')
}

const cut = (text: string, width: number): string => text.length <= width ? text : `${text.slice(0, width - 1)}…`
/** Of a place the end tells most. */
const cutStart = (text: string, width: number): string => text.length <= width ? text : `…${text.slice(text.length - width + 1)}`
