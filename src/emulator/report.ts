import {isCardName} from '../network/card-names.js'
import {isBound} from '../network/model.js'
import type {Deployment} from '../spec/deployment.js'
import type {Expectation, Verdict} from './expectations/expectation.js'
import {kernelAtInit, type GuestState} from './guest-state.js'
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

/** What the boot itself tells. */
export type BootTimes = Omit<Timings, 'total' | 'kernelAtInit' | 'ratio'>

/** Seconds since QEMU was started, as the host saw it. */
export interface Timings {
  /** When the kernel ran the first program: nothing in the root can make that earlier. */
  kernelAtInit: number
  /** When the first program had said so on the console. */
  guestInit: number
  guestReady: number
  /** Absent where the file has no routes. */
  firstForwarded?: number
  /** firstForwarded as a multiple of kernelAtInit. */
  ratio?: number
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
  /** Figures, where time was taken. */
  measured?: string
}

/** What `ratio` is to be at most on a machine; a report is not failed by time, for the machine it ran on may have been busy. */
export const RATIO_GOAL: Readonly<Partial<Record<Machine, number>>> = {virt: 1.6}

/** The host saw the first program's line, the guest's clock tells how long after the kernel had run it; where the kernel's log is lost, that is all there is. */
export function timingsOf(times: BootTimes, state: GuestState): Omit<Timings, 'total'> {
  const {guestInit, guestUptime, firstForwarded} = times
  const limit = guestInit - Math.max(0, guestUptime.init - (kernelAtInit(state) ?? guestUptime.init))
  return {kernelAtInit: limit, ...times, ...firstForwarded !== undefined && {ratio: firstForwarded / limit}}
}

interface Circumstances {
  attempts: number
  likelyCause: string | undefined
}

export function resultOf({id, title, expected}: Expectation, {passed, seen}: Verdict, {attempts, likelyCause}: Circumstances): ExpectationResult {
  return {id, title, passed, expected, seen, attempts, ...likelyCause !== undefined && {likelyCause}}
}

/** What the proof cannot show. */
export function notesOf({interfaces, ports}: Deployment, machine: Machine): string[] {
  const called = interfaces.filter(one => !isBound(one) && !one.bridge && !one.vlan && !isCardName(one.name)).map(({name}) => name)
  const radios = [...interfaces, ...ports].filter(one => one.accessPoint).map(one => one.name)
  return [
    ...interfaces.filter(({bridge}) => bridge && bridge.ports.length > 1).map(({name, bridge}) => `${name}: a wire leads to its first port, ${bridge?.ports[0] ?? ''}, alone`),
    ...radios.length > 0 ? [`the Wi-Fi radio has no place here: a wire stands in for ${radios.join(' and ')}`] : [],
    ...called.length > 0 ? [`${called.join(' and ')}: a card of the emulator was called so; on the board the kernel calls none so, and the interface has to be made`] : [],
    ...machine === 'virt' ? ["this is QEMU's machine virt: the board's own drivers and firmware are not exercised"] : [],
  ]
}
