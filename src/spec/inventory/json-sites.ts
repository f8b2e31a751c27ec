import {messageOf} from '../../errors.js'
import type {Finding, Place} from '../finding.js'
import {lazily} from '../lazily.js'
import {parseDocument} from '../parse-document.js'
import {SecretReference} from '../secret-reference.js'
import {maskLines} from '../secrets.js'

export interface JsonSite {
  value: Readonly<Record<string, unknown>>
  /** Of a key of the site. */
  placeOf: (key: string) => Place
}

export interface JsonSites {
  sites: JsonSite[]
  findings: Finding[]
  shown: string
}

/** A list of sites, or one site a line (https://jsonlines.org). */
export function parseJsonSites(source: string, file: string): JsonSites {
  const text = source.replace(/^\uFEFF/, '')
  const shown = maskLines(text)
  const findings: Finding[] = []
  const error = (line: number, message: string, fix: string): void => {
    findings.push({rule: 'inventory', severity: 'error', file, line, column: 1, path: [], message, fix})
  }

  const isList = /^\s*\[/.test(text)
  const whole = lazily(() => parseDocument(text, file))
  const lines = isList ? [] : text.split('\n').flatMap((line, index) => line.trim() === '' ? [] : [{line, number: index + 1}])
  const entries = isList ? listOf(text, error) : lines.map(({line, number}) => valueOf(line, number, error))
  const sites = entries.flatMap((value, index): JsonSite[] => {
    const number = lines[index]?.number ?? 1
    if (value === undefined) return []
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      error(number, `entry ${index + 1} is no site`, 'a site is an object: {"site": "lisbon", "system.hostname": "lisbon"}')
      return []
    }

    // JSON is YAML: only who has to point at something pays for finding it.
    return [{value: withReferences(value) as Record<string, unknown>, placeOf: key => isList ? whole().placeOf([index, key]) : {file, line: number, column: 1}}]
  })
  return {sites, findings, shown}
}

/** JSON has no tags: the text `!secret NAME` is what the tag would be. */
function withReferences(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(SECRET) ? new SecretReference(value.slice(SECRET.length).trim()) : value
  if (Array.isArray(value)) return value.map(entry => withReferences(entry))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]))
}

const SECRET = '!secret '

type Tell = (line: number, message: string, fix: string) => void

function listOf(text: string, tell: Tell): unknown[] {
  const value = valueOf(text, 1, tell)
  return Array.isArray(value) ? value : []
}

function valueOf(text: string, line: number, tell: Tell): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    // What Node says of it quotes the text, and there may be a passphrase in it.
    const [, position] = /position (\d+)/.exec(messageOf(error)) ?? []
    const before = position === undefined ? '' : text.slice(0, Number(position))
    tell(line + before.split('\n').length - 1, 'this is not JSON', 'look at it with a JSON checker: a comma or a quote is missing or too many')
    return undefined
  }
}
