import {isCardName} from '../network/card-names.js'
import type {Deployment} from '../spec/deployment.js'
import type {Expectation, Verdict} from './expectations/expectation.js'
import type {GuestState} from './guest-state.js'
import type {Machine} from './topology.js'

/** What the proof found out: plain data, printed as JSON or by formatReport. */
export interface Report {
  version: 1
  /** All expectations were met. */
  passed: boolean
  deployment: string
  machine: Machine
  timings: Timings
  expectations: readonly ExpectationResult[]
  guestState: GuestState
  notes: readonly string[]
}

/** Seconds since QEMU was started, as the host saw it. */
export interface Timings {
  guestInit: number
  guestReady: number
  /** Absent where the file has no routes. */
  firstForwarded?: number
  total: number
  /** The guest's own clock. */
  guestUptime: {init: number, ready: number}
}

export interface ExpectationResult {
  id: string
  title: string
  passed: boolean
  expected: string
  seen: string
  /** How often it had to be tried: 2 where the first try failed. */
  attempts: number
  likelyCause?: string
}

interface Circumstances {
  attempts: number
  likelyCause: string | undefined
}

export function resultOf({id, title, expected}: Expectation, {passed, seen}: Verdict, {attempts, likelyCause}: Circumstances): ExpectationResult {
  return {id, title, passed, expected, seen, attempts, ...likelyCause !== undefined && {likelyCause}}
}

/** What the proof cannot show. */
export function notesOf({interfaces}: Deployment, machine: Machine): string[] {
  const called = interfaces.filter(({name, mac}) => mac === undefined && !isCardName(name)).map(({name}) => name)
  const radios = interfaces.filter(one => one.accessPoint).map(one => one.name)
  return [
    ...radios.length > 0 ? [`the Wi-Fi radio has no place here: a wire stands in for ${radios.join(' and ')}`] : [],
    ...called.length > 0 ? [`${called.join(' and ')}: a card of the emulator was called so; on the board the kernel calls none so, and the interface has to be made`] : [],
    ...machine === 'virt' ? ["this is QEMU's machine virt: the board's own drivers and firmware are not exercised"] : [],
  ]
}
