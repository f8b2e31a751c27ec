import {Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels, type ListrLogLevels, type ListrTask} from 'listr2'

import {asBrmcError} from './format-error.js'
import {withoutWithheld} from './withheld-values.js'

/** How a workflow shows what it does. */
export interface Reporting {
  /** default: a terminal; simple: plain lines; silent: --json. */
  renderer: 'default' | 'simple' | 'silent'
  signal: AbortSignal
}

export interface Step<Context> {
  title: string
  /** Does the work; `say` replaces the line below the title, `conclude` the title itself. */
  run: (context: Context, show: Show) => Promise<void>
}

export interface Show {
  say: (line: string) => void
  /** The same, and also a line in a log: for what takes long enough to be wondered about. */
  note: (line: string) => void
  conclude: (title: string) => void
}

/** Runs steps one after the other on `context`, which they fill. Progress goes to standard error's terminal or as lines; errors are thrown. */
export async function runSteps<Context extends object>(steps: readonly Step<Context>[], context: Context, {renderer, signal}: Reporting): Promise<Context> {
  const tasks: ListrTask<Context>[] = steps.map(step => ({
    title: step.title,
    task: async (current, task) => {
      signal.throwIfAborted()
      await step.run(current, {
        // In a log every word stays for ever: only what a step came to is worth a line there.
        say(line) { if (renderer === 'default') task.output = withoutWithheld(line) },
        note(line) { if (renderer !== 'silent') task.output = withoutWithheld(line) },
        conclude(title) { task.title = withoutWithheld(title) },
      })
    },
  }))
  const list = new Listr<Context, 'default' | 'simple' | 'silent', 'simple'>(tasks, {
    ctx: context,
    concurrent: false,
    renderer,
    registerSignalListeners: false,
    // The command prints the error itself, once and in full.
    rendererOptions: {showErrorMessage: false, collapseErrors: false, logger: onStandardError<ListrDefaultRendererLogLevels>()},
    fallbackRendererOptions: {logger: onStandardError<ListrLogLevels>()},
  })
  try {
    return await list.run()
  } catch (error) {
    throw asBrmcError(error)
  }
}

/** Progress belongs on standard error: standard output is for the result alone. */
function onStandardError<Levels extends string>(): ListrLogger<Levels> {
  return new StepLogger<Levels>({useIcons: true, processOutput: new ProcessOutput(process.stderr, process.stdout)})
}

/** Of a step that failed the title is enough: the command prints the error itself, once and in full. */
class StepLogger<Levels extends string> extends ListrLogger<Levels> {
  override log(...[level, message, options]: Parameters<ListrLogger<Levels>['log']>): void {
    super.log(level, message, level === 'FAILED' ? undefined : options)
  }
}
