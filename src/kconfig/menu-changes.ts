import {parseConfig} from './contract.js'
import {optionLine, type LineChanges} from './user-lines.js'

/** Configurations as text, around a session in a menu. */
export interface MenuConfigs {
  /** .config without the user's own lines. */
  below: string
  /** .config with them, as the menu showed it first. */
  before: string
  /** .config as the menu left it. */
  after: string
  /** What savedefconfig says before and after: options that a person can set and that are not at their default. Absent where there is none (BusyBox). */
  minimal?: {before: string, after: string}
  /** Options that are set elsewhere. */
  notTheirs: ReadonlySet<string>
}

/**
 * What was changed in the menu, as changes to the user's own lines: an option that is what it would be without these lines needs none. Options that
 * appeared because of another one are left to their defaults; `stillDifferent` finds those that were set by hand.
 */
export function menuChanges({below, before, after, minimal, notTheirs}: MenuConfigs): LineChanges {
  const [under, was, is] = [parseConfig(below), parseConfig(before), parseConfig(after)]
  const [looked, found] = minimal ? [parseConfig(minimal.before), parseConfig(minimal.after)] : [was, is]
  const changed = minimal
    ? [...new Set([...looked.keys(), ...found.keys()])].filter(symbol => looked.get(symbol) !== found.get(symbol))
    : [...was.keys()].filter(symbol => was.get(symbol) !== is.get(symbol))
  return new Map(changed.filter(symbol => !notTheirs.has(symbol)).sort().map(symbol => {
    // Off, and so are those whose conditions are gone with it.
    const value = is.get(symbol) ?? (isSwitch(was.get(symbol)) ? 'n' : undefined)
    return [symbol, value === undefined || value === (under.get(symbol) ?? 'n') ? undefined : optionLine(symbol, value)]
  }))
}

/** What `saved`, a .config made from the user's new lines, has not as the menu left it: lines that say it outright. */
export function stillDifferent(after: string, saved: string, notTheirs: ReadonlySet<string>): LineChanges {
  const [wanted, got] = [parseConfig(after), parseConfig(saved)]
  return new Map([...new Set([...wanted.keys(), ...got.keys()])].sort().flatMap((symbol): [string, string][] => {
    const value = wanted.get(symbol) ?? (isSwitch(got.get(symbol)) ? 'n' : undefined)
    return value === undefined || notTheirs.has(symbol) || value === (got.get(symbol) ?? 'n') ? [] : [[symbol, optionLine(symbol, value)]]
  }))
}

const isSwitch = (value: string | undefined): boolean => value === 'y' || value === 'm' || value === 'n'
