import type {BuildLog, SeenPackage} from './build-log.js'
import type {PlannedPackage} from './build-plan.js'
import type {Durations} from './durations.js'
import {wordOf, type StepName} from './steps.js'

export interface BuildPlan {
  packages: readonly PlannedPackage[]
  /** Names of packages that were finished before this log began (output/build/<package>/.stamp_installed): they are silent. */
  built: ReadonlySet<string>
  learnt: Durations
}

/** How far a build is. */
export interface Progress {
  /** Packages; never decreases, and never more than total. */
  done: number
  total: number
  /** The newest of what is going on: `linux Building`, `Finalizing target directory`. */
  current: string | undefined
  /** All that is going on, oldest first. */
  running: readonly string[]
  elapsedSeconds: number
  /** undefined where too little was learnt before. */
  remainingSeconds: number | undefined
}

/** Share of the packages still to be built whose durations must be known before a time is named. */
const KNOWN_ENOUGH = 0.5

/** Which step comes after which; staging, images and target may be installed in any order. */
const ORDER: readonly StepName[] = ['download', 'extract', 'rsync', 'patch', 'configure', 'build', 'install-host', 'install-staging', 'install-image', 'install-target']

export function progressOf(log: BuildLog, plan: BuildPlan, elapsedSeconds: number): Progress {
  const finished = finishedOf(log, plan)
  const running = [...log.packages.values()].filter(one => !finished.has(one.name) && isAtWork(one, log)).sort((a, b) => a.latest - b.latest)
  const open = plan.packages.filter(({name}) => !finished.has(name))
  const remainingSeconds = log.finalizing ? undefined : remainingOf(log, open, plan.learnt)
  const steps = running.map(({name, step}) => step ? `${name} ${wordOf(step)}` : name)
  return {
    done: plan.packages.length - open.length,
    total: plan.packages.length,
    current: log.phase && (log.finalizing || steps.length === 0) ? log.phase.text : steps.at(-1),
    running: log.finalizing ? [] : steps,
    elapsedSeconds,
    remainingSeconds,
  }
}

/** A package that was patched may wait long for those it depends on: only its latest word tells that it is at work. */
function isAtWork({name, step}: SeenPackage, {latest}: BuildLog): boolean {
  return latest.of === name || (step !== undefined && ORDER.indexOf(step) >= ORDER.indexOf('configure'))
}

/**
 * Buildroot says when a step begins, never when a package is done. It is when all is being finished; when one that depends on it is
 * configured; and when its last step began and another package spoke after that.
 */
function finishedOf(log: BuildLog, {packages, built}: BuildPlan): Set<string> {
  const finished = new Set(built)
  for (const {name, dependencies} of packages) {
    const seen = log.packages.get(name)
    if (seen?.began.has('configure')) for (const dependency of dependencies) finished.add(dependency)
  }

  for (const {name, installs} of packages) {
    const seen = log.packages.get(name)
    if (log.finalizing || (seen && hasEnded(seen, installs, log))) finished.add(name)
  }

  return finished
}

function hasEnded({name, began}: SeenPackage, installs: readonly StepName[], {latest}: BuildLog): boolean {
  const last = installs.length > 0 ? installs : (['build'] as const)
  const starts = last.map(step => began.get(step) ?? Number.POSITIVE_INFINITY)
  const latestOfAnother = latest.of === name ? latest.other : latest.message
  return Math.max(...starts) < latestOfAnother
}

/** Work that is left over the speed of earlier builds, but never less than the longest package alone. */
function remainingOf(log: BuildLog, open: readonly PlannedPackage[], {durations, speed = 1}: Durations): number | undefined {
  if (open.length === 0) return 0
  const known = open.filter(({name}) => durations[name])
  if (known.length < open.length * KNOWN_ENOUGH) return undefined
  const left = known.map(({name}) => leftOf(durations[name] ?? {}, log.packages.get(name)?.step))
  const mean = left.reduce((sum, seconds) => sum + seconds, 0) / left.length
  return Math.round(Math.max(mean * open.length / speed, ...left))
}

/** Half of the step it is in, and all steps after it. */
function leftOf(steps: Readonly<Record<string, number>>, current: StepName | undefined): number {
  const at = current === undefined ? -1 : ORDER.indexOf(current)
  return ORDER.reduce((sum, step, index) => sum + (index < at ? 0 : index === at ? 0.5 : 1) * (steps[step] ?? 0), 0)
}
