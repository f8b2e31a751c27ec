import {isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument as parseYaml, visit, type Document, type Node, type Pair} from 'yaml'

import type {Finding, Place, SpecPath} from './finding.js'
import {isSecretName, SecretReference, secretTag} from './secret-reference.js'
import {holdsPrivateKey, isSecretKey, maskLines, maskRange} from './secrets.js'
import {yamlErrorInWords} from './yaml-errors.js'

/** A YAML file as data that still knows where everything stood. */
export interface ParsedDocument {
  file: string
  /** Absent where the file is not a map, or not YAML at all: `findings` says why. An empty file is an empty map. */
  value?: Readonly<Record<string, unknown>>
  findings: readonly Finding[]
  /** The text with its secrets hidden: what may be shown. */
  shown: string
  /** Where a key or value stands; of what is not there, the nearest thing around it. `at` chooses the key of an entry where it has one. */
  placeOf: (path: SpecPath, at?: 'key' | 'value') => Place
}

/** More aliases than that, multiplied out, are an attack or a mistake ("billion laughs"). */
const MAX_ALIASES = 100
/** Deeper nesting is no configuration, and of enough of it the parser dies with all of Node. */
const MAX_DEPTH = 200
const MANY_DASHES = new RegExp(`^[ \\t]*(?:[-?:][ \\t]+){${MAX_DEPTH}}`, 'm')

/** Reads YAML 1.2 (core schema: `NO` is text, not false). All that is wrong becomes findings; nothing throws. */
export function parseDocument(source: string, file: string): ParsedDocument {
  // Windows editors start a file with U+FEFF; to an editor it has no column.
  const tooDeep = isTooDeep(source)
  const text = tooDeep ? '' : source.replace(/^\uFEFF/, '')
  const lineCounter = new LineCounter()
  const document = parseYaml(text, {lineCounter, keepSourceTokens: true, prettyErrors: false, stringKeys: true, logLevel: 'error', customTags: [secretTag]})
  const placeAt = (offset: number): Place => {
    const {line, col} = lineCounter.linePos(offset)
    return {file, line: Math.max(1, line), column: Math.max(1, col)}
  }

  const problems = tooDeep ? [DEPTH_PROBLEM] : [...yamlProblems(document), ...aliasProblems(document), ...secretProblems(document)]
  const result = {
    file,
    shown: maskDocument(text, document),
    placeOf: (path: SpecPath, at?: 'key' | 'value') => placeAt(offsetOf(document, path, at)),
  }
  if (problems.length === 0) {
    const value = toPlainValue(document)
    if (isRecord(value)) return {...result, value, findings: []}
    problems.push(value === 'aliases' ? tooManyAliases(document) : {
      offset: startOf(document.contents) ?? 0,
      message: `${file} has to be a map of keys and values, and is ${Array.isArray(value) ? 'a list' : 'a single value'}`,
      fix: 'write key: value, one a line',
    })
  }

  return {...result, findings: problems.map(({offset, message, fix}) => ({rule: 'yaml', severity: 'error', ...placeAt(offset), path: [], message, fix}))}
}

interface YamlProblem {
  offset: number
  message: string
  fix: string
}

const DEPTH_PROBLEM: YamlProblem = {offset: 0, message: `the file has more than ${MAX_DEPTH} maps or lists inside one another`, fix: 'look for brackets that nobody closed'}

/** By brackets and dashes alone, quoted ones too: no such text is meant. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1)
    if (depth > MAX_DEPTH) return true
  }

  return MANY_DASHES.test(text)
}

function yamlProblems(document: Document.Parsed): YamlProblem[] {
  const all = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0])
  // One mistake makes the parser complain several times further on: of each line's complaints the first is the one to read.
  const lines = new Set<string>()
  return all.map(({code, pos: [offset]}) => ({offset, ...yamlErrorInWords(code)})).filter(({message, offset}) => {
    const key = `${offset}`
    const fresh = !lines.has(key) && !(message === yamlErrorInWords('UNEXPECTED_TOKEN').message && lines.size > 0)
    lines.add(key)
    return fresh
  })
}

function aliasProblems(document: Document.Parsed): YamlProblem[] {
  const problems: YamlProblem[] = []
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document)
      const offset = alias.range?.[0] ?? 0
      if (!target) problems.push({offset, message: 'no anchor of this name stands above', fix: "set it with &name, or quote the value if it starts with a star: '*…'"})
      else if (ancestors.includes(target)) problems.push({offset, message: 'an alias cannot stand inside what it names', fix: 'write the value out'})
    },
  })
  return problems
}

/** The text is not quoted: who takes the name for the value wrote the secret itself. */
function secretProblems(document: Document.Parsed): YamlProblem[] {
  const problems: YamlProblem[] = []
  visit(document, {
    Scalar(_, {value, range}) {
      if (!(value instanceof SecretReference) || isSecretName(value.name)) return
      problems.push({
        offset: range?.[0] ?? 0,
        message: 'behind !secret stands the name of a secret, not its value: a letter, then letters, digits, _ and -',
        fix: 'write !secret wifi, and the value where only you can read it (docs/secrets.md)',
      })
    },
  })
  return problems
}

function tooManyAliases(document: Document.Parsed): YamlProblem {
  let offset = 0
  visit(document, {
    Alias(_, alias) {
      offset = alias.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return {offset, message: `aliases that hold aliases make more than ${MAX_ALIASES} copies`, fix: 'write the values out'}
}

function toPlainValue(document: Document.Parsed): unknown {
  try {
    const value: unknown = document.toJS({maxAliasCount: MAX_ALIASES})
    return value ?? {}
  } catch (error) {
    if (error instanceof ReferenceError) return 'aliases'
    throw error
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function offsetOf(document: Document.Parsed, path: SpecPath, at?: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [index, segment] of path.entries()) {
    const collection = isAlias(node) ? node.resolve(document) : node
    const entry = entryOf(collection, segment)
    if (entry === undefined) return offset
    node = isPair(entry) ? entry.value : entry
    const last = index === path.length - 1
    offset = isPair(entry) && (at === 'key' && last || pointsAtKey(node)) ? startOf(entry.key) ?? offset : startOf(node) ?? offset
  }

  return offset
}

/** What is wrong with a whole block of lines is best seen at its key; an empty value has no place of its own. */
const pointsAtKey = (value: unknown): boolean => isCollection(value) && value.flow !== true || isScalar(value) && value.source === '' || value === null

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]

function entryOf(collection: unknown, segment: string | number): Pair | Node | undefined {
  if (isMap(collection)) return collection.items.find(({key}) => isScalar(key) && String(key.value) === String(segment))
  if (isSeq(collection) && typeof segment === 'number') return collection.items[segment] as Node | undefined
  return undefined
}

/** The name of a secret may be seen. */
const isNamedSecret = (node: unknown): boolean => isScalar(node) && node.value instanceof SecretReference && isSecretName(node.value.name)

/** Hides values of secret keys, and private keys wherever they stand. */
function maskDocument(text: string, document: Document.Parsed): string {
  let masked = document.errors.length === 0 ? text : maskLines(text)
  const hide = (node: unknown): void => {
    const [from, to] = (node as Node | null)?.range ?? []
    if (from !== undefined && to !== undefined) masked = maskRange(masked, from, to)
  }

  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || !isSecretKey(String(pair.key.value)) || isNamedSecret(pair.value)) return
      hide(pair.value)
      if (isAlias(pair.value)) hide(pair.value.resolve(document))
    },
    Scalar(_, scalar) {
      const hidden = scalar.value instanceof SecretReference ? !isNamedSecret(scalar) : typeof scalar.value === 'string' && holdsPrivateKey(scalar.value)
      if (hidden) hide(scalar)
    },
  })
  return masked
}
