import {setTimeout as sleep} from 'node:timers/promises'

import type {Expectation, Stimulus, Verdict} from './expectations/expectation.js'
import type {Lab} from './run-lab.js'
import {now} from './run-wire.js'

/** How fast and how long; an emulated board is slower than an emulated PC. */
export interface Pace {
  /** Between two packets of the hosts. */
  spacingMs: number
  /** How long packets that should arrive may take. */
  arrivalMs: number
  /** How long nothing may come where nothing should. */
  silenceMs: number
}

export interface Judged {
  expectation: Expectation
  verdict: Verdict
}

/** When a repeated question was last put, and how often it still will be. */
interface Turn {
  last: number
  left: number
}

const STEP_MS = 20
/** Preparations first: a group must be joined and asked for before packets are sent to it. */
const isPreparation = ({kind}: Stimulus): boolean => kind === 'join' || kind === 'query' || kind === 'lease'

/** Lets the hosts do all that the expectations ask for, at the same time, and judges what they saw. */
export async function runExpectations(lab: Lab, expectations: readonly Expectation[], pace: Pace, signal: AbortSignal): Promise<Judged[]> {
  const stimuli = expectations.flatMap(expectation => expectation.stimuli)
  const started = now()
  await act(lab, stimuli.filter(isPreparation), 1, signal)
  const questions = stimuli.filter(stimulus => !isPreparation(stimulus))
  if (stimuli.some(({kind}) => kind === 'join')) await sleep(pace.spacingMs * 10, undefined, {signal})
  await act(lab, questions, pace.spacingMs, signal)
  const sent = now()
  const repeats = new Map(expectations.flatMap(({id, repeat}) => repeat ? [[id, {last: started, left: repeat.times}] as [string, Turn]] : []))
  let open = expectations.filter(({kind}) => kind !== 'silence' && kind !== 'refusal')
  for (let judged = -1; ;) {
    if (judged !== lab.sightings.length) open = open.filter(expectation => !expectation.judge(lab.sightings).passed)
    judged = lab.sightings.length
    const waiting = open.filter(({id, repeat}) => repeat ? (repeats.get(id)?.left ?? 0) > 0 : now() - sent < pace.arrivalMs)
    if (waiting.length === 0 && now() - sent >= pace.silenceMs) break
    for (const {id, repeat, stimuli: again} of waiting) {
      const turn = repeats.get(id)
      if (!repeat || !turn || now() - turn.last < repeat.everyMs) continue
      turn.last = now()
      turn.left--
      for (const stimulus of again) lab.act(stimulus)
    }

    await sleep(STEP_MS, undefined, {signal})
  }

  return expectations.map(expectation => ({expectation, verdict: expectation.judge(lab.sightings)}))
}

async function act(lab: Lab, stimuli: readonly Stimulus[], spacingMs: number, signal: AbortSignal): Promise<void> {
  for (const stimulus of stimuli) {
    lab.act(stimulus)
    await sleep(spacingMs, undefined, {signal})
  }
}
