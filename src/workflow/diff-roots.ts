import type {RootEntry, RootTree} from '../overlay/entry.js'
import {readContent} from '../overlay/read-content.js'
import {maskLines} from '../spec/secrets.js'
import {unifiedDiff} from '../sync/unified-diff.js'
import {modeText, printablePath} from './list-root.js'

/** How one path differs between two roots. */
export interface RootDifference {
  path: string
  change: 'added' | 'removed' | 'changed'
  /** Type, mode, owner and what a link leads to, where they differ. */
  from?: string
  to?: string
  /** Of texts; secrets are hidden in it, and so are differences between them. */
  diff?: string
  /** Bytes that are no text differ. */
  binary?: true
}

interface Side {
  name: string
  root: RootTree
}

/** Larger files are compared and not shown. */
const MAX_TEXT = 256 * 1024

export async function diffRoots(one: Side, other: Side): Promise<RootDifference[]> {
  const paths = [...new Set([...one.root.keys(), ...other.root.keys()])].sort()
  const differences = []
  for (const path of paths) {
    const [before, after] = [one.root.get(path), other.root.get(path)]
    // What comes from a base that both have is the same object.
    if (before !== after) differences.push(...await differenceOf(path, {one, other, before, after}))
  }

  return differences
}

interface Pair {
  one: Side
  other: Side
  before: RootEntry | undefined
  after: RootEntry | undefined
}

async function differenceOf(path: string, {one, other, before, after}: Pair): Promise<RootDifference[]> {
  const [from, to] = [before && wordsOf(before), after && wordsOf(after)]
  const bodies = await bodiesOf(before, after)
  if (from === to && bodies?.same !== false) return []
  const diff = bodies?.text && unifiedDiff({
    from: before ? `${one.name}/${path}` : '/dev/null', to: after ? `${other.name}/${path}` : '/dev/null', before: maskLines(bodies.text.before), after: maskLines(bodies.text.after),
  })
  return [{
    path: `/${path}`, change: !before ? 'added' : !after ? 'removed' : 'changed',
    ...from !== to && {...from !== undefined && {from}, ...to !== undefined && {to}},
    ...diff !== undefined && diff !== '' && {diff},
    ...bodies?.same === false && bodies.text === undefined && {binary: true as const},
  }]
}

function wordsOf({type, mode, uid, gid, target, device, xattrs = {}}: RootEntry): string {
  return [
    modeText(type, mode), `${uid}:${gid}`, ...target === undefined ? [] : [`${type === 'hardlink' ? '=' : '→'} ${printablePath(target)}`], ...device ? [`${device.major},${device.minor}`] : [],
    ...Object.entries(xattrs).map(([name, value]) => `${name}=0x${value.toString('hex')}`),
  ].join(' ')
}

interface Bodies {
  same: boolean
  text?: {before: string, after: string}
}

async function bodiesOf(before: RootEntry | undefined, after: RootEntry | undefined): Promise<Bodies | undefined> {
  const files = [before, after].filter(entry => entry?.type === 'file')
  if (files.length === 0) return undefined
  if (files.some(entry => (entry?.size ?? 0) > MAX_TEXT)) return {same: before?.type === after?.type && await isSame(before, after)}
  const [one, other] = await Promise.all([before, after].map(async entry => entry?.type === 'file' ? readContent(entry) : Buffer.alloc(0)))
  if (!one || !other) return undefined
  const same = before?.type === after?.type && one.equals(other)
  return {same, ...!one.includes(0) && !other.includes(0) && {text: {before: one.toString('utf8'), after: other.toString('utf8')}}}
}

async function isSame(before: RootEntry | undefined, after: RootEntry | undefined): Promise<boolean> {
  if (!before || !after || before.size !== after.size) return false
  return before.content === after.content || (await readContent(before)).equals(await readContent(after))
}

export function formatDifference({path, change, from, to, diff, binary}: RootDifference): string {
  const sign = {added: '+', removed: '-', changed: '~'}[change]
  const words = change === 'changed' ? from === undefined ? '' : `  ${from} → ${to ?? ''}` : `  ${from ?? to ?? ''}`
  return [`${sign} ${printablePath(path)}${words}${binary ? '  (its bytes differ)' : ''}`, ...diff === undefined ? [] : [diff.trimEnd()]].join('\n')
}
