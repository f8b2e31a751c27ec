import type {Finding, SpecPath} from './finding.js'
import type {MergedSpec} from './merge.js'
import {schemaAt} from './schema-keys.js'
import {SpecSchema} from './schema.js'
import {SecretReference, secretVariable} from './secret-reference.js'
import {standInAt} from './stand-ins.js'

/** The values of secrets, as they were found (secrets/read-secrets.ts). */
export interface ProjectSecrets {
  values: ReadonlyMap<string, string>
  /** Why a source that was asked for a secret gave none, in words that quote nothing. */
  failures?: ReadonlyMap<string, string>
  /** The values are not wanted: what can stand for them does. */
  standIns?: boolean
  /** What is wrong with the sources themselves. */
  findings?: readonly Finding[]
}

/** A place in a spec whose value is a secret. */
export interface SecretUse {
  name: string
  path: SpecPath
}

export interface FilledSpec {
  value: unknown
  uses: SecretUse[]
  findings: Finding[]
  /** Is there no value for what is at or below this path? What the schema has against it is no news. */
  isBlind: (path: SpecPath) => boolean
  /** Is there such a path? Then rules would judge what nobody wrote. */
  incomplete: boolean
}

/** Where a value of one's own can be secret: other keys name files and folders, and decide what a base is made of. */
const MAY_BE_SECRET = ['system', 'interfaces', 'nat', 'firewall', 'multicast', 'statusPage', 'values']

/** The merged value with the values of its secrets in their places. */
export function fillSecrets({value, placeOf}: Pick<MergedSpec, 'value' | 'placeOf'>, {values, failures, standIns = false}: ProjectSecrets): FilledSpec {
  const uses = secretUses(value)
  const findings: Finding[] = []
  const blind: SpecPath[] = []
  const filled = replaceAt(value, uses, ({name, path}) => {
    const finding = {severity: 'error' as const, ...placeOf(path), path}
    if (!MAY_BE_SECRET.includes(String(path[0]))) {
      findings.push({rule: 'N151', ...finding, message: `${String(path[0])} cannot hold a secret: it goes into names, files or the base that are for everybody`, fix: 'write the value itself'})
      blind.push(path)
      return undefined
    }

    const found = values.get(name)
    if (found !== undefined) return typed(found, path)
    const standIn = standInAt(path)
    if (!standIns || standIn === undefined) {
      findings.push({
        rule: 'N150', ...finding,
        message: `nobody gives the secret ${name}${failures?.has(name) ? `: ${failures.get(name) ?? ''}` : ''}`,
        fix: `set ${secretVariable(name)}, or write ${name}: … into secrets.yaml (docs/secrets.md)`,
      })
    }

    if (standIn === undefined) blind.push(path)
    return standIn
  })
  return {value: filled, uses, findings, isBlind: path => blind.some(one => startsWith(path, one)), incomplete: blind.length > 0}
}

/** A secret is text; where only a number or a yes or no can stand, it is read as YAML reads it. */
export function typed(text: string, path: SpecPath): unknown {
  const schema = schemaAt(SpecSchema, path)
  if (!schema) return text
  const other = /^-?\d+$/.test(text) ? Number(text) : text === 'true' ? true : text === 'false' ? false : undefined
  return other !== undefined && !schema.safeParse(text).success && schema.safeParse(other).success ? other : text
}

export const startsWith = (path: SpecPath, start: SpecPath): boolean => start.every((key, index) => key === path[index])

/** Every place of a merged value that names a secret. */
export function secretUses(value: unknown, path: SpecPath = []): SecretUse[] {
  if (value instanceof SecretReference) return [{name: value.name, path}]
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : typeof value === 'object' && value !== null ? Object.entries(value) : []
  return entries.flatMap(([key, inner]) => secretUses(inner, [...path, key]))
}

/** `value` with something else at each of these places; what is around them is copied, all else shared. */
export function replaceAt<T>(value: T, uses: readonly SecretUse[], by: (use: SecretUse) => unknown): T {
  let result: unknown = value
  for (const use of uses) result = withValueAt(result, use.path, by(use))
  return result as T
}

function withValueAt(value: unknown, [key, ...rest]: SpecPath, inner: unknown): unknown {
  if (key === undefined) return inner
  const below = (value as Readonly<Record<string, unknown>> | undefined)?.[key]
  if (Array.isArray(value)) return value.map((entry: unknown, index) => index === key ? withValueAt(below, rest, inner) : entry)
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, entry]) => [name, name === key ? withValueAt(below, rest, inner) : entry]))
}
