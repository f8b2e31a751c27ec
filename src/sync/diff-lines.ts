/** One line of a comparison: in both, only in the first (-), only in the second (+). */
export interface Edit {
  type: '=' | '-' | '+'
  text: string
}

/**
 * The shortest way from one list of lines to another. E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986):
 * `reach[k]` is how far down the first list one gets on diagonal k (first minus second) with so many edits.
 */
export function diffLines(before: readonly string[], after: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let edits = 0; edits <= before.length + after.length; edits++) {
    const next = new Map<number, number>()
    trace.push(reach)
    for (let k = -edits; k <= edits; k += 2) {
      let x = startOn(reach, k, edits)
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++
      next.set(k, x)
      if (x >= before.length && x - k >= after.length) return pathBack(trace, before, after)
    }
    reach = next
  }
  return []
}

/** Down (a line of the second list is added) or right (one of the first is dropped), whichever gets further. */
function goesDown(reach: ReadonlyMap<number, number>, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && reached(reach, k - 1) < reached(reach, k + 1))
}

function startOn(reach: ReadonlyMap<number, number>, k: number, edits: number): number {
  return goesDown(reach, k, edits) ? reached(reach, k + 1) : reached(reach, k - 1) + 1
}

function reached(reach: ReadonlyMap<number, number>, k: number): number {
  return reach.get(k) ?? -1
}

/** From the ends of both lists to their starts: on each diagonal equal lines, then the edit that led to it. */
function pathBack(trace: readonly ReadonlyMap<number, number>[], before: readonly string[], after: readonly string[]): Edit[] {
  const path: Edit[] = []
  let [x, y] = [before.length, after.length]
  for (const [edits, reach] of [...trace.entries()].reverse()) {
    const k = x - y
    const start = startOn(reach, k, edits)
    for (; x > start; y--) path.push({type: '=', text: before[--x] ?? ''})
    if (edits > 0) path.push(goesDown(reach, k, edits) ? {type: '+', text: after[--y] ?? ''} : {type: '-', text: before[--x] ?? ''})
  }
  return path.reverse()
}
