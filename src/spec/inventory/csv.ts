/** A cell and where it begins; line and column count from 1, columns in UTF-16 units. */
export interface Cell {
  text: string
  line: number
  column: number
  /** Of its source, quotes included. */
  from: number
  to: number
}

export type CsvResult = {rows: Cell[][], problem?: never} | {rows?: never, problem: {line: number, column: number, message: string, fix: string}}

/** What spreadsheets of different countries put between cells. */
const SEPARATORS = [',', ';', '\t'] as const

/**
 * Rows of cells as RFC 4180 has them, separated by what the first line shows: comma, semicolon or tabulator. Line ends may be those of
 * any system; empty lines are left out. Blanks around a cell that is not quoted are not part of it.
 */
export function parseCsv(source: string): CsvResult {
  const text = source.replace(/^\uFEFF/, '')
  const separator = separatorOf(text)
  const rows: Cell[][] = []
  let row: Cell[] = []
  let [at, line, lineStart] = [0, 1, 0]
  while (at <= text.length) {
    const from = at
    const place = {line, column: from - lineStart + 1, from}
    if (text[at] === '"') {
      const end = closingQuote(text, at)
      const after = end === undefined ? undefined : text[end + 1]
      if (end === undefined) return {problem: {...place, message: 'a quote is opened and never closed', fix: 'close it, or write "" for a quote inside quotes'}}
      if (after !== undefined && after !== separator && after !== '\n' && after !== '\r') {
        return {problem: {line, column: end - lineStart + 2, message: 'something stands between the closing quote and the end of the cell', fix: 'write "" for a quote inside quotes'}}
      }

      const quoted = text.slice(at + 1, end)
      row.push({...place, text: quoted.replaceAll('""', '"'), to: end + 1})
      line += lineEnds(quoted)
      if (quoted.includes('\n')) lineStart = text.lastIndexOf('\n', end) + 1
      at = end + 1
    } else {
      at = endOfPlain(text, at, separator)
      row.push({...place, text: text.slice(from, at).trim(), to: at})
    }

    if (text[at] === separator) {
      at++
      continue
    }

    if (row.some(cell => cell.text !== '')) rows.push(row)
    row = []
    if (at >= text.length) break
    at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    lineStart = at
  }

  return {rows}
}

/** Whichever stands most often in the first line. */
function separatorOf(text: string): string {
  const first = /^[^\r\n]*/.exec(text)?.[0] ?? ''
  const count = (separator: string): number => first.split(separator).length
  return [...SEPARATORS].sort((one, other) => count(other) - count(one))[0] ?? ','
}

function closingQuote(text: string, opening: number): number | undefined {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }

  return undefined
}

function endOfPlain(text: string, from: number, separator: string): number {
  let at = from
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}

const lineEnds = (text: string): number => text.split(/\r\n|\n|\r/).length - 1
