/** What the router's shell prints when it waits (docs/architecture.md). */
export const PROMPT = 'brmc# '

/** Control sequences of ECMA-48 that shells and kernels send to a terminal, and carriage returns. */
const ESCAPE = String.fromCodePoint(27)
const SEQUENCES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]|${ESCAPE}[()][A-Z0-9]|${ESCAPE}[78=>]|\\r`, 'g')

/** The beginning of a sequence whose end is still to come. */
const CUT_SEQUENCE = new RegExp(`${ESCAPE}[^A-Za-z]{0,15}$`)

/** A piece of console output as plain text; `rest` is a sequence cut at its end, to be put before the next piece. */
export function cleanConsole(piece: string): {text: string, rest: string} {
  const cleaned = piece.replaceAll(SEQUENCES, '')
  const cut = cleaned.search(CUT_SEQUENCE)
  return cut === -1 ? {text: cleaned, rest: ''} : {text: cleaned.slice(0, cut), rest: cleaned.slice(cut)}
}

/** The line to type: its output between two marks. The quotes keep the echo of what is typed from looking like what is printed. */
export const commandLine = (id: number, line: string): string => `echo "brmc-""begin-${id}"; ${line}; printf "\\nbrmc-""end-${id} $?\\n"\n`

/** Matches once the command has ended and the shell waits again. */
export const endOf = (id: number): RegExp => new RegExp(`^brmc-end-${id} (\\d+)$[^]*^${PROMPT}`, 'm')

/** What was printed between the marks without newlines at its end (as the shell's own $() has it), and the command's exit status. */
export function outputOf(text: string, id: number): {output: string, status: number} {
  const match = new RegExp(`^brmc-begin-${id}\\n([^]*?)\\n*^brmc-end-${id} (\\d+)$`, 'm').exec(text)
  return {output: match?.[1] ?? '', status: Number(match?.[2] ?? -1)}
}

/** `brmc: init 1.23` and `brmc: ready 3.45`: the guest's own uptime in seconds. A serial line that is set up again puts a stray byte before it. Whole lines only: output comes byte by byte. */
export const milestone = (name: 'init' | 'ready'): RegExp => new RegExp(`\\bbrmc: ${name} (\\d+(?:\\.\\d+)?)[^\\S\\n]*\\n`)
