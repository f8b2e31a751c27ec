/** Does a path of a `.meta.yaml` mean several? */
export const isPattern = (path: string): boolean => /[*?]/.test(path)

/**
 * Which paths `pattern` means: `?` is one character of a name, `*` any number of them, and a part `**` any number of folders (at the end: all below).
 * Not a regular expression: nobody's pattern shall take for ever.
 */
export function matcherOf(pattern: string): (path: string) => boolean {
  const written = pattern.split('/')
  const parts = (written.at(-1) === '**' ? [...written, '*'] : written).map(part => Array.from(part))
  const names = (part: readonly string[], name: readonly string[]): boolean => matches(part, name, letter => letter === '*', (one, other) => one === '?' || one === other)
  return path => matches(parts, path.split('/').map(name => Array.from(name)), part => part.join('') === '**', names)
}

/** The usual walk with one way back: what does not fit goes to the last star. */
function matches<T>(pattern: readonly T[], text: readonly T[], isStar: (one: T) => boolean, fits: (one: T, other: T) => boolean): boolean {
  let [at, star, from] = [0, -1, 0]
  for (let next = 0; next < text.length;) {
    const one = pattern[at]
    if (one !== undefined && isStar(one)) {
      [star, from] = [at, next]
      at++
    } else if (one !== undefined && fits(one, text[next] as T)) {
      at++
      next++
    } else {
      if (star === -1) return false
      at = star + 1
      next = ++from
    }
  }

  return pattern.slice(at).every(one => isStar(one))
}
