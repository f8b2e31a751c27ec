import type {Bundle} from '../bundle.js'

type Ingredients = NonNullable<Bundle['ingredients']>
type Ingredient = Ingredients[string]

/** What a project needs of a base. */
export interface WantedBase {
  key: string
  provider: Bundle['provider']
  board: string
  /** As its bundle would have them. */
  ingredients?: Ingredients
}

/** Hex of 128 bits and more: nobody reads it. */
const HASH = /^(?:sha\d+[:-])?[0-9a-f]{32,}$/i
const LONGEST = 60

/** Why a base is not the one wanted, a finding a line; empty where it fits. The key decides, the ingredients say what is different. */
export function misfit(bundle: Pick<Bundle, 'key' | 'provider' | 'board' | 'ingredients'>, wanted: WantedBase): string[] {
  if (bundle.key === wanted.key) return []
  const plain = [
    ...bundle.provider === wanted.provider ? [] : [`it is a base of ${bundle.provider}, wanted ${wanted.provider}`],
    ...bundle.board === wanted.board ? [] : [`it is for ${bundle.board}, wanted ${wanted.board}`],
  ]
  const told = bundle.ingredients !== undefined && wanted.ingredients !== undefined
  const ingredients = told ? differences([], bundle.ingredients, wanted.ingredients).filter(({name}) => name !== 'board' && name !== 'provider').map(({words}) => words) : []
  const all = [...plain, ...ingredients]
  if (all.length > 0) return all
  const unknown = told ? 'what went into it is the same as far as it tells' : 'it does not tell what went into it'
  return [`its key is ${bundle.key.slice(0, 12)}, wanted ${wanted.key.slice(0, 12)}; ${unknown}`]
}

interface Difference {
  name: string
  words: string
}

function differences(path: readonly string[], have: Ingredient | undefined, want: Ingredient | undefined): Difference[] {
  if (isRecord(have) && isRecord(want)) {
    return [...new Set([...Object.keys(have), ...Object.keys(want)])].sort()
      .flatMap(name => differences([...path, name], Object.hasOwn(have, name) ? have[name] : undefined, Object.hasOwn(want, name) ? want[name] : undefined))
  }

  if (JSON.stringify(have) === JSON.stringify(want)) return []
  const name = path.map(inWords).join(' ')
  return [{name: path.join('.'), words: wordsFor(name, have, want)}]
}

function wordsFor(name: string, have: Ingredient | undefined, want: Ingredient | undefined): string {
  if (have === undefined) return `${name} is missing${ofValue(want)}`
  if (want === undefined) return `${name}${ofValue(have)} is not wanted`
  const [is, should] = [shown(have), shown(want)]
  return is === undefined || should === undefined || is === should ? `${name} differs` : `${name} ${is}, wanted ${should}`
}

const ofValue = (value: Ingredient | undefined): string => {
  const text = value === undefined ? undefined : shown(value)
  return text === undefined ? '' : ` (${text})`
}

/** A value as a person can compare it; undefined for hashes and long ones. */
function shown(value: Ingredient): string | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return HASH.test(text) || text.length > LONGEST ? undefined : text
}

/** `kernelFragment` → `kernel fragment`; paths and names with a capital first, as Buildroot, stay. */
const inWords = (name: string): string => /^[a-z]+(?:[A-Z][a-z]+)+$/.test(name) ? name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`) : name

function isRecord(value: Ingredient | undefined): value is Ingredients {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
