import {mebibytes} from '../mebibytes.js'
import type {MadeSite} from './make-sites.js'
import type {MadeFleet} from './make-fleet.js'

/** One line a site, for people. */
export function siteLine({site, status, path, differing}: MadeSite): string {
  return `${site}  ${path}${status === 'unchanged' ? '  unchanged' : `  ${kibibytes(differing)} KiB its own`}`
}

/** One object a line, for programs. */
export const siteJson = (site: MadeSite): string => JSON.stringify(site)

/** What it all came to. */
export function fleetTable({rows, made, unchanged, bytes, differing, seconds, output}: MadeFleet, form: 'images' | 'packs'): string {
  const each = made === 0 ? '' : `, ${(1000 * seconds / made).toFixed(1)} ms each`
  const table: [string, string][] = [
    ['sites', made + unchanged === rows ? String(rows) : `${made + unchanged} of ${rows} (the others are in other shards)`],
    ['made', `${made}`],
    ['unchanged', `${unchanged}`],
    [form, form === 'packs' ? `${kibibytes(bytes)} KiB` : `${mebibytes(bytes)} MiB, ${kibibytes(differing)} KiB of them their own`],
    ['time', `${seconds.toFixed(1)} s${each}`],
    ['in', output],
  ]
  return table.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n')
}

const kibibytes = (bytes: number): string => (bytes / 1024).toFixed(1)
