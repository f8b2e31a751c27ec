/** A word of a line and the column it starts at, from 1. */
export interface Word {
  text: string
  column: number
}

/** A line of a file as words. */
export interface WordLine {
  line: number
  words: readonly Word[]
}

/** Splits at white space. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map(match => ({text: match[0], column: match.index + 1}))
}

/**
 * Lines of a shell script as words: quotes taken off, comments dropped, lines that end in a backslash joined (the words keep the
 * line they began on as that of the first). `;`, `&&`, `||`, `|` and `&` part commands. No expansion: `$IF` stays `$IF`.
 */
export function shellCommands(text: string): WordLine[] {
  const commands: WordLine[] = []
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1
    let source = lines[index] ?? ''
    while (source.endsWith('\\') && index + 1 < lines.length) {
      index += 1
      source = `${source.slice(0, -1)} ${lines[index] ?? ''}`
    }

    commands.push(...commandsOfLine(source).map(words => ({line, words})))
  }

  return commands
}

/** What an unquoted word may be made of: runs of plain characters and quoted pieces; or an operator; or a comment. */
const TOKEN = /(?<comment>(?<=^|\s)#.*$)|(?<operator>\|\||&&|[;|&])|(?<word>(?:[^\s;|&"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'])+)/g

function commandsOfLine(source: string): Word[][] {
  const commands: Word[][] = [[]]
  for (const match of source.matchAll(TOKEN)) {
    const {operator, word} = match.groups ?? {}
    if (operator !== undefined) commands.push([])
    if (word !== undefined) commands.at(-1)?.push({text: unquote(word), column: match.index + 1})
  }

  return commands.filter(words => words.length > 0)
}

const unquote = (word: string): string => word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) =>
  double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '')
