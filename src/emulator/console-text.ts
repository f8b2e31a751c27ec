/** Control sequences of ECMA-48 that shells and kernels send to a terminal, and carriage returns. */
// eslint forbids control characters in literals for good reason; here they are the subject.
const ESCAPE = String.fromCodePoint(27)
const SEQUENCES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]|${ESCAPE}[()][A-Z0-9]|${ESCAPE}[78=>]|\\r`, 'g')

/** Console output as plain text; a sequence that is cut at the end stays for the next chunk. */
export const cleanConsole = (text: string): string => text.replaceAll(SEQUENCES, '')

/** What a command printed between its two marks, and the status behind the second. The prompt and the typed echo are left out. */
export function outputBetween(text: string, id: number, prompt: string): {output: string, status: number} {
  const lines = text.split('\n')
  const begin = lines.findIndex(line => line === `brmc-begin-${id}`)
  const end = lines.findIndex((line, at) => at > begin && new RegExp(`^brmc-end-${id} \\d+$`).test(line))
  const printed = lines.slice(begin + 1, end).filter(line => !line.startsWith(`${prompt}echo "brmc-""end-${id}"`))
  return {output: printed.join('\n'), status: Number(lines[end]?.split(' ')[1])}
}
