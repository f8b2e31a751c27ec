import {Command} from '@oclif/core'

import {EXIT_CODES, type ErrorCode} from './errors.js'
import {asBrmcError, errorToJson, formatError} from './workflow/format-error.js'
import type {Reporting} from './workflow/reporting.js'

/** What every command shares: --json, errors in words with their exit status, and a signal that Ctrl-C aborts. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  private readonly abort = new AbortController()

  protected get signal(): AbortSignal {
    return this.abort.signal
  }

  /** How workflows show progress: on a terminal, in plain lines, or not at all under --json. */
  protected get reporting(): Reporting {
    const terminal = process.stderr.isTTY && process.stderr.columns > 0
    return {renderer: this.jsonEnabled() ? 'silent' : terminal ? 'default' : 'simple', signal: this.signal}
  }

  protected get colour(): boolean {
    return process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  }

  /** Ends with the status of `code` though there is a result to print: drift, findings, failed expectations. */
  protected endWith(code: ErrorCode): void {
    process.exitCode = EXIT_CODES[code]
  }

  protected override async init(): Promise<void> {
    await super.init()
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        this.abort.abort()
        // A second Ctrl-C ends at once, whatever is still being cleaned up.
        process.once(name, () => process.exit(EXIT_CODES.INTERRUPTED))
      })
    }
  }

  protected override catch(thrown: Error): Promise<void> {
    const error = asBrmcError(thrown)
    process.exitCode = this.signal.aborted ? EXIT_CODES.INTERRUPTED : error.exitCode
    if (this.jsonEnabled()) this.logJson(errorToJson(error))
    else process.stderr.write(formatError(error, {colour: this.colour}))
    return Promise.resolve()
  }
}
