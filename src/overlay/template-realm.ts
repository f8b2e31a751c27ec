import {createContext, Script, type Context} from 'node:vm'

/** A program that ran in the realm: its result, or what went wrong and the line of the template it was at. */
export type Outcome = {text: string} | {problem: string, line: number}

/** Milliseconds; what is rendered for a router takes less than one. */
const TIME_LIMIT = 5000
/** Bytes; larger files are no configuration. */
const LARGEST_OUTPUT = 1024 * 1024

/**
 * What templates find: JavaScript without clock, chance and the languages of this machine, so that the same values give the same bytes, and functions that
 * write a value for the file it goes into. Nothing can be changed that another template would see. Values come in and go out as text alone: no object
 * of this process is reached from there.
 */
const PRELUDE = `'use strict'
{
  const PLAIN = /^[\\p{L}\\p{M}\\p{N}._:/@+,-]*$/u
  const CONTROL = /\\p{Cc}/u
  const kind = value => value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : typeof value === 'undefined' ? 'nothing: there is no such value' : 'a ' + typeof value
  class Written {
    constructor(text) { this.text = text }
    toString() { throw new TypeError('what is written for a shell, a line or as JSON stands in a <%= %> of its own') }
  }
  const textOf = (value, by) => {
    if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' && Number.isFinite(value)) return String(value)
    throw new TypeError(by + ' takes text, numbers, true and false, and this is ' + kind(value))
  }
  const oneLine = (value, by) => {
    const text = textOf(value, by)
    if (CONTROL.test(text)) throw new TypeError(by + ' takes one line, and there is a line end or another control character in this text')
    return text
  }
  globalThis.sh = value => new Written("'" + oneLine(value, 'sh()').replaceAll("'", "'\\\\''") + "'")
  globalThis.line = value => new Written(oneLine(value, 'line()'))
  globalThis.json = value => {
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError('json() takes what JSON can hold, and this is ' + kind(value))
    return new Written(text)
  }
  const printed = value => {
    if (value instanceof Written) return value.text
    const text = textOf(value, '<%= %>')
    if (PLAIN.test(text)) return text
    const odd = [...text].find(letter => !PLAIN.test(letter))
    throw new TypeError('<%= %> prints letters, digits and . _ : / @ + , - as they are, and there is ' + (odd === ' ' ? 'a space' : JSON.stringify(odd)) + ' in this text: '
      + 'write <%= sh(…) %> in a shell script, <%= json(…) %> in JSON or YAML, <%= line(…) %> where any line of text can stand')
  }
  globalThis.render = (template, input) => {
    const at = {line: 1}
    try {
      const text = template(JSON.parse(input), printed, at)
      return JSON.stringify(text.length > ${LARGEST_OUTPUT} ? {problem: 'this makes more than a mebibyte', line: 1} : {text})
    } catch (error) {
      return JSON.stringify({problem: error instanceof Error ? error.message : String(error), line: at.line})
    }
  }
  for (const name of ['Date', 'Intl', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console']) delete globalThis[name]
  delete Math.random
  for (const {prototype} of [Object, Array, Number, BigInt, String]) for (const name of ['toLocaleString', 'toLocaleLowerCase', 'toLocaleUpperCase', 'localeCompare']) delete prototype[name]
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = globalThis[name]
    if (value === globalThis || typeof value !== 'function' && (typeof value !== 'object' || value === null)) continue
    Object.freeze(value)
    if (value.prototype) Object.freeze(value.prototype)
    Object.defineProperty(globalThis, name, {value, writable: false, configurable: false})
  }
}`

const LOOP = `this takes longer than ${TIME_LIMIT / 1000} s: does a loop in it end?`

/** One for all templates of this process: none leaves anything behind in it. */
class Realm {
  readonly #sandbox: Record<string, unknown> = {}
  readonly #context: Context
  readonly #call = new Script('render(template, input)')

  constructor() {
    this.#context = createContext(this.#sandbox, {codeGeneration: {strings: false, wasm: false}, microtaskMode: 'afterEvaluate'})
    new Script(PRELUDE).runInContext(this.#context)
  }

  /** A function that takes values as JSON and renders with them. `program` is an expression. Throws SyntaxError. */
  compile(program: string): (input: string) => Outcome {
    const template: unknown = new Script(program, {filename: PROGRAM}).runInContext(this.#context, {timeout: TIME_LIMIT})
    return input => {
      Object.assign(this.#sandbox, {template, input})
      try {
        return JSON.parse(String(this.#call.runInContext(this.#context, {timeout: TIME_LIMIT}))) as Outcome
      } catch (error) {
        // Of the other realm, whose Error is not ours.
        const {code} = Object(error) as {code?: unknown}
        return {problem: code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? LOOP : String(error), line: 1}
      }
    }
  }
}

/** As a SyntaxError's stack has it, with a line behind it. */
export const PROGRAM = 'template.js'

let realm: Realm | undefined

/** @throws SyntaxError */
export function compileInRealm(program: string): (input: string) => Outcome {
  realm ??= new Realm()
  return realm.compile(program)
}
