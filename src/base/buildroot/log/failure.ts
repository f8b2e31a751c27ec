import type {BuildLog, SeenPackage} from './build-log.js'
import {inWords} from './causes/cause.js'
import {causes, type CauseHit} from './causes/find-causes.js'
import type {MakeStop} from './make-stop.js'
import {wordOf} from './steps.js'

/** A well-known cause, in words. */
export interface Explanation {
  name: string
  cause: string
  wayOut: string
  /** Line of the log that bears its mark, counted from 1. */
  line: number
}

/** Why a build ended. */
export interface Failure {
  /** undefined: it concerns no package, but the whole. */
  package: string | undefined
  version: string | undefined
  /** In Buildroot's word: `Building`, `Executing post-build script board/x.sh`. */
  step: string | undefined
  /** At most LINES_THAT_MATTER, in the log's order. */
  lines: readonly string[]
  /** The likeliest first. */
  explanations: readonly Explanation[]
  /** Packages that failed beside it, where make went on with others. */
  others: readonly string[]
}

const LINES_THAT_MATTER = 12
/** Messages of a program may come after make's last word, where both write into one pipe. */
const LINES_AFTER = 5

/** undefined: nothing in the log says that the build failed. */
export function failureOf(log: BuildLog): Failure | undefined {
  const stop = outermostStop(log.stops)
  const hits = [...log.hits.values()].flat()
  if (!stop && hits.every(({cause}) => cause.sign)) return undefined
  const place = stop ? placeOf(log, stop) : unfinishedPlace(log)
  const window = {from: place.from, to: stop ? stop.line + LINES_AFTER : log.lines}
  const found = chosen(hits, window)
  const lines = linesThatMatter(log, window, found)
  return {
    package: place.package,
    version: place.version,
    step: place.step,
    lines,
    explanations: found.map(({cause, groups, line}) => {
      const seen = {groups, lines: evidenceIn(log, window).map(({text}) => text)}
      return {name: cause.name, cause: inWords(cause.cause, seen), wayOut: inWords(cause.wayOut, seen), line}
    }),
    others: [...new Set(log.stops.flatMap(other => other.step ? placeOf(log, other).package ?? [] : []))].filter(name => name !== place.package),
  }
}

/** Buildroot's own word, that names a package and its step, before those of the makefiles it ran. */
function outermostStop(stops: readonly MakeStop[]): MakeStop | undefined {
  return stops.find(({buildFolder, step}) => buildFolder !== undefined && step)
    ?? stops.find(({buildFolder, makefilePackage}) => buildFolder ?? makefilePackage)
    ?? stops[0]
}

interface Place {
  package: string | undefined
  version: string | undefined
  step: string | undefined
  /** First line that can have to do with it. */
  from: number
}

function placeOf(log: BuildLog, {buildFolder, makefilePackage, step}: MakeStop): Place {
  const isIt = (one: SeenPackage): boolean => buildFolder === undefined ? one.name === makefilePackage : buildFolder === folderOf(one)
  const seen = [...log.packages.values()].find(isIt)
  const reached = step ?? seen?.step
  if (seen) return {package: seen.name, version: seen.version, step: reached && wordOf(reached), from: seen.stepLine}

  if (buildFolder === undefined && makefilePackage === undefined) {
    return {package: undefined, version: undefined, step: log.phase?.text, from: log.phase?.line ?? 1}
  }

  // A package without a message: what it had to fetch was there already, or the log begins in its midst.
  const [, name = buildFolder ?? makefilePackage, version = ''] = /^(.+?)-(v?\d.*|custom|[0-9a-f]{40})$/.exec(buildFolder ?? '') ?? []
  return {package: name, version, step: step && wordOf(step), from: 1}
}

/** A virtual package has no version. */
const folderOf = ({name, version}: SeenPackage): string => version === '' ? name : `${name}-${version}`

/** A log that ends without make's last word: cut off, or the end of something else's. */
function unfinishedPlace(log: BuildLog): Place {
  const latest = [...log.packages.values()].find(({latest: message}) => message === log.messages)
  const step = latest ? latest.step && wordOf(latest.step) : log.phase?.text
  return {package: latest?.name, version: latest?.version, step, from: 1}
}

interface Window {
  from: number
  to: number
}

/** One hit a cause, and one cause a line, in the table's order; mere signs only where there is nothing else. */
function chosen(hits: readonly CauseHit[], {from, to}: Window): CauseHit[] {
  const inside = hits.filter(({line}) => line >= from && line <= to)
  const strong = inside.filter(({cause}) => !cause.sign)
  const candidates = strong.length > 0 ? strong : inside
  const first = causes.flatMap(cause => candidates.find(hit => hit.cause === cause) ?? [])
  return first.filter((hit, index) => first.findIndex(({line}) => line === hit.line) === index)
}

const evidenceIn = (log: BuildLog, {from, to}: Window): BuildLog['evidence'] => log.evidence.filter(({line}) => line >= from && line <= to)

function linesThatMatter(log: BuildLog, window: Window, hits: readonly CauseHit[]): string[] {
  const evidence = evidenceIn(log, window)
  const marked = new Set(hits.map(({line}) => line))
  const errors = evidence.filter(({weight, line}) => weight === 'error' || marked.has(line))
  if (errors.length === 0) {
    const hints = evidence.filter(({weight}) => weight === 'hint').map(({text}) => text)
    return (hints.length > 0 ? hints : log.tail.filter(text => !/^make(?:\[\d+\])?: (?:Leaving|Entering)/.test(text))).slice(-LINES_THAT_MATTER)
  }

  // The first errors are the ones that others follow from; what bears a cause's mark is among the lines in any case.
  const first = errors.filter(({line}) => marked.has(line)).concat(errors).slice(0, LINES_THAT_MATTER)
  const kept = new Set(first.map(({line}) => line))
  for (const {line, weight} of evidence) {
    if (kept.size < LINES_THAT_MATTER && weight === 'context' && (kept.has(line - 1) || kept.has(line + 1))) kept.add(line)
  }

  return evidence.filter(({line}) => kept.has(line)).map(({text}) => text.slice(0, 400))
}

/** Package, version and step of a failure on one line. */
export function headline({package: name, version, step}: Failure): string {
  const what = [name, version].filter(Boolean).join(' ')
  if (what === '') return step === undefined ? 'Buildroot failed before any package' : `${step} failed`
  return step === undefined ? `${what} failed` : `${what}: ${step} failed`
}
