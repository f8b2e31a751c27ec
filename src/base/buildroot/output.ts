import type {Workshop, WorkshopRunOptions} from '../../container/workshop.js'
import type {RunResult} from '../../process/run.js'
import {EMPTY_SCRIPT, MARKED_SCRIPT, RECOVER_SCRIPT, RUNNING_FILE, STATE_FILE} from './output-files.js'
import type {OutputState} from './plan-rebuild.js'

/** Buildroot's output folder, wherever it lies, and make in it. */
export interface Output {
  workshop: Workshop
  /** SOURCE_DATE_EPOCH of the build. */
  epoch: number
}

/** Calls make for the output. Nothing of a deployment is laid over the root: that is done later, for each deployment. */
export async function make({workshop, epoch}: Output, args: readonly string[], options: WorkshopRunOptions = {}): Promise<RunResult> {
  return workshop.run(makeCommand(workshop, args), {...options, environment: {...environmentOf({workshop, epoch}), ...options.environment}})
}

/** The same with the user's terminal; make's status. */
export async function makeInTerminal({workshop, epoch}: Output, args: readonly string[]): Promise<number> {
  return workshop.runInTerminal(makeCommand(workshop, args), {environment: environmentOf({workshop, epoch})})
}

/**
 * Buildroot tells ccache its folder by BR_CACHE_DIR, for which it patches ccache's source; in Buildroot 2026.02.3 that patch no longer fits (package/ccache/ccache.mk looks for
 * getenv, ccache 4.12.3 has getenv_path), and compiled objects went to $HOME, which a container forgets. ccache's own variable is right with either.
 */
function environmentOf({workshop: {places}, epoch}: Output): Record<string, string> {
  return {SOURCE_DATE_EPOCH: String(epoch), CCACHE_DIR: places.ccache}
}

function makeCommand({places: {buildroot, tree, output}}: Workshop, args: readonly string[]): string[] {
  return ['make', '-C', buildroot, `O=${output}`, `BR2_EXTERNAL=${tree}`, 'BR2_ROOTFS_OVERLAY=', ...args]
}

/** Runs shell text with arguments: a path never becomes part of the text. */
export async function shell({workshop}: Output, script: string, args: readonly string[] = [], options: WorkshopRunOptions = {}): Promise<RunResult> {
  return workshop.run(['sh', '-c', script, 'sh', ...args], options)
}

/** Puts an output right in which make was killed; the packages that start again. */
export async function recover(output: Output): Promise<string[]> {
  const {stdout} = await shell(output, RECOVER_SCRIPT, [output.workshop.places.output])
  return stdout.split('\n').filter(line => line !== '')
}

/** Takes away all that was built; the configuration stays. */
export async function empty(output: Output): Promise<void> {
  await shell(output, EMPTY_SCRIPT, [output.workshop.places.output])
}

export async function readOutputFile(output: Output, path: string): Promise<string | undefined> {
  const {exitCode, stdout} = await output.workshop.run(['cat', `${output.workshop.places.output}/${path}`], {accept: [0, 1]})
  return exitCode === 0 ? stdout : undefined
}

/** Whole or not at all. */
export async function writeOutputFile(output: Output, path: string, content: string): Promise<void> {
  const script = 'set -eu; mkdir -p "$(dirname "$1")"; cat > "$1.partial"; mv "$1.partial" "$1"'
  await shell(output, script, [`${output.workshop.places.output}/${path}`], {input: content})
}

/** What the output was, or was to be, built from; undefined for one that is empty or of another version of brmc. */
export async function readOutputState(output: Output): Promise<OutputState | undefined> {
  const text = await readOutputFile(output, STATE_FILE)
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as Partial<OutputState>
    const whole = state.version === 1 && state.ground && state.config !== undefined && state.tree && state.overrides
    return whole ? {...state as OutputState, packages: state.packages ?? []} : undefined
  } catch {
    return undefined
  }
}

export async function writeOutputState(output: Output, state: OutputState): Promise<void> {
  await writeOutputFile(output, STATE_FILE, JSON.stringify(state))
}

/**
 * The same for what changes the output, under a mark that stays where make is killed. A make that failed or was asked to end leaves only whole files:
 * then the mark goes, and the next run goes on where this one was.
 */
export async function makeMarked({workshop, epoch}: Output, args: readonly string[], options: WorkshopRunOptions = {}): Promise<RunResult> {
  return workshop.run(['sh', '-c', MARKED_SCRIPT, 'sh', `${workshop.places.output}/${RUNNING_FILE}`, ...makeCommand(workshop, args)], {
    ...options,
    environment: {...environmentOf({workshop, epoch}), ...options.environment},
  })
}
