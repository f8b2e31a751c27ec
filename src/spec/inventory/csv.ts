/** A cell and where it begins; line and column count from 1, columns in UTF-16 units. */
export interface Cell {
  text: string
  line: number
  column: number
  /** Of its source, quotes included. */
  from: number
  to: number
}

export type CsvResult = {table: CsvTable, problem?: never} | {table?: never, problem: CsvProblem}

interface CsvProblem {
  line: number
  column: number
  message: string
  fix: string
}

/** Rows of which each is read when it is wanted: of tens of thousands, where they begin is all that is held. */
export class CsvTable {
  readonly #text: string
  readonly #separator: string
  readonly #starts: readonly number[]
  readonly #lines: readonly number[]

  constructor(text: string, {separator, starts, lines}: {separator: string, starts: readonly number[], lines: readonly number[]}) {
    this.#text = text
    this.#separator = separator
    this.#starts = starts
    this.#lines = lines
  }

  /** What `make` makes of each row but the first, one after the other. */
  mapBody<T>(make: (cells: Cell[], index: number) => T[]): T[] {
    return this.#starts.flatMap((_, index) => index === 0 ? [] : make(this.row(index), index))
  }

  /** Cells of a row, from 0 on. */
  row(index: number): Cell[] {
    const [from, line] = [this.#starts[index], this.#lines[index]]
    return from === undefined || line === undefined ? [] : readRow(this.#text, this.#separator, {from, line}).cells ?? []
  }
}

/** What spreadsheets of different countries put between cells. */
const SEPARATORS = [',', ';', '\t'] as const

/** A first line by which Excel is told what stands between cells; it is no row. */
const SEPARATOR_LINE = /^sep=([,;\t])(?:\r\n|\n|\r)/i

/**
 * Rows of cells as RFC 4180 has them, separated by what the first line shows or, to Excel, says (`sep=;`): comma, semicolon or tabulator.
 * Line ends may be those of any system; empty lines are left out. Blanks around a cell that is not quoted are not part of it.
 */
export function parseCsv(source: string): CsvResult {
  const text = source.replace(/^\uFEFF/, '')
  const said = SEPARATOR_LINE.exec(text)
  const separator = said?.[1] ?? separatorOf(text)
  const [starts, lines]: [number[], number[]] = [[], []]
  for (let mark: Mark | undefined = said ? {from: said[0].length, line: 2} : {from: 0, line: 1}; mark;) {
    const {cells, next, problem}: RowResult = readRow(text, separator, mark)
    if (problem) return {problem}
    if (cells.some(cell => cell.text !== '')) {
      starts.push(mark.from)
      lines.push(mark.line)
    }

    mark = next
  }

  return {table: new CsvTable(text, {separator, starts, lines})}
}

/** Where a row begins. */
interface Mark {
  from: number
  line: number
}

type RowResult = {cells: Cell[], next: Mark | undefined, problem?: never} | {cells?: never, next?: never, problem: CsvProblem}

function readRow(text: string, separator: string, mark: Mark): RowResult {
  const cells: Cell[] = []
  let {from: at, line} = mark
  let lineStart = at
  for (;;) {
    const from = at
    const column = from - lineStart + 1
    if (text[at] === '"') {
      const end = closingQuote(text, at)
      const after = end === undefined ? undefined : text[end + 1]
      if (end === undefined) return {problem: {line, column, message: 'a quote is opened and never closed', fix: 'close it, or write "" for a quote inside quotes'}}
      if (after !== undefined && after !== separator && after !== '\n' && after !== '\r') {
        return {problem: {line, column: end - lineStart + 2, message: 'something stands between the closing quote and the end of the cell', fix: 'write "" for a quote inside quotes'}}
      }

      const quoted = text.slice(at + 1, end)
      cells.push({text: quoted.replaceAll('""', '"'), line, column, from, to: end + 1})
      line += lineEnds(quoted)
      if (quoted.includes('\n')) lineStart = text.lastIndexOf('\n', end) + 1
      at = end + 1
    } else {
      at = endOfPlain(text, at, separator)
      cells.push({text: text.slice(from, at).trim(), line, column, from, to: at})
    }

    if (text[at] === separator) {
      at++
      continue
    }

    if (at >= text.length) return {cells, next: undefined}
    return {cells, next: {from: at + (text.startsWith('\r\n', at) ? 2 : 1), line: line + 1}}
  }
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
