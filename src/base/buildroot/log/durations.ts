import * as z from 'zod'

import {isStepName} from './steps.js'

/** Package → step → seconds, as the last builds took them. */
export const DurationsSchema = z.object({
  version: z.literal(1),
  durations: z.record(z.string(), z.record(z.string(), z.number().nonnegative())),
  /** Seconds of work done in a second of the clock: about the number of packages that are built side by side. */
  speed: z.number().positive().optional(),
})

export type Durations = z.output<typeof DurationsSchema>

export const NO_DURATIONS: Durations = {version: 1, durations: {}}

/** How much the newest build counts: a build from ccache should not make all that was learnt forgotten. */
const WEIGHT_OF_NEW = 0.5

/**
 * Buildroot's output/build/build-time.log (package/pkg-generic.mk, step_time): `1700000000.123456789:start:build               : busybox`.
 * The file grows from build to build: the last pair counts, and a start without an end (a build that was stopped) does not.
 */
export function parseBuildTime(text: string): Durations {
  const durations: Record<string, Record<string, number>> = {}
  const started = new Map<string, number>()
  const spans: {from: number, to: number}[] = []
  for (const line of text.split('\n')) {
    const [, stamp = '', edge = '', step = '', name = ''] = /^(\d+(?:\.\d+)?):(start|end) *:([\w-]+) *: (\S+)$/.exec(line.trimEnd()) ?? []
    if (name === '' || !isStepName(step)) continue
    const key = `${name} ${step}`
    const from = started.get(key)
    if (edge === 'start') started.set(key, Number(stamp))
    if (edge === 'end' && from !== undefined) {
      const to = Math.max(from, Number(stamp))
      durations[name] = {...durations[name], [step]: Math.round((to - from) * 100) / 100}
      spans.push({from, to})
      started.delete(key)
    }
  }

  const speed = speedOf(spans)
  return {version: 1, durations, ...speed !== undefined && {speed}}
}

/** Work over the time in which any work was done: pauses between builds are not counted. */
function speedOf(spans: readonly {from: number, to: number}[]): number | undefined {
  let work = 0
  let busy = 0
  let until = Number.NEGATIVE_INFINITY
  for (const {from, to} of spans.toSorted((a, b) => a.from - b.from)) {
    work += to - from
    busy += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }

  return busy > 0 ? Math.round((work / busy) * 100) / 100 : undefined
}

/** What was known with what a build taught; packages that it did not build keep what was known. */
export function mergeDurations(known: Durations, learnt: Durations): Durations {
  const names = [...new Set([...Object.keys(known.durations), ...Object.keys(learnt.durations)])].sort((a, b) => a < b ? -1 : Number(a > b))
  const speed = learnt.speed ?? known.speed
  return {
    version: 1,
    durations: Object.fromEntries(names.map(name => [name, mergeSteps(known.durations[name] ?? {}, learnt.durations[name] ?? {})])),
    ...speed !== undefined && {speed},
  }
}

function mergeSteps(known: Readonly<Record<string, number>>, learnt: Readonly<Record<string, number>>): Record<string, number> {
  const mixed = Object.entries(learnt).map(([step, seconds]) => {
    const before = known[step] ?? seconds
    return [step, Math.round((before + (seconds - before) * WEIGHT_OF_NEW) * 100) / 100]
  })
  return {...known, ...Object.fromEntries(mixed) as Record<string, number>}
}
