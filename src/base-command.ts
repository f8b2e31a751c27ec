import {Command, Errors, type Interfaces} from '@oclif/core'

import {BrmcError, EXIT_CODES, type ErrorCode} from './errors.js'
import {asBrmcError, hasColours, printError, usageError} from './workflow/format-error.js'
import type {Reporting} from './workflow/reporting.js'
import {jsonWithoutWithheld, withoutWithheld} from './workflow/withheld-values.js'

/** What every command shares: --json, errors in words with their exit status, and a signal that Ctrl-C aborts. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  private readonly abort = new AbortController()

  protected get signal(): AbortSignal {
    return this.abort.signal
  }

  /** How workflows show progress: on a terminal, in plain lines, or not at all under --json. */
  protected get reporting(): Reporting {
    const terminal = process.stderr.isTTY && process.stderr.columns > 0 && process.env['TERM'] !== 'dumb'
    return {renderer: this.jsonEnabled() ? 'silent' : terminal ? 'default' : 'simple', signal: this.signal}
  }

  protected get colour(): boolean {
    return hasColours(process.stdout)
  }

  /** Ends with the status of `code` though there is a result to print: drift, findings, failed expectations. */
  protected endWith(code: ErrorCode): void {
    process.exitCode = EXIT_CODES[code]
  }

  /** What is printed holds no secret, whoever prints it. */
  override log(message = '', ...args: unknown[]): void {
    super.log(withoutWithheld(message), ...args)
  }

  override logToStderr(message = '', ...args: unknown[]): void {
    super.logToStderr(withoutWithheld(message), ...args)
  }

  protected override logJson(json: unknown): void {
    super.logJson(jsonWithoutWithheld(json))
  }

  protected override async init(): Promise<void> {
    await super.init()
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(name, () => {
        this.abort.abort()
        // A second Ctrl-C ends at once, whatever is still being cleaned up.
        process.once(name, () => process.exit(EXIT_CODES.INTERRUPTED))
      })
    }
  }

  protected override async parse<F extends Interfaces.OutputFlags<F>, B extends Interfaces.OutputFlags<B>, A extends Interfaces.OutputArgs<A>>(
    options?: Interfaces.Input<F, B, A>, argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      return await super.parse(options, argv)
    } catch (error) {
      // Not all that a flag refuses bears oclif's mark.
      if (!(error instanceof Error) || error instanceof Errors.ExitError) throw error
      throw usageError(error, this.id?.replaceAll(':', ' '))
    }
  }

  protected override catch(thrown: Error): Promise<void> {
    const seen = asBrmcError(thrown)
    // What an interrupt breaks on its way is no news.
    const error = this.signal.aborted && seen.code !== 'INTERRUPTED' ? new BrmcError('INTERRUPTED', 'interrupted', {cause: seen}) : seen
    process.exitCode = error.exitCode
    printError(error, {json: this.jsonEnabled()})
    return Promise.resolve()
  }
}
