import ejs from 'ejs'

import {BrmcError, messageOf} from '../errors.js'

/**
 * Renders an EJS template: what stands in `<%= %>` is printed as it is, so the model has to hold values already escaped for the
 * file that is made. A hole is an error, not an empty place: `undefined`, null, NaN, objects and unknown names throw.
 * Loops and prints only: `<%-` and include are refused, and JavaScript's strict mode holds.
 * @param filename path of the template, for messages
 * @throws BrmcError INTERNAL with file and line: a template and its model are brmc's own
 */
export function renderTemplate(text: string, model: Readonly<Record<string, unknown>>, filename: string): string {
  // `include` is declared as one more (undefined) name, which hides ejs' own.
  const names = [...Object.keys(model), 'include']
  try {
    return compiled(text, names, filename)(model)
  } catch (error) {
    if (error instanceof BrmcError) throw error
    throw new BrmcError('INTERNAL', `template ${describe(error, filename)}`, {cause: error})
  }
}

/** Templates of this process, by their text and then by the rest: boards and deployments share them, and ten thousand sites. */
const known = new Map<string, Map<string, ejs.TemplateFunction>>()

function compiled(text: string, names: readonly string[], filename: string): ejs.TemplateFunction {
  const ofText = known.get(text) ?? new Map<string, ejs.TemplateFunction>()
  known.set(text, ofText)
  const key = [filename, ...names].join('\0')
  const template = ofText.get(key) ?? compile(text, names, filename)
  ofText.set(key, template)
  return template
}

function compile(text: string, names: readonly string[], filename: string): ejs.TemplateFunction {
  const unchecked = text.split('\n').findIndex(line => line.includes('<%-'))
  if (unchecked !== -1) throw new BrmcError('INTERNAL', `template ${filename}:${unchecked + 1}: <%- prints unchecked; use <%=`)
  return ejs.compile(text, {strict: true, destructuredLocals: [...names], escape: printable, filename})
}

function printable(value?: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw new TypeError(`<%= takes text and numbers, not ${value === null ? 'null' : typeof value === 'number' ? String(value) : typeof value}`)
}

/** ejs reports `file:line`, an excerpt of five lines, an empty line, the cause: the first and the last line say it all. */
function describe(error: unknown, filename: string): string {
  const lines = messageOf(error).split('\n').filter(line => line.trim() !== '')
  const [first = '', last = ''] = [lines[0], lines.at(-1)]
  return first.startsWith(filename) ? `${first}: ${last}` : `${filename}: ${first}`
}
