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

/**
 * What `saved`, a .config made from the user's new lines, has not as the menu left it: lines that say it outright. An option that is not in it at
 * all has a condition that is not met: a line would be dropped.
 */
export function stillDifferent(after: string, saved: string, notTheirs: ReadonlySet<string>): LineChanges {
  const [wanted, got] = [parseConfig(after), parseConfig(saved)]
  return new Map([...got].sort().flatMap(([symbol, is]): [string, string][] => {
    const value = wanted.get(symbol) ?? (isSwitch(is) ? 'n' : undefined)
    return value === undefined || notTheirs.has(symbol) || value === is ? [] : [[symbol, optionLine(symbol, value)]]
  }))
}

/**
 * Options that nobody asked for: on because another one wanted them, and still on in the menu when that one is off, for a .config does not tell
 * what was wanted from what follows. Without a line they go with it.
 */
export function leftBehind({before, after, minimal}: Pick<MenuConfigs, 'before' | 'after' | 'minimal'>): string[] {
  if (!minimal) return []
  const [was, is, looked] = [parseConfig(before), parseConfig(after), parseConfig(minimal.before)]
  return [...parseConfig(minimal.after)].flatMap(([symbol, value]) =>
    /^[ym]$/.test(value) && !looked.has(symbol) && was.get(symbol) === value && is.get(symbol) === value ? [symbol] : [])
}

const isSwitch = (value: string | undefined): boolean => value === 'y' || value === 'm' || value === 'n'
