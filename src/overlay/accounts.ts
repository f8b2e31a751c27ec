import {BrmcError} from '../errors.js'
import type {Nearest} from './declare.js'
import type {Declaration, Declarations} from './declaration.js'

/** Numbers by name. */
export interface Accounts {
  users: ReadonlyMap<string, number>
  groups: ReadonlyMap<string, number>
}

/** From the texts of etc/passwd and etc/group (passwd(5), group(5)); lines that are neither are passed over. */
export function accountsOf(passwd: string, group: string): Accounts {
  return {users: numbersOf(passwd), groups: numbersOf(group)}
}

function numbersOf(text: string): Map<string, number> {
  // Of a name that stands twice, the first counts.
  return new Map(text.split('\n').map(line => line.split(':')).filter(([, , id = '']) => /^\d+$/.test(id)).map(([name = '', , id]): [string, number] => [name, Number(id)]).reverse())
}

/** Every name of an owner as its number. Throws BrmcError OVERLAY_INVALID with all names that no account has. */
export function withNumbers(declarations: Declarations<number | string>, {users, groups}: Accounts, nearest?: Nearest): Declarations {
  const problems: string[] = []
  const numberOf = (owner: number | string, known: ReadonlyMap<string, number>, {place, what}: {place: string, what: string}): number => {
    if (typeof owner === 'number') return owner
    const id = known.get(owner)
    if (id !== undefined) return id
    const meant = nearest?.(owner, Array.from(known.keys()))
    problems.push(`${place}: there is no ${what} ${owner} in the root${meant === undefined ? '' : `; did you mean ${meant}?`}`)
    return 0
  }

  const paths = declarations.paths.map(({owner, group, ...rest}): Declaration => ({
    ...rest,
    ...owner !== undefined && {owner: numberOf(owner, users, {place: rest.place, what: 'user'})},
    ...group !== undefined && {group: numberOf(group, groups, {place: rest.place, what: 'group'})},
  }))
  if (problems.length === 0) return {...declarations, paths}
  throw new BrmcError('OVERLAY_INVALID', 'an owner is named that the root does not know', {
    details: problems,
    suggestions: ['give the number, or an etc/passwd and etc/group with the name in an overlay'],
  })
}
