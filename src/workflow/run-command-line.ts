import {Config, Errors, flush, run, type Interfaces} from '@oclif/core'

import {BrmcError, EXIT_CODES} from '../errors.js'
import {didYouMean} from '../spec/suggest.js'
import {asBrmcError, printError} from './format-error.js'

/** No command of that name: words joined by colons, as oclif says it. */
const NOT_FOUND = /^command (.*) not found$/s

/** Passes nothing on: at DEBUG=* oclif would print every argument, and a passphrase may be among them. */
const SILENT: Interfaces.Logger = {
  namespace: 'oclif',
  child: () => SILENT,
  ...Object.fromEntries((['debug', 'error', 'info', 'trace', 'warn'] as const).map(level => [level, () => undefined])) as Record<'debug' | 'error' | 'info' | 'trace' | 'warn', () => void>,
}

/**
 * One call of the program from its words to its exit status. Whatever goes wrong is told in words, or with --json as one object; never as a stack.
 * @param root folder of this package
 */
export async function runCommandLine(argv: readonly string[], root: string): Promise<void> {
  const json = wantsJson(argv)
  surviveClosedOutputs()
  process.on('uncaughtException', error => {
    const told = asBrmcError(error)
    printError(told, {json})
    process.exit(told.exitCode)
  })
  const config = await Config.load({root, logger: SILENT})
  try {
    await run([...argv], config)
    await flush()
  } catch (error) {
    if (error instanceof Errors.ExitError) {
      process.exitCode = error.oclif.exit ?? 0
      return
    }

    const told = unknownCommand(error, config) ?? asBrmcError(error)
    process.exitCode = told.exitCode
    printError(told, {json})
  }
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

/** `brmc image | head -1` goes on with nobody listening: what it makes is still wanted. */
function surviveClosedOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody can be told any more where even the words for it find no room.
      if (error.code !== 'EPIPE') process.exitCode = asBrmcError(error).exitCode || EXIT_CODES.INTERNAL
    })
  }
}

function unknownCommand(error: unknown, {commandIDs}: Config): BrmcError | undefined {
  const id = error instanceof Error ? NOT_FOUND.exec(error.message)?.[1] : undefined
  if (id === undefined) return undefined
  const suggestions = ['see all commands with: brmc --help']
  if (id.startsWith('-')) return new BrmcError('USAGE', `no command is named before ${id}`, {suggestions})
  // A command that takes no argument, and one after it: oclif looks for a command of both names.
  const command = commandIDs.find(known => id.startsWith(`${known}:`))
  const words = (text: string): string => text.replaceAll(':', ' ')
  if (command !== undefined) {
    return new BrmcError('USAGE', `brmc ${words(command)} takes no argument ${id.slice(command.length + 1)}`, {suggestions: [`see how it is used with: brmc ${words(command)} --help`]})
  }

  const meant = didYouMean(words(id), commandIDs.map(words))
  return new BrmcError('USAGE', `there is no command ${words(id)}`, {suggestions: [...meant === undefined ? [] : [`did you mean brmc ${meant}?`], ...suggestions]})
}
