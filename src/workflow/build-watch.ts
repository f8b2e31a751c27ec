import {once} from 'node:events'
import {createWriteStream, type WriteStream} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'

import type {BuildrootBaseOptions} from '../base/buildroot/base-options.js'
import {buildFailure} from '../base/buildroot/log/build-failure.js'
import {BuildLog} from '../base/buildroot/log/build-log.js'
import {DurationsSchema, mergeDurations, NO_DURATIONS, parseBuildTime, type Durations} from '../base/buildroot/log/durations.js'
import {progressOf, type BuildPlan, type Progress} from '../base/buildroot/log/progress.js'
import type {RebuildPlan} from '../base/buildroot/plan-rebuild.js'
import type {BuildStep} from '../base/buildroot/run-build.js'
import {readTextIfThere} from '../files/read-text.js'
import {writeWhole} from '../files/write-whole.js'
import type {Show} from './reporting.js'

export type WatchedBuild = BuildrootBaseOptions['watch'] & {close: () => Promise<void>}

/** What make printed in this run, below the build's folder. */
const LOG_FILE = 'build.log'
/** What earlier builds of this board took. */
const DURATIONS_FILE = 'durations.json'

const STEP_WORDS: Readonly<Record<BuildStep, string>> = {
  configure: 'configuring',
  download: 'downloading sources',
  unpack: 'unpacking kernel and BusyBox, asking their Kconfig',
  build: 'building',
  collect: 'collecting root and boot files',
}

/** A terminal is told at most ten times a second, a log twice a minute. */
const SAY_MS = 100
const NOTE_MS = 30_000

/** Shows how a build goes on, and keeps all that it printed in build.log of `folder`. @param now milliseconds, as Date.now */
export async function watchBuild(folder: string, show: Show, now = Date.now): Promise<WatchedBuild> {
  await mkdir(folder, {recursive: true})
  const logFile = join(folder, LOG_FILE)
  // Made with the first line: a run that builds nothing leaves the log of the last build.
  let stream: WriteStream | undefined
  const log = new BuildLog()
  const learnt = await readDurations(join(folder, DURATIONS_FILE))
  const told = {said: 0, noted: now()}
  let building: {plan: BuildPlan, since: number} | undefined
  const tell = (line: string): void => {
    if (now() - told.noted >= NOTE_MS) {
      told.noted = now()
      show.note(line)
    } else if (now() - told.said >= SAY_MS) {
      told.said = now()
      show.say(line)
    }
  }

  return {
    onPreparing(what) { tell(what) },
    onNote(line) { show.note(line) },
    onStep(step) { show.note(STEP_WORDS[step]) },
    onLine(line) {
      stream ??= createWriteStream(logFile)
      stream.write(`${line}\n`)
      log.read(line)
      if (building) tell(progressLine(progressOf(log, building.plan, (now() - building.since) / 1000)))
    },
    onPlan(plan) {
      for (const line of planLines(plan)) show.note(line)
    },
    onBuild(packages, built) {
      building = {plan: {packages, built, learnt}, since: now()}
    },
    async onBuilt(buildTime) {
      await writeWhole(join(folder, DURATIONS_FILE), `${JSON.stringify(mergeDurations(learnt, parseBuildTime(buildTime)))}\n`)
    },
    onFailed(exitCode, missing) {
      throw buildFailure(log, {logFile, exitCode, missing})
    },
    async close() {
      if (!stream) return
      stream.end()
      await once(stream, 'close')
    },
  }
}

async function readDurations(path: string): Promise<Durations> {
  const text = await readTextIfThere(path)
  try {
    return DurationsSchema.parse(JSON.parse(text ?? ''))
  } catch {
    return NO_DURATIONS
  }
}

function planLines({fresh, again, why}: RebuildPlan): string[] {
  if (why.length === 0) return ['going on where the last run was']
  const how = fresh ? 'building everything (compiled objects come from their cache)' : again.length > 0 ? `building again: ${again.join(', ')}` : 'building what changed'
  return [`${how}, because ${why.slice(0, 5).join('; ')}${why.length > 5 ? `; and ${why.length - 5} more` : ''}`]
}

/** `12 of 48 packages, linux Building, 3 min, about 14 min left`. */
function progressLine({done, total, current, elapsedSeconds, remainingSeconds}: Progress): string {
  return [
    `${done} of ${total} packages`,
    ...current === undefined ? [] : [current],
    minutes(elapsedSeconds),
    ...remainingSeconds === undefined ? [] : [`about ${minutes(remainingSeconds)} left`],
  ].join(', ')
}

const minutes = (seconds: number): string => seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
