import type {Finding, Place, SpecPath} from '../finding.js'
import {lazily} from '../lazily.js'
import type {ParsedDocument} from '../parse-document.js'
import {schemaAt} from '../schema-keys.js'
import {SpecSchema} from '../schema.js'
import {holdsPrivateKey, isSecretPath, maskRange} from '../secrets.js'
import {cellValue} from './cell-value.js'
import {pathOfColumn} from './column-path.js'
import {parseCsv, type Cell, type CsvTable} from './csv.js'
import {parseJsonSites, type JsonSite} from './json-sites.js'

/** One row of an inventory: a deployment of its own, laid over another. */
export interface Site {
  name: string
  /** The deployment it lies over. */
  over: string
  /** What the row says: read each time anew, for ten thousand of them need not be in memory at once. */
  document: () => ParsedDocument
}

export interface Inventory {
  sites: Site[]
  findings: Finding[]
  /** The text with its secrets hidden, made when somebody is to see it. */
  shown: () => string
}

/** Columns that are no key of brmc.yaml: who the row is, and the deployment it lies over. */
const SITE_COLUMN = 'site'
const OVER_COLUMN = 'deployment'
export const DEFAULT_OVER = 'default'

/** A value of a row before it has its place in the document. */
interface Said {
  path: SpecPath
  value: unknown
  place: Place
}

/** Reads a CSV (a row a site, columns are keys of brmc.yaml), or JSON: a list of sites, or one site a line. All that is wrong becomes findings. */
export function parseInventory(text: string, file: string): Inventory {
  return /^[\s\uFEFF]*[[{]/.test(text) ? fromJson(text, file) : fromCsv(text, file)
}

function fromCsv(text: string, file: string): Inventory {
  const error = (at: {line: number, column: number}, message: string, fix: string): Finding =>
    ({rule: 'inventory', severity: 'error', file, line: at.line, column: at.column, path: [], message, fix})
  if (text.includes('\uFFFD')) return {sites: [], findings: [error({line: 1, column: 1}, 'this is not UTF-8', 'save it as "CSV UTF-8", or convert it with iconv')], shown: NOTHING}
  const {table, problem} = parseCsv(text)
  if (problem) return {sites: [], findings: [error(problem, problem.message, problem.fix)], shown: NOTHING}
  const head = table.row(0)
  const columns = head.map(cell => {
    const path = pathOfColumn(cell.text)
    return {cell, path, schema: path && schemaAt(SpecSchema, path)}
  })
  const shown = (): string => maskCells(text.replace(/^\uFEFF/, ''), columns.map(({path}) => path), table)
  const findings = columns.flatMap(({cell, path}, index) => {
    if (path === undefined) return [error(cell, `the column ${JSON.stringify(cell.text)} names no key`, 'name it like a key of brmc.yaml: system.hostname, interfaces.wlan0.address; "quotes" around a part with a dot')]
    return head.findIndex(other => other.text === cell.text) < index ? [error(cell, `the column ${cell.text} stands twice`, 'keep one of them')] : []
  })
  const siteIndex = head.findIndex(({text: name}) => name === SITE_COLUMN)
  if (siteIndex === -1) findings.unshift(error(head[0] ?? {line: 1, column: 1}, `there is no column ${SITE_COLUMN}`, `name each row in a column ${SITE_COLUMN}: it becomes the name of its image`))
  if (findings.length > 0) return {sites: [], findings, shown}

  const overIndex = head.findIndex(({text: name}) => name === OVER_COLUMN)
  const sitesOf = (cells: readonly Cell[], index: number): Site[] => {
    const surplus = cells.slice(head.length).find(cell => cell.text !== '')
    if (surplus) {
      findings.push(error(surplus, `this cell is in no column: the first line names ${head.length}`, 'put quotes around a cell that holds the separator'))
      return []
    }

    return [siteOf(cells[siteIndex]?.text ?? '', cells[overIndex]?.text ?? '', () => rowOf(table.row(index)))]
  }
  const rowOf = (cells: readonly Cell[]): Row => {
    const placeOf = (cell: Cell | undefined): Place => ({file, line: cell?.line ?? 1, column: cell?.column ?? 1})
    return {
      place: placeOf(cells[0]),
      overPlace: placeOf(cells[overIndex] ?? cells[0]),
      said: columns.flatMap(({path = [], schema}, column) => {
        const cell = cells[column]
        if (column === siteIndex || column === overIndex || !cell || cell.text === '') return []
        return [{path, value: cellValue(cell.text, schema), place: placeOf(cell)}]
      }),
    }
  }
  return {sites: table.mapBody(sitesOf), findings, shown}
}

/** Cells of secret columns, and keys wherever they stand, become dots. */
function maskCells(text: string, paths: readonly (SpecPath | undefined)[], table: CsvTable): string {
  const secret = table.mapBody(cells => cells.filter((cell, column) => isSecretPath(paths[column] ?? []) || holdsPrivateKey(cell.text)))
  if (secret.length === 0) return text
  // In one pass: there may be tens of thousands.
  const parts: string[] = []
  let done = 0
  for (const {from, to} of secret) {
    parts.push(text.slice(done, from), maskRange(text.slice(from, to), 0, to - from))
    done = to
  }

  return [...parts, text.slice(done)].join('')
}

function fromJson(text: string, file: string): Inventory {
  const {sites, findings, shown} = parseJsonSites(text, file)
  return {findings, shown: () => shown, sites: sites.map(({value, placeOf}: JsonSite) => {
    const {[SITE_COLUMN]: name, [OVER_COLUMN]: over, ...rest} = value
    return siteOf(typeof name === 'string' ? name : '', typeof over === 'string' ? over : '', () => ({
      place: placeOf(SITE_COLUMN),
      overPlace: placeOf(OVER_COLUMN),
      said: Object.entries(rest).flatMap(([key, inner]) => {
        const path = pathOfColumn(key) ?? [key]
        return inner === undefined ? [] : [{path, value: inner, place: placeOf(key)}]
      }),
    }))
  })}
}

interface Row {
  said: readonly Said[]
  place: Place
  overPlace: Place
}

const NOTHING = (): string => ''

function siteOf(name: string, over: string, row: () => Row): Site {
  return {name, over: over === '' ? DEFAULT_OVER : over, document: () => documentOf(row())}
}

function documentOf({said, place, overPlace}: Row): ParsedDocument {
  const all = [{path: [], place}, {path: [OVER_COLUMN], place: overPlace}, ...said]
  const placesOf = lazily(() => new Map(all.map(one => [JSON.stringify(one.path), one.place])))
  return {
    file: place.file,
    value: nested(said),
    findings: [],
    shown: '',
    placeOf: path => {
      const places = placesOf()
      const whole = places.get(JSON.stringify(path))
      if (whole) return whole
      // A map has no cell of its own, but perhaps one of its keys has.
      const within = said.find(one => path.every((key, index) => one.path[index] === key))
      if (within) return within.place
      const around = path.findLastIndex((_, index) => places.has(JSON.stringify(path.slice(0, index))))
      return places.get(JSON.stringify(path.slice(0, Math.max(around, 0)))) ?? place
    },
  }
}

/** Values with their paths as one map of maps; own properties only, whatever the keys are called. */
function nested(said: readonly Omit<Said, 'place'>[]): Record<string, unknown> {
  const groups = new Map<string, Omit<Said, 'place'>[]>()
  for (const {path: [key = '', ...rest], value} of said) groups.set(String(key), [...groups.get(String(key)) ?? [], {path: rest, value}])
  return Object.fromEntries([...groups].map(([key, inner]) => {
    const whole = inner.findLast(({path}) => path.length === 0)
    return [key, whole ? whole.value : nested(inner)]
  }))
}
