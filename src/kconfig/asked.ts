/** A line of a file that asks something of Kconfig. */
export interface Place {
  file: string
  /** From 1. */
  line: number
}

export interface AskedSymbol extends Place {
  /** With its prefix: CONFIG_X, BR2_X. */
  symbol: string
  /** As in a .config: y, m, n, "text", 12, 0x1f. */
  value: string
}

/** One option that is not what was asked for. */
export interface Breach {
  symbol: string
  asked: string
  /** As in a .config; n for what is not set or not there. */
  got: string
  /** The line that asked; absent where brmc itself asks (`feature`). */
  place?: Place
  /** Feature of src/kconfig/features.ts that needs it. */
  feature?: string
}

const ASSIGNMENT = /^((?:CONFIG|BR2)_\w+)=(.*)$/
const UNSET = /^# ((?:CONFIG|BR2)_\w+) is not set/

/** What a defconfig or fragment asks for, line by line. `# X is not set` asks for n. */
export function askedLines(text: string, file: string): AskedSymbol[] {
  return text.split('\n').flatMap((line, index) => {
    const place = {file, line: index + 1}
    const [, set, value = ''] = ASSIGNMENT.exec(line.trimEnd()) ?? []
    const [, unset] = UNSET.exec(line) ?? []
    if (set !== undefined) return [{symbol: set, value: asKconfigReads(value), ...place}]
    return unset === undefined ? [] : [{symbol: unset, value: 'n', ...place}]
  })
}

/** Of y, m and n Kconfig looks at the first letter only (conf_set_sym_val of scripts/kconfig/confdata.c). */
const asKconfigReads = (value: string): string => /^[ymn]/.exec(value)?.[0] ?? value

/** The lines that count: a later one for the same symbol takes the place of an earlier one, also across files in merge order. */
export function lastAsked(lines: readonly AskedSymbol[]): AskedSymbol[] {
  return [...new Map(lines.map(line => [line.symbol, line])).values()]
}

/** Lines that say nothing to Kconfig, which passes over them: neither an option, a comment nor blank. */
export function strayLines(text: string, file: string): (Place & {text: string})[] {
  return text.split('\n').flatMap((line, index) => {
    const content = line.trimEnd()
    const said = content === '' || content.startsWith('#') || ASSIGNMENT.test(content)
    return said ? [] : [{file, line: index + 1, text: content}]
  })
}

/**
 * What was asked for and did not come out.
 * @param got of `parseConfig`, or of Kconfig's answer
 * @param accepted of `acceptedValues`: `y` of a feature that is as good with m
 */
export function compareAsked(
  asked: readonly AskedSymbol[],
  got: ReadonlyMap<string, string>,
  accepted: ReadonlyMap<string, readonly string[]> = new Map(),
): Breach[] {
  return lastAsked(asked).flatMap(({symbol, value, file, line}) => {
    const actual = got.get(symbol) ?? 'n'
    const kept = same(value, actual) || (value === 'y' && accepted.get(symbol)?.includes(actual) === true)
    return kept ? [] : [{symbol, asked: value, got: actual, place: {file, line}}]
  })
}

/** An empty text and an option that is not there are the same wish; 0x0A and 0xa the same number. */
function same(asked: string, got: string): boolean {
  const hex = /^0x[0-9a-f]+$/i
  return asked === got || (asked === '""' && got === 'n') || (hex.test(asked) && hex.test(got) && BigInt(asked) === BigInt(got))
}
