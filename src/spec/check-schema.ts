import type {z} from 'zod'

import {pathText, type SpecPath} from './finding.js'
import {descriptionAt, keysAt, placesOfKey} from './schema-keys.js'
import {SpecSchema, type Spec} from './schema.js'
import {isSecretPath} from './secrets.js'
import {didYouMean, hint, listed} from './suggest.js'

/** Something the schema does not allow, in words. */
export interface SchemaProblem {
  rule: 'unknown-key' | 'missing-key' | 'bad-key' | 'bad-value'
  path: SpecPath
  at?: 'key'
  message: string
  fix: string
}

type Issue = z.core.$ZodIssue
/** Must the value at this path not be shown? */
type IsSecret = (path: SpecPath) => boolean

/** `value` as a spec with all defaults filled in, or all that keeps it from being one. */
export function checkSchema(value: unknown, isSecret?: IsSecret): {spec: Spec, problems?: never} | {spec?: never, problems: SchemaProblem[]} {
  const {value: spec, problems} = checkAgainst(SpecSchema, value, isSecret)
  return spec ? {spec} : {problems}
}

type Checked<S extends z.ZodType> = {value: z.output<S>, problems?: never} | {value?: never, problems: SchemaProblem[]}

/** The same of any file with a schema. */
export function checkAgainst<S extends z.ZodType<object>>(schema: S, value: unknown, isSecret: IsSecret = isSecretPath): Checked<S> {
  const result = schema.safeParse(value, {reportInput: true})
  return result.success ? {value: result.data} : {problems: result.error.issues.flatMap(issue => describe({schema, isSecret}, issue))}
}

interface Against {
  schema: z.ZodType
  isSecret: IsSecret
}

function describe(against: Against, issue: Issue, below: SpecPath = []): SchemaProblem[] {
  const path = [...below, ...issue.path] as SpecPath
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(against.schema, path, key))
    case 'invalid_key':
      return [{rule: 'bad-key', path, at: 'key', message: `${shown(path.at(-1))} cannot be a name here`, fix: issue.issues[0]?.message ?? 'choose another name'}]
    case 'invalid_union':
      return describeUnion(against, issue, path)
    case 'invalid_type':
    case 'invalid_value':
    case 'too_big':
    case 'too_small':
      if (issue.input === undefined) return [missingKey(against.schema, path)]
      return [badValue(against, {path, input: issue.input, why: wanted(issue, against.isSecret(path))})]
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
      return [badValue(against, {path, input: issue.input, why: issue.message === 'Invalid URL' ? 'it has to be an http, https or file URL' : issue.message})]
  }
}

function unknownKey(schema: z.ZodType, path: SpecPath, key: string): SchemaProblem {
  const candidates = keysAt(schema, path)
  const elsewhere = placesOfKey(schema, key)
  const fix = didYouMean(key, candidates) === undefined && elsewhere.length > 0
    ? `it belongs in ${listed(elsewhere.slice(0, 3))}`
    : hint(key, candidates)
  return {rule: 'unknown-key', path: [...path, key], at: 'key', message: `${key} is not a key of ${pathText(path)}`, fix}
}

function missingKey(schema: z.ZodType, path: SpecPath): SchemaProblem {
  const key = String(path.at(-1) ?? '')
  const description = descriptionAt(schema, path)
  return {
    rule: 'missing-key',
    path,
    message: `${pathText(path.slice(0, -1))} has no ${key}`,
    fix: `add ${key}${example(path)}${description === undefined ? '' : ` (${description})`}`,
  }
}

/** The one thing that can be said without knowing the user's wishes. */
const example = (path: SpecPath): string => path.length === 1 && path[0] === 'version' ? ': 1' : ''

function badValue({schema, isSecret}: Against, {path, input, why}: {path: SpecPath, input: unknown, why: string}): SchemaProblem {
  const found = isSecret(path) ? 'what stands here (it is not shown)' : shown(input)
  const description = descriptionAt(schema, path)
  return {
    rule: 'bad-value',
    path,
    message: `${pathText(path)}: ${found} is not right: ${why}`,
    fix: description ?? why,
  }
}

function wanted(issue: Extract<Issue, {code: 'invalid_type' | 'invalid_value' | 'too_big' | 'too_small'}>, secret: boolean): string {
  if (issue.code === 'invalid_type') return `it has to be ${EXPECTED[issue.expected] ?? issue.expected}${quoteHint(issue)}`
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const meant = typeof issue.input === 'string' && !secret ? didYouMean(issue.input, values) : undefined
    return `it can be ${listed(values)}${meant === undefined ? '' : `; did you mean ${meant}?`}`
  }

  const [bound, limit] = issue.code === 'too_big' ? ['most', issue.maximum] : ['least', issue.minimum]
  const unit: Readonly<Record<string, string>> = {string: ' characters', array: ' entries'}
  return `it has to be at ${bound} ${String(limit)}${unit[issue.origin] ?? ''}`
}

/** 12345678 and 1.10 are numbers to YAML, whatever the key is called. */
function quoteHint({expected, input}: Extract<Issue, {code: 'invalid_type'}>): string {
  return expected === 'string' && (typeof input === 'number' || typeof input === 'boolean') ? ", so put it in quotes: '…'" : ''
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  array: 'a list',
}

/** Of the alternatives, the one that was probably meant: it fails deeper inside, or by its content and not by its type. */
function describeUnion(against: Against, issue: Extract<Issue, {code: 'invalid_union'}>, path: SpecPath): SchemaProblem[] {
  const near = issue.errors.find(branch => branch.every(({code, path: within}) => within.length > 0 || code === 'custom' || code === 'too_small'))
  if (near) return near.flatMap(inner => describe(against, inner, path))
  const types = issue.errors.flat().flatMap(inner => inner.code === 'invalid_type' ? [EXPECTED[inner.expected] ?? inner.expected]
    : inner.code === 'invalid_value' ? inner.values.map(String) : [])
  if (issue.input === undefined) return [missingKey(against.schema, path)]
  return [badValue(against, {path, input: issue.input, why: `it has to be ${listed([...new Set(types)])}`})]
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean') return `${kindOf(value)} ${String(value)}`
  return kindOf(value)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'this text' : typeof value === 'number' ? 'the number' : 'the word'
}
