import type {Finding} from './finding.js'

interface FormatOptions {
  /** Text of each file with its secrets hidden (shownTexts), for excerpts. */
  texts: ReadonlyMap<string, string>
  colour: boolean
  /** Width of the screen in columns; below 80 counts as 80. */
  columns?: number
}

/**
 * Findings for people: `file:line:column severity rule`, what is wrong, the line with a caret under the place,
 * what was seen in practice, what to do. An empty text for no findings.
 */
export function formatFindings(findings: readonly Finding[], {texts, colour, columns = 100}: FormatOptions): string {
  const width = Math.max(80, columns)
  return findings.map(finding => formatFinding(finding, {texts, paint: colour ? paint : plain, width})).join('\n')
}

type Paint = (colour: keyof typeof COLOURS, text: string) => string

const COLOURS = {red: 31, yellow: 33, cyan: 36, grey: 90} as const
const paint: Paint = (colour, text) => `\u001B[${COLOURS[colour]}m${text}\u001B[39m`
const plain: Paint = (_, text) => text

function formatFinding(finding: Finding, {texts, paint: dye, width}: {texts: ReadonlyMap<string, string>, paint: Paint, width: number}): string {
  const {file, line, column, severity, rule, message, seen, fix, deployment} = finding
  const head = `${dye('cyan', `${file}:${line}:${column}`)} ${dye(severity === 'error' ? 'red' : 'yellow', severity)} ${rule}`
  const within = deployment === undefined ? '' : ` (deployment ${deployment})`
  const paragraph = (label: string, text: string): string[] => wrap(`${label}${text}`, width - 2).map((part, index) => index === 0 ? `  ${part}` : `    ${part}`)
  return [
    `${head}${within}`,
    ...paragraph('', message),
    ...excerpt(texts.get(file)?.split(/\r?\n/)[line - 1], {line, column, width}).map(part => dye('grey', part)),
    ...seen === undefined ? [] : paragraph('seen: ', seen),
    ...paragraph('→ ', fix),
    '',
  ].join('\n')
}

/** The line and a caret below its column; of a long line the part around the column. */
function excerpt(source: string | undefined, {line, column, width}: {line: number, column: number, width: number}): string[] {
  if (source === undefined || source.trim() === '') return []
  const gutter = `  ${line} | `
  const room = width - gutter.length - 2
  const start = column > room ? column - Math.floor(room / 2) : 0
  // A tab is shown as one space and a control character as a dot, so that the caret stands where it should.
  const visible = source.replaceAll('\t', ' ').replace(/\p{Cc}/gu, '·').slice(start, start + room)
  const caret = `${' '.repeat(gutter.length - 2)}| ${' '.repeat(Math.max(0, column - 1 - start))}^`
  return [`${gutter}${start > 0 ? `…${visible.slice(1)}` : visible}`, caret]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width - 2) {
      lines.push(current)
      current = word
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }

  return [...lines, current]
}
