import type {Readable, Writable} from 'node:stream'

import {BrmcError} from '../errors.js'
import {cleanConsole, outputBetween} from './console-text.js'

/** What the router's shell prints when it waits (docs/architecture.md). */
export const PROMPT = 'brmc# '
const DETAIL_LINES = 15

export interface GuestConsole {
  /** All that was printed so far, without control sequences. */
  text: () => string
  /** Waits until the text matches and returns the match. Throws GUEST_DID_NOT_BOOT with the last lines. */
  waitFor: (pattern: RegExp, what: string, timeoutMs: number) => Promise<RegExpExecArray>
  /** Runs one line at the prompt; what it printed, and its status. */
  command: (line: string, timeoutMs?: number) => Promise<{output: string, status: number}>
  /** Makes every waiting call fail: the guest is gone. */
  end: (why: string) => void
}

const COMMAND_TIMEOUT_MS = 20_000

/** The guest's serial console over QEMU's standard input and output. */
export function openConsole(stdin: Writable, stdout: Readable): GuestConsole {
  let text = ''
  let ended: string | undefined
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const check of [...waiting]) check()
  }

  stdout.setEncoding('utf8')
  stdout.on('data', (chunk: string) => {
    text = cleanConsole(text + chunk)
    wake()
  })

  const failure = (what: string): BrmcError => new BrmcError('GUEST_DID_NOT_BOOT', `the emulated router did not come to: ${what}${ended === undefined ? '' : ` (${ended})`}`, {
    details: text.trimEnd().split('\n').slice(-DETAIL_LINES),
    suggestions: ['look at the lines above: they are the last of its console', 'watch it boot with: brmc run'],
  })

  const waitFrom = async (from: number, pattern: RegExp, {what, timeoutMs}: {what: string, timeoutMs: number}): Promise<RegExpExecArray> => new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      waiting.delete(check)
      clearTimeout(timer)
      act()
    }

    const check = (): void => {
      const match = pattern.exec(text.slice(from))
      if (match) settle(() => resolve(match))
      else if (ended !== undefined) settle(() => reject(failure(what)))
    }

    const timer = setTimeout(() => settle(() => reject(failure(`${what} within ${Math.round(timeoutMs / 1000)} s`))), timeoutMs)
    waiting.add(check)
    check()
  })

  let commands = 0
  let last: Promise<unknown> = Promise.resolve()
  const runCommand = async (line: string, timeoutMs: number): Promise<{output: string, status: number}> => {
    const id = ++commands
    const from = text.length
    // The quotes keep the echo of what is typed from looking like what is printed.
    stdin.write(`echo "brmc-""begin-${id}"; ${line}\necho "brmc-""end-${id}" $?\n`)
    await waitFrom(from, new RegExp(`^brmc-end-${id} \\d+$[^]*?${PROMPT}`, 'm'), {what: `the end of the command: ${line}`, timeoutMs})
    return outputBetween(text.slice(from), id, PROMPT)
  }

  return {
    text: () => text,
    waitFor: async (pattern, what, timeoutMs) => waitFrom(0, pattern, {what, timeoutMs}),
    command: async (line, timeoutMs = COMMAND_TIMEOUT_MS) => {
      const turn = last.then(async () => runCommand(line, timeoutMs))
      last = turn.catch(() => undefined)
      return turn
    },
    end(why) {
      ended ??= why
      wake()
    },
  }
}
