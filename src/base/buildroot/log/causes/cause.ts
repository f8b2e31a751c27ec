/** What a text is made from: named groups of the pattern that matched, and the lines that matter of the failure. */
export interface Seen {
  groups: Readonly<Record<string, string>>
  lines: readonly string[]
}

type Words = string | ((seen: Seen) => string)

/** A well-known cause of a failed build. */
export interface Cause {
  /** Stable: `hash-mismatch`. */
  name: string
  /** One of them matches a line of the log. */
  patterns: readonly RegExp[]
  /** What went wrong, and why, in words. */
  cause: Words
  /** What to do. */
  wayOut: Words
  /** Such lines also stand in logs of builds that end well: counts only where it stands right before the failure and nothing else is known. */
  sign?: true
}

export const inWords = (words: Words, seen: Seen): string => typeof words === 'string' ? words : words(seen)

/** The first group called `group` that `pattern` finds in the lines. */
export function find({lines}: Seen, pattern: RegExp): string | undefined {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) return found
  }

  return undefined
}

/** All that `pattern`'s first group finds in the lines, each once. */
export const findAll = ({lines}: Seen, pattern: RegExp): string[] => [...new Set(lines.flatMap(line => pattern.exec(line)?.[1] ?? []))]
