import {compareAsked, lastAsked, type AskedSymbol, type Breach} from './asked.js'
import type {ExplainedBreach} from './format-breaches.js'
import {restsOnCompiler, type Facts, type KconfigKind} from './question.js'
import {explain} from './why.js'

export interface Judgement {
  kind: KconfigKind
  /** In merge order. */
  asked: readonly AskedSymbol[]
  /** Kconfig's answer, by symbol. */
  facts: Readonly<Record<string, Facts>>
  /** Of `acceptedValues`. */
  accepted?: ReadonlyMap<string, readonly string[]>
}

/**
 * What of `asked` Kconfig says will not come out, with the reasons: asked before anything is compiled.
 * @param compilerKnown false where the machine's own compiler stood in for the kernel's: what rests on it is then left for later
 */
export function foreseenBreaches({compilerKnown, ...judgement}: Judgement & {compilerKnown: boolean}): ExplainedBreach[] {
  const {asked, facts, accepted} = judgement
  const values = new Map(Object.entries(facts).map(([symbol, fact]) => [symbol, fact.known ? fact.value : 'n']))
  const breaches = [...compareAsked(asked, values, accepted), ...removedOptions(asked, facts)]
  return explainBreaches(breaches, judgement).filter(({symbol}) => {
    const fact = facts[symbol]
    return compilerKnown || fact === undefined || !restsOnCompiler(fact)
  })
}

/** Breaches found in a real .config (`compareAsked`, `compareContract`), with Kconfig's reasons where it was asked of them. */
export function explainBreaches(breaches: readonly Breach[], {kind, asked, facts}: Judgement): ExplainedBreach[] {
  const lines = new Map(lastAsked(asked).map(line => [line.symbol, line]))
  return breaches.map(breach => ({...breach, ...explain(breach, facts[breach.symbol], {kind, asked: lines})}))
}

/** Options of Config.in.legacy come out as asked, and then Buildroot refuses to build. */
function removedOptions(asked: readonly AskedSymbol[], facts: Judgement['facts']): Breach[] {
  return lastAsked(asked).flatMap(({symbol, value, file, line}) => {
    const fact = facts[symbol]
    const said = !['n', '""', '0'].includes(value)
    return said && fact?.known === true && fact.legacy === true && fact.value === value ? [{symbol, asked: value, got: value, place: {file, line}}] : []
  })
}
