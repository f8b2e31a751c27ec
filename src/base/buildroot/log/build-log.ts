import {findCauses, type CauseHit} from './causes/find-causes.js'
import {cleanLine} from './clean-line.js'
import {parseMakeStop, type MakeStop} from './make-stop.js'
import {isCommand, isRoutine, weigh, type Weight} from './matters.js'
import {parseMessage, type Message, type StepName} from './steps.js'

/** What the log said last of a package. Numbers of messages count all messages of the log from 1. */
export interface SeenPackage {
  name: string
  version: string
  step: StepName | undefined
  /** Line at which its latest step began. */
  stepLine: number
  /** Number of its latest message. */
  latest: number
  /** Step → number of the message it began with. */
  began: Map<StepName, number>
}

interface Evidence {
  line: number
  text: string
  weight: Weight
}

const MOST_EVIDENCE = 800
const MOST_STOPS = 50
const TAIL = 30

/**
 * Reads Buildroot's output line by line, in memory that does not grow with the log. Lines of packages may be mixed (make -j at the top
 * level), may bear escape sequences and what a CI system puts before them.
 */
export class BuildLog {
  lines = 0
  messages = 0
  readonly packages = new Map<string, SeenPackage>()
  /** The latest message that concerns no package, and its line. */
  phase: {text: string, line: number} | undefined
  /** All packages are installed: host and target directories are being finished. */
  finalizing = false
  /** Number of the latest message, and of the latest that is of another package than that. */
  latest: {of: string, message: number, other: number} = {of: '', message: 0, other: 0}
  stops: MakeStop[] = []
  readonly hits = new Map<string, CauseHit[]>()
  evidence: Evidence[] = []
  tail: string[] = []
  private firstRun: string | undefined

  /** `raw`: a line without its line feed. */
  read(raw: string): void {
    this.lines++
    const text = cleanLine(raw)
    if (text === '') return
    const message = parseMessage(text)
    if (message) {
      this.enter(message)
      return
    }

    if (/^make: Entering directory /.test(text)) this.beginRun(text)
    this.remember(text)
    if (isRoutine(text)) return
    const stop = parseMakeStop(text, this.lines)
    if (stop && this.stops.length < MOST_STOPS) this.stops.push(stop)
    const hits = isCommand(text) ? [] : findCauses(text, this.lines)
    const weight = hits.length > 0 ? 'error' : weigh(text)
    if (weight) this.weighed(text, weight)
    for (const hit of hits) this.note(hit)
  }

  /** One file may hold several runs, where a build was tried again: what failed earlier is mended, or will fail again. */
  private beginRun(text: string): void {
    if (text === this.firstRun && this.stops.length > 0) {
      this.stops = []
      this.hits.clear()
      this.evidence = []
      this.phase = undefined
      this.finalizing = false
    }

    this.firstRun ??= text
  }

  private enter({package: name, version, text, step}: Message): void {
    this.messages++
    if (name === '') {
      this.phase = {text, line: this.lines}
      this.finalizing ||= text.startsWith('Finalizing ')
      return
    }

    const seen = this.packages.get(name) ?? {name, version, step: undefined, stepLine: this.lines, latest: 0, began: new Map<StepName, number>()}
    seen.latest = this.messages
    if (step && !seen.began.has(step)) seen.began.set(step, this.messages)
    if (step) Object.assign(seen, {step, version, stepLine: this.lines})
    this.packages.set(name, seen)
    this.latest = {of: name, message: this.messages, other: this.latest.of === name ? this.latest.other : this.latest.message}
  }

  // Halving now and then costs less than shifting at every line.
  private remember(text: string): void {
    this.tail.push(text)
    if (this.tail.length > 2 * TAIL) this.tail = this.tail.slice(-TAIL)
  }

  private weighed(text: string, weight: Weight): void {
    this.evidence.push({line: this.lines, text, weight})
    if (this.evidence.length > 2 * MOST_EVIDENCE) this.evidence = this.evidence.slice(-MOST_EVIDENCE)
  }

  /** Of each cause the first and the latest are kept. */
  private note(hit: CauseHit): void {
    const [first] = this.hits.get(hit.cause.name) ?? []
    this.hits.set(hit.cause.name, first ? [first, hit] : [hit])
  }
}
