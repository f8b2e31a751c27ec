import {parseRange, type Prefix} from '../../network/address.js'
import type {Place} from '../finding.js'
import type {OverlayText} from '../project-text.js'
import {wordsOf, type Word} from './words.js'

/** A statement of smcroute.conf(5) as smcrouted 2.5.7 reads it: words, no quotes, a comment only at the start of a line. */
export interface SmcrouteStatement {
  kind: 'mgroup' | 'mroute'
  place: Place
  from: string
  group?: {text: string, range?: Prefix, place: Place}
  source?: {text: string, range?: Prefix, place: Place}
  to: readonly {name: string, place: Place}[]
}

export interface PhyintStatement {
  place: Place
  name: string
  enabled: boolean
  ttlThreshold?: {value: string, place: Place}
}

export interface SmcrouteConf {
  routes: readonly SmcrouteStatement[]
  phyints: readonly PhyintStatement[]
  /** `# …` after a statement: smcrouted takes the words as interface names. */
  trailingComments: readonly Place[]
  /** Lines that are no statement: smcrouted logs "Parse error" without a line number and goes on. */
  unreadable: readonly Place[]
}

export const SMCROUTE_CONF = 'etc/smcroute.conf'

export function parseSmcrouteConf({text, file}: OverlayText): SmcrouteConf {
  const routes: SmcrouteStatement[] = []
  const phyints: PhyintStatement[] = []
  const trailingComments: Place[] = []
  const unreadable: Place[] = []
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(source)
    const [first] = words
    if (!first || first.text.startsWith('#')) continue
    const placeOf = ({column}: Word): Place => ({file, line: index + 1, column})
    const comment = words.findIndex(word => word.text.startsWith('#'))
    const comments = words[comment]
    if (comments) trailingComments.push(placeOf(comments))
    const statement = comments ? words.slice(0, comment) : words
    const route = readRoute(statement, placeOf)
    const phyint = readPhyint(statement, placeOf)
    if (route) routes.push(route)
    else if (phyint) phyints.push(phyint)
    else if (first.text !== 'include') unreadable.push(placeOf(first))
  }

  return {routes, phyints, trailingComments, unreadable}
}

function readRoute(words: readonly Word[], placeOf: (word: Word) => Place): SmcrouteStatement | undefined {
  const [first] = words
  if (first?.text !== 'mgroup' && first?.text !== 'mroute') return undefined
  const toAt = words.findIndex(word => word.text === 'to')
  const head = toAt === -1 ? words : words.slice(0, toAt)
  const after = (keyword: string): Word | undefined => head[head.findIndex((word, index) => index > 0 && word.text === keyword) + 1]
  const named = (keyword: string): Word | undefined => head.some((word, index) => index > 0 && word.text === keyword) ? after(keyword) : undefined
  const from = named('from')
  if (!from || first.text === 'mroute' && toAt === -1) return undefined
  const group = named('group')
  const source = named('source')
  return {
    kind: first.text,
    place: placeOf(first),
    from: from.text,
    ...group ? {group: valueOf(group, placeOf)} : {},
    ...source ? {source: valueOf(source, placeOf)} : {},
    to: toAt === -1 ? [] : words.slice(toAt + 1).map(word => ({name: word.text, place: placeOf(word)})),
  }
}

function valueOf(word: Word, placeOf: (word: Word) => Place): NonNullable<SmcrouteStatement['group']> {
  const range = parseRange(word.text)
  return {text: word.text, place: placeOf(word), ...range ? {range} : {}}
}

function readPhyint(words: readonly Word[], placeOf: (word: Word) => Place): PhyintStatement | undefined {
  const [first, name] = words
  if (first?.text !== 'phyint' || !name) return undefined
  const at = words.findIndex(word => word.text === 'ttl-threshold' || word.text === 'threshold')
  const threshold = at === -1 ? undefined : words[at + 1]
  return {
    place: placeOf(first),
    name: name.text,
    enabled: !words.some(word => word.text === 'disable'),
    ...threshold ? {ttlThreshold: {value: threshold.text, place: placeOf(threshold)}} : {},
  }
}

/** Does the name in smcroute.conf mean this interface? A trailing + is a wildcard. */
export const namesInterface = (pattern: string, name: string): boolean => pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
