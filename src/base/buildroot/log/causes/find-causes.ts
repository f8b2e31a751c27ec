import type {Cause} from './cause.js'
import {compilingCauses, installCauses} from './compiling.js'
import {configurationCauses} from './configuration.js'
import {downloadCauses} from './download.js'
import {finishingCauses} from './finishing.js'
import {machineCauses} from './machine.js'
import {toolchainCauses} from './toolchain.js'

/** A line that bears the mark of a cause. */
export interface CauseHit {
  cause: Cause
  /** Counted from 1. */
  line: number
  groups: Readonly<Record<string, string>>
}

/** Where several match, the earlier is the nearer to the root: a full disk before the compiler's complaint about it. */
export const causes: readonly Cause[] = [
  ...machineCauses,
  ...downloadCauses,
  ...toolchainCauses,
  ...configurationCauses,
  ...finishingCauses,
  ...compilingCauses,
  ...installCauses,
]

/** The causes whose mark `text`, a clean line, bears. */
export function findCauses(text: string, line: number): CauseHit[] {
  return causes.flatMap(cause => {
    for (const pattern of cause.patterns) {
      const found = pattern.exec(text)
      if (found) return [{cause, line, groups: definedGroups(found.groups)}]
    }

    return []
  })
}

function definedGroups(groups: Record<string, string | undefined> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]))
}
