import {sha256} from '../files/sha256.js'

/** Anything JSON can say. */
type Json = string | number | boolean | null | readonly Json[] | {readonly [name: string]: Json}

/**
 * The name of a base: sha256, in hex, over all that goes into it. Two runs that would make the same bundle get the same key, whatever the order
 * of names in `ingredients`; anything that could change a byte has to be among them.
 */
export function bundleKey(ingredients: Readonly<Record<string, Json>>): string {
  return sha256(canonical(ingredients))
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const names = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${names.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}
