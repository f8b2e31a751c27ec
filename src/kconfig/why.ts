import type {AskedSymbol, Breach} from './asked.js'
import type {Condition, Facts, KconfigKind} from './question.js'

export interface Explanation {
  /** Cause in words; no full stop. */
  why: string
  /** What to do, each an order to the user. */
  advice: string[]
}

type Known = Extract<Facts, {known: true}>

/** Files of the tree that are the user's own. */
const OWN_FILE: Record<KconfigKind, string> = {
  buildroot: 'br2-external/user.defconfig',
  linux: 'br2-external/linux-user.fragment',
  busybox: 'br2-external/busybox-user.fragment',
}
const OWNER: Record<KconfigKind, string> = {buildroot: 'Buildroot', linux: 'this kernel', busybox: 'this BusyBox'}

export interface Circumstances {
  kind: KconfigKind
  /** All that was asked, by symbol: one line may be what another one fails of. */
  asked: ReadonlyMap<string, AskedSymbol>
}

/**
 * Kconfig's facts about an option that did not come out as asked, in words.
 * @param facts undefined where Kconfig could not be asked
 */
export function explain({symbol, asked, got}: Breach, facts: Facts | undefined, {kind, asked: lines}: Circumstances): Explanation {
  if (facts === undefined) return {why: `${OWNER[kind]}'s Kconfig made it ${got}`, advice: [takeAway]}
  if (!facts.known) {
    const near = facts.near.join(', ')
    return {why: `${OWNER[kind]} has no such option${near === '' ? '' : `; near: ${near}`}`, advice: [near === '' ? takeAway : 'correct the name, or take the line away']}
  }

  const cause = causes.find(({applies}) => applies(facts, asked, got))
  const remedy = facts.remedy ?? []
  return {
    why: cause?.why(facts, {symbol, asked, lines}) ?? `Kconfig (${facts.places.join(', ')}) made it ${got}`,
    advice: remedy.length > 0 ? [`add to ${OWN_FILE[kind]}: ${remedy.join(', ')}`] : [cause?.advice?.(facts, symbol) ?? takeAway],
  }
}

const takeAway = 'take the line away'

interface Cause {
  applies: (facts: Known, asked: string, got: string) => boolean
  why: (facts: Known, wish: {symbol: string; asked: string; lines: Circumstances['asked']}) => string
  advice?: (facts: Known, symbol: string) => string
}

const forced = ({selectedBy = []}: Known, asked: string): boolean => selectedBy.length > 0 && (asked === 'n' || asked === 'm')

/** The first that applies is told. */
const causes: readonly Cause[] = [
  {
    applies: ({legacy}) => legacy === true,
    why: ({prompt, places}) => `was taken out of Buildroot${prompt === undefined ? '' : `: ${prompt}`} (${places.join(', ')})`,
    advice: ({places}) => `read in ${places[0] ?? 'Config.in.legacy'} what has taken its place`,
  },
  {
    applies: ({type, rejected}, asked) => rejected === true && type === 'bool' && asked === 'm',
    why: ({places}) => `is a bool (${places.join(', ')}): built in or left out, never a module`,
    advice: (_, symbol) => `ask for ${symbol}=y`,
  },
  {
    applies: ({rejected}) => rejected === true,
    why: ({type, places}, {asked}) => `${asked} is no ${valueOf(type)} (${places.join(', ')})`,
    advice: ({type}, symbol) => `write it as in ${symbol}=${EXAMPLES[type] ?? 'y'}`,
  },
  {
    applies: ({fixup}) => fixup !== undefined,
    why: ({fixup = ''}) => `Buildroot's makefiles set ${fixup} after all fragments, for what else is asked of it`,
  },
  {
    applies: ({range, unmet = []}, asked) => range !== undefined && unmet.length === 0 && /^[-\dx]/.test(asked),
    why: ({range: [low, high] = ['', ''], places}) => `goes from ${low} to ${high} (${places.join(', ')})`,
    advice: () => 'ask for a number in that range',
  },
  {
    applies: forced,
    why: ({selectedBy = []}) => `is made ${selectedBy[0]?.value ?? 'y'} by ${selectedBy.map(({symbol, place}) => `${symbol} (${place})`).join(', ')}, which selects it`,
    advice: ({selectedBy = []}) => `leave ${selectedBy[0]?.symbol ?? 'that'} out, or take the line away`,
  },
  {
    applies: ({modulesOff}, asked) => modulesOff === true && asked === 'm',
    why: () => 'there are no modules: CONFIG_MODULES is n',
    advice: () => 'set CONFIG_MODULES=y',
  },
  {
    applies: ({prompt}) => prompt === undefined,
    why: ({places, selectors = []}) => `has no prompt (${places.join(', ')}): no line of a configuration sets it${selectable(selectors)}`,
  },
  {
    applies: ({unmet = []}) => unmet.length > 0,
    why: ({unmet = []}, {asked, lines}) => `${asked === 'n' ? 'can be switched off only with' : 'depends on'} ${inWords(unmet, lines)}`,
  },
  {
    applies: ({chosen}) => chosen !== undefined,
    why: ({chosen}, {symbol}) => chosen?.symbol === symbol
      ? `is the one of its choice (${chosen.place}), of which one has to be y`
      : `one of its choice only can be y, and that is ${chosen?.symbol ?? 'another'} (${chosen?.place ?? ''})`,
    advice: ({chosen}, symbol) => chosen?.symbol === symbol ? 'ask for another one of that choice' : `take the line away that asks for ${chosen?.symbol ?? 'it'}`,
  },
]

const EXAMPLES: Readonly<Record<string, string>> = {string: '"text"', int: '12', hex: '0x1f', tristate: 'm'}

function valueOf(type: string): string {
  return type === 'string' ? 'text in double quotes' : type === 'tristate' ? 'y, m or n' : type === 'bool' ? 'y or n' : `number (${type})`
}

function selectable(selectors: readonly {symbol: string; place: string}[]): string {
  return selectors.length === 0 ? '' : `, but one that selects it does: ${selectors.map(({symbol, place}) => `${symbol} (${place})`).join(', ')}`
}

/** NET_SCHED, which is n (net/sched/Kconfig:6) because it depends on NET, which is n (net/Kconfig:6; so asked in linux-user.fragment:3) */
function inWords(conditions: readonly Condition[], lines: Circumstances['asked']): string {
  return conditions.map(condition => oneInWords(condition, lines)).join('; and on ')
}

function oneInWords({expression, value, symbols, because, selectors}: Condition, lines: Circumstances['asked']): string {
  const [only] = symbols
  const single = only !== undefined && symbols.length === 1 && only.symbol.endsWith(expression)
  if (single && !only.known) return `${expression}, which is not there at all`
  const where = symbols.map(({symbol, value: has, place}) => {
    const line = lines.get(symbol)
    const so = line?.value === has ? `; so asked in ${line.file}:${line.line}` : ''
    return place === undefined ? `${symbol} is not there` : `${single ? '' : `${symbol} is ${has}, `}${place}${so}`
  })
  const deeper = because.length > 0 ? ` because it depends on ${inWords(because, lines)}` : ''
  return `${expression}, which is ${value}${where.length > 0 ? ` (${where.join('; ')})` : ''}${selectors === undefined ? '' : ` and has no prompt${selectable(selectors)}`}${deeper}`
}
