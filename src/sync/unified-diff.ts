import {diffLines, type Edit} from './diff-lines.js'

const CONTEXT = 3
const NO_LINE_END = '\\ No newline at end of file\n'

export interface DiffRequest {
  /** Names in the heading; /dev/null stands for a file that is not there. */
  from: string
  to: string
  before: string
  after: string
}

/** The difference of two texts in the unified format (POSIX diff -u), as `patch` takes it; empty where there is none. */
export function unifiedDiff({from, to, before, after}: DiffRequest): string {
  const edits = diffLines(linesOf(before), linesOf(after))
  const hunks = hunksOf(edits)
  return hunks.length === 0 ? '' : `--- ${from}\n+++ ${to}\n${hunks.map(([start, end]) => formatHunk(edits, start, end)).join('')}`
}

/** Lines with their ends, so that a last line without one differs from one with it. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Ranges of edits that hold every change and up to three equal lines around, grown together where they meet. */
function hunksOf(edits: readonly Edit[]): [start: number, end: number][] {
  const hunks: [number, number][] = []
  edits.forEach(({type}, index) => {
    if (type === '=') return
    const [start, end] = [Math.max(0, index - CONTEXT), Math.min(edits.length, index + CONTEXT + 1)]
    const last = hunks.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = end
    else hunks.push([start, end])
  })
  return hunks
}

function formatHunk(edits: readonly Edit[], start: number, end: number): string {
  const body = edits.slice(start, end)
  const line = (text: string): string => text.endsWith('\n') ? text : `${text}\n${NO_LINE_END}`
  const head = `@@ -${range(edits, start, end, '+')} +${range(edits, start, end, '-')} @@\n`
  return head + body.map(({type, text}) => line(`${type === '=' ? ' ' : type}${text}`)).join('')
}

/** `first,count` of one side, to which lines of type `other` do not belong. An empty range names the line before it. */
function range(edits: readonly Edit[], start: number, end: number, other: '+' | '-'): string {
  const before = edits.slice(0, start).filter(({type}) => type !== other).length
  const count = edits.slice(start, end).filter(({type}) => type !== other).length
  return count === 1 ? String(before + 1) : `${count === 0 ? before : before + 1},${count}`
}
