/** Where a value stands in a spec: `['multicast', 'routes', 0, 'group']`. */
export type SpecPath = readonly (string | number)[]

export type Severity = 'error' | 'warning'

/** A place in a text file; line and column count from 1, columns in UTF-16 units, as editors do. */
export interface Place {
  file: string
  line: number
  column: number
}

/** One thing that is wrong, or will go wrong, in what the user wrote. */
export interface Finding extends Place {
  /** `M01` … of the rules, or the name of a check that comes before them: `unknown-key`, `yaml`, … */
  rule: string
  severity: Severity
  /** Path of the key in the spec; empty where the place is in another file. */
  path: SpecPath
  /** What is wrong. Never holds a secret. */
  message: string
  /** What was seen to go wrong in practice. */
  seen?: string
  /** What to do about it. */
  fix: string
  /** The deployment in which it is wrong, where the project file alone is right. */
  deployment?: string
}

/** By place, errors before warnings at the same place; what is said twice of one place is left once. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const once = new Map<string, Finding>()
  for (const finding of findings) {
    const {rule, file, line, column, message} = finding
    const key = JSON.stringify([rule, file, line, column, message])
    if (!once.has(key)) once.set(key, finding)
  }

  return [...once.values()].sort((one, other) =>
    compare(one.file, other.file) || one.line - other.line || one.column - other.column
    || compare(one.severity, other.severity) || compare(one.rule, other.rule))
}

const compare = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/** What stands at `path` of a value; undefined where nothing does. */
export function valueAt(value: unknown, path: SpecPath): unknown {
  let at = value
  for (const key of path) at = (at as Readonly<Record<string, unknown>> | null | undefined)?.[key]
  return at
}

/** `multicast.routes[0].group`, or `the file` for the whole. */
export function pathText(path: SpecPath): string {
  if (path.length === 0) return 'the file'
  return path.map((key, index) => typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`).join('')
}
