import ejs from 'ejs'

import {messageOf} from '../errors.js'
import {compileInRealm, PROGRAM, type Outcome} from './template-realm.js'

/** What a template finds by name, as JSON holds it. */
export type TemplateValues = Readonly<Record<string, unknown>>

/** At the end of the name of a file that is rendered. `a.ejs.ejs` becomes a file `a.ejs`. */
export const TEMPLATE_ENDING = '.ejs'

/** Templates of this process, by text and names: sites share them. */
const known = new Map<string, Map<string, (input: string) => Outcome>>()

/**
 * Renders a template of an overlay. `<%= %>` prints what no program takes for anything but text; whatever else has to go through `sh()`, `json()` or
 * `line()`. There is no `<%-`, no include, no clock, no chance, nothing of this machine.
 * @returns the text; or what is wrong, and in which line (from 1) of the template
 */
export function renderOverlayTemplate(text: string, values: TemplateValues): Outcome {
  const names = Object.keys(values)
  const ofText = known.get(text) ?? new Map<string, (input: string) => Outcome>()
  known.set(text, ofText)
  const key = names.join(' ')
  let template = ofText.get(key)
  if (!template) {
    const compiled = compile(text, names)
    if ('problem' in compiled) return compiled
    template = compiled.run
    ofText.set(key, template)
  }

  return template(JSON.stringify(values))
}

type Compiled = {run: (input: string) => Outcome} | {problem: string, line: number}

function compile(text: string, names: readonly string[]): Compiled {
  const unchecked = text.split('\n').findIndex(line => line.includes('<%-'))
  if (unchecked !== -1) return {problem: '<%- would print a value unchecked; use <%= line(…) %>, sh(…) or json(…)', line: unchecked + 1}
  const template = new ejs.Template(text, {strict: true, destructuredLocals: [...names]})
  try {
    // What it returns would run in this process; its source is run elsewhere.
    template.compile()
  } catch (error) {
    if (!(error instanceof SyntaxError)) return {problem: firstLine(messageOf(error)), line: openTag(text)}
  }

  const program = `'use strict';(locals, escapeFn, at, ${HIDDEN.join(', ')}) => {\nlet __line = 1\ntry {\n${template.source}} finally { at.line = __line }\n}`
  try {
    return {run: compileInRealm(program)}
  } catch (error) {
    return {problem: firstLine(messageOf(error)), line: lineOfSyntaxError(program, error)}
  }
}

/** Names of the realm that lead to what templates share. */
const HIDDEN = ['globalThis', 'render', 'template', 'input']

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

/** Line of the tag that no %> follows. */
function openTag(text: string): number {
  const open = text.split('<%').findIndex((part, index) => index > 0 && !part.includes('%>'))
  return open === -1 ? 1 : text.split('<%').slice(0, open).join('<%').split('\n').length
}

/** ejs notes the template's line (`__line = 3`) behind every piece that spans lines. */
function lineOfSyntaxError(program: string, error: unknown): number {
  const stack = error instanceof Error ? error.stack ?? '' : ''
  const [, line = '1'] = new RegExp(`${PROGRAM.replace('.', '\\.')}:(\\d+)`).exec(stack) ?? []
  const before = program.split('\n').slice(0, Number(line) - 1).join('\n')
  return Number([...before.matchAll(/; __line = (\d+)$/gm)].at(-1)?.[1] ?? 1)
}
