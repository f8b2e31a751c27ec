/** Number of letters to insert, remove, replace or swap with a neighbour to make one text of the other (Damerau-Levenshtein, optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({length: other.length + 1}, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (last[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1)
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
        ? (beforeLast[column - 2] ?? 0) + 1
        : Infinity
      current.push(Math.min(replaced, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }

    beforeLast = last
    last = current
  }

  return last[other.length] ?? 0
}

/** The candidate that was probably meant; undefined where none is near. */
export function didYouMean(text: string, candidates: readonly string[]): string | undefined {
  const lower = text.toLowerCase()
  const near = candidates
    .map(candidate => ({candidate, distance: distanceTo(lower, candidate.toLowerCase())}))
    .filter(({candidate, distance}) => distance <= Math.max(1, Math.floor(Math.max(candidate.length, text.length) / 3)))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.candidate
}

/** Neither a hyphen nor an end that is left off is a difference worth counting: authorized-keys, raspberrypi4. */
function distanceTo(text: string, candidate: string): number {
  if (text.length > 3 && candidate.startsWith(text)) return 0
  const plain = (word: string): string => word.replace(/[-_]/g, '')
  return Math.min(editDistance(text, candidate), editDistance(plain(text), plain(candidate)))
}

/** ` Did you mean x?` or, where nothing is near, ` It can be a, b or c.` */
export function hint(text: string, candidates: readonly string[]): string {
  const meant = didYouMean(text, candidates)
  if (meant !== undefined) return `did you mean ${meant}?`
  return candidates.length === 0 ? 'remove it' : `it can be ${listed(candidates)}`
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], last = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`
}
