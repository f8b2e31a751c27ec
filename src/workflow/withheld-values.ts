import {hiding} from '../spec/secret-forms.js'

const known = new Map<string, string>()
let hide: (text: string) => string = text => text

/** Values that nothing this process prints or reports may hold from here on: the last net, below all that takes care by itself. */
export function withhold(secrets: ReadonlyMap<string, string>): void {
  if (secrets.size === 0) return
  for (const [name, value] of secrets) known.set(name, value)
  hide = hiding(known)
}

/** `text` with (secret name) in the place of each value. */
export const withoutWithheld = (text: string): string => hide(text)

/** The same for every text of something that becomes JSON. */
export function jsonWithoutWithheld(value: unknown): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map(entry => jsonWithoutWithheld(entry))
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonWithoutWithheld((value as {toJSON: () => unknown}).toJSON())
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonWithoutWithheld(inner)]))
}
