import * as z from 'zod'

import type {SpecPath} from './finding.js'

/** The schema below `path`, without its defaults; undefined where the path leads nowhere. */
export function schemaAt(root: z.ZodType, path: SpecPath): z.ZodType | undefined {
  let schema: z.ZodType | undefined = unwrap(root)
  for (const key of path) schema = schema && stepInto(schema, key)
  return schema
}

/** What the schema says of the key at `path`; the innermost description wins. */
export function descriptionAt(root: z.ZodType, path: SpecPath): string | undefined {
  let schema: z.ZodType | undefined = root
  for (const key of path) schema = schema && stepInto(unwrap(schema), key, 'wrapped')
  for (let current = schema; current; current = inner(current)) {
    if (current.description !== undefined) return current.description
  }

  return undefined
}

/** The keys that may stand in the map at `path`; none where it is no map or takes any key. */
export function keysAt(root: z.ZodType, path: SpecPath): string[] {
  const schema = schemaAt(root, path)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** Every path of the schema that ends in `name`, records and lists written as `<name>` and `[]`: where a misplaced key belongs. */
export function placesOfKey(root: z.ZodType, name: string): string[] {
  const found: string[] = []
  const walk = (schema: z.ZodType, at: string): void => {
    const plain = unwrap(schema)
    if (plain instanceof z.ZodObject) {
      for (const [key, value] of Object.entries<z.ZodType>(plain.shape)) {
        const here = at === '' ? key : `${at}.${key}`
        if (key === name) found.push(here)
        walk(value, here)
      }
    } else if (plain instanceof z.ZodRecord) {
      walk(plain.valueType as z.ZodType, `${at}.<name>`)
    } else if (plain instanceof z.ZodArray) {
      walk(plain.element as z.ZodType, `${at}[]`)
    }
  }

  walk(root, '')
  return found
}

function stepInto(schema: z.ZodType, key: string | number, keep?: 'wrapped'): z.ZodType | undefined {
  const next = childOf(schema, key)
  return next && (keep === 'wrapped' ? next : unwrap(next))
}

function childOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[key]
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).map(option => childOf(unwrap(option), key)).find(child => child !== undefined)
  return undefined
}

function unwrap(schema: z.ZodType): z.ZodType {
  const within = inner(schema)
  return within ? unwrap(within) : schema
}

function inner(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return schema.unwrap() as z.ZodType
  return undefined
}
