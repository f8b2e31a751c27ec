import type {Readable, Writable} from 'node:stream'

import {BrmcError} from '../errors.js'
import {cleanConsole, commandLine, endOf, outputOf, PROMPT} from './console-text.js'

const DETAIL_LINES = 15
const COMMAND_TIMEOUT_MS = 20_000

export interface CommandResult {
  output: string
  status: number
}

interface Wait {
  pattern: RegExp
  what: string
  timeoutMs: number
  /** The match ends with this: a cheap test, for output comes byte by byte. */
  tail?: string
}

/** The guest's serial console over QEMU's standard input and output. */
export class GuestConsole {
  #text = ''
  #rest = ''
  #ended: string | undefined
  #commands = 0
  #last: Promise<unknown> = Promise.resolve()
  readonly #waiting = new Set<() => void>()

  constructor(private readonly stdin: Writable, stdout: Readable) {
    stdout.setEncoding('utf8')
    stdout.on('data', (chunk: string) => {
      const {text, rest} = cleanConsole(this.#rest + chunk)
      this.#rest = rest
      this.#text += text
      this.#wake()
    })
  }

  /** All that was printed so far, without control sequences. */
  get text(): string {
    return this.#text
  }

  /** Makes every waiting call fail: the guest is gone. */
  end(why: string): void {
    this.#ended ??= why
    this.#wake()
  }

  /** Waits until the text matches. Throws GUEST_DID_NOT_BOOT with the last lines. */
  async waitFor(pattern: RegExp, what: string, timeoutMs: number): Promise<RegExpExecArray> {
    return this.#waitFrom(0, {pattern, what, timeoutMs})
  }

  /** Runs one line at the prompt, one after the other, however many are asked at once. */
  async command(line: string, timeoutMs = COMMAND_TIMEOUT_MS): Promise<CommandResult> {
    const turn = this.#last.then(async () => {
      const id = ++this.#commands
      const from = this.#text.length
      this.stdin.write(commandLine(id, line))
      await this.#waitFrom(from, {pattern: endOf(id), what: `the end of the command: ${line}`, timeoutMs, tail: PROMPT})
      return outputOf(this.#text.slice(from), id)
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #waitFrom(from: number, {pattern, what, timeoutMs, tail = ''}: Wait): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(check)
        clearTimeout(timer)
      }

      const check = (): void => {
        const match = this.#text.endsWith(tail) ? pattern.exec(this.#text.slice(from)) : null
        if (!match && this.#ended === undefined) return
        settle()
        if (match) resolve(match)
        else reject(this.#failure(what))
      }

      const timer = setTimeout(() => {
        settle()
        reject(this.#failure(`${what} within ${Math.round(timeoutMs / 1000)} s`))
      }, timeoutMs)
      this.#waiting.add(check)
      check()
    })
  }

  #failure(what: string): BrmcError {
    const why = this.#ended === undefined ? '' : ` (${this.#ended})`
    return new BrmcError('GUEST_DID_NOT_BOOT', `the emulated router did not come to ${what}${why}`, {
      details: this.#text.trimEnd().split('\n').slice(-DETAIL_LINES),
      suggestions: ['the lines above are the last of its console; watch all of it with: brmc run'],
    })
  }

  #wake(): void {
    for (const check of this.#waiting) check()
  }
}
