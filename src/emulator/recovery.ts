import type {ExpectationResult} from './report.js'
import type {Machine} from './topology.js'

/** What is done to the router while packets flow, again and again. */
export interface Disturbances {
  /** The routing daemon is killed (SIGKILL). */
  killDaemon: boolean
  /** Interfaces whose cards are pulled and plugged in again. */
  replug: readonly string[]
}

export const ROUNDS = 10

/** Seconds until routing again where the kernel takes `atInit` seconds to /init, as on a quiet machine; the emulated board is slower than the emulated PC. */
const ALLOWED: Readonly<Record<Machine, {seconds: number, atInit: number}>> = {virt: {seconds: 2, atInit: 3}, raspi3b: {seconds: 6, atInit: 9}}

/** On a busy machine all that is emulated takes longer: the time to /init of the same run is the measure. Tenths of seconds. */
export function recoveryLimit(machine: Machine, kernelAtInit: number): number {
  const {seconds, atInit} = ALLOWED[machine]
  return Math.ceil(10 * seconds * Math.max(1, kernelAtInit / atInit)) / 10
}

/** Words where the limit is not that of a quiet machine. */
export function busyNotes(machine: Machine, kernelAtInit: number): string[] {
  const {seconds, atInit} = ALLOWED[machine]
  const limit = recoveryLimit(machine, kernelAtInit)
  return limit === seconds ? [] : [`this machine was busy: the kernel took ${kernelAtInit.toFixed(1)} s to /init, not ${atInit}, and routing again may take ${limit} s, not ${seconds}`]
}

export interface Recovery {
  id: string
  /** `usb0, pulled and plugged in again,` */
  what: string
  /** Seconds of each round; undefined: not within the time it was waited for. */
  rounds: readonly (number | undefined)[]
}

/** One line of the report. */
export function resultOfRecovery({id, what, rounds}: Recovery, limit: number): ExpectationResult {
  const came = rounds.filter(seconds => seconds !== undefined).sort((a, b) => a - b)
  const inTime = came.filter(seconds => seconds <= limit).length
  const [fastest, slowest] = [came[0], came.at(-1)]
  const range = fastest === undefined || slowest === undefined ? 'never' : `after ${fastest.toFixed(2)} to ${slowest.toFixed(2)} s`
  return {
    id,
    title: `${what} while packets flow: routed again within ${limit} s, ${rounds.length} times of ${rounds.length}`,
    passed: inTime === rounds.length,
    expected: `within ${limit} s, ${rounds.length} times of ${rounds.length}`,
    seen: `within ${limit} s ${inTime} times; seconds of each: ${rounds.map(seconds => seconds?.toFixed(2) ?? 'never').join(' ')}`,
    measured: range,
    attempts: 1,
  }
}
