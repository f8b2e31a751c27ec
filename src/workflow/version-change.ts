/** A line of what an upgrade changes. */
export interface VersionChange {
  name: string
  /** Absent: new. */
  from?: string
  /** Absent: gone. */
  to?: string
}

/** What differs between two sets of versions, by name. */
export function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): VersionChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap(name => {
    const [from, to] = [before.get(name), after.get(name)]
    return from === to ? [] : [{name, ...from !== undefined && {from}, ...to !== undefined && {to}}]
  })
}
