/** What becomes of an option in the user's own file: its line there, or undefined where it is to have none. */
export type LineChanges = ReadonlyMap<string, string | undefined>

const OPTION = /^(?:((?:CONFIG|BR2)_\w+)=.*|# ((?:CONFIG|BR2)_\w+) is not set)\s*$/

/** An option as a line of a .config: `n` has a form of its own. */
export const optionLine = (symbol: string, value: string): string => value === 'n' ? `# ${symbol} is not set` : `${symbol}=${value}`

/**
 * The user's file with changes laid into it. Lines that no change concerns stay as they are, comments too; a changed option keeps its place (of
 * several lines for it the last one counts, so the others go), new ones come at the end, by name. With nothing to change the text is the same.
 */
export function mergeUserLines(text: string, changes: LineChanges): string {
  const lines = text.split('\n')
  const symbols = lines.map(symbolOf)
  const kept = lines.flatMap((line, index) => {
    const symbol = symbols[index]
    if (symbol === undefined || !changes.has(symbol)) return [line]
    const wanted = changes.get(symbol)
    return wanted === undefined || symbols.lastIndexOf(symbol) !== index ? [] : [wanted]
  })
  const added = [...changes].flatMap(([symbol, line]) => line === undefined || symbols.includes(symbol) ? [] : [{symbol, line}])
    .sort((a, b) => a.symbol < b.symbol ? -1 : 1)
    .map(({line}) => line)
  if (added.length === 0) return kept.join('\n')
  const before = kept.join('\n')
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${added.join('\n')}\n`
}

function symbolOf(line: string): string | undefined {
  const [, set, unset] = OPTION.exec(line) ?? []
  return set ?? unset
}
