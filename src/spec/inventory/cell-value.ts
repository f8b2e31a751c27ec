import {parse} from 'yaml'
import type {z} from 'zod'

import {SecretReference, secretTag} from '../secret-reference.js'

/** What YAML (1.2, core schema) takes for a number, true, false or nothing. */
const PLAIN = /^(~|null|true|false|[-+]?(0o[0-7]+|0x[\da-f]+|(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?|\.inf)|\.nan)$/i
/** What begins like a list, a map, a quoted text, a tag. */
const MARKED = /^[[{"'!&*|>]/

/**
 * What the text of a cell means where `schema` is what stands at its column: lists, maps, numbers and quoted texts as in brmc.yaml, and all
 * else is text, whatever characters are in it. A number where text is wanted is text: `0042` stays a passphrase. `!secret NAME` is as there.
 */
export function cellValue(text: string, schema: z.ZodType | undefined): unknown {
  if (!PLAIN.test(text) && !MARKED.test(text)) return text
  const value = yamlValue(text)
  if (typeof value === 'string' || value instanceof SecretReference || schema === undefined) return value
  // A serial number begins with zeros; what takes both takes it as it stands.
  if (typeof value === 'number' && String(value) !== text.trim() && schema.safeParse(text).success) return text
  return !schema.safeParse(value).success && schema.safeParse(text).success ? text : value
}

function yamlValue(text: string): unknown {
  try {
    return parse(text, {logLevel: 'error', prettyErrors: false, stringKeys: true, maxAliasCount: 0, customTags: [secretTag]}) as unknown
  } catch {
    return text
  }
}
