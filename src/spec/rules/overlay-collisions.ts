import type {Named} from '../../overlay/declaration.js'
import {matcherOf} from '../../overlay/pattern.js'
import type {Place} from '../finding.js'
import {META_ENDING} from '../project-text.js'
import type {LaidLayer, LaidLayers, LaidReplacement} from './laid-layers.js'
import type {LaidContext, Problem, Rule} from './rule.js'

/** More of the same two layers are told in one. */
const SINGLE = 5

export const overlayReplacesOnPurpose: Rule<LaidContext> = {
  id: 'N123',
  name: 'overlayReplacesOnPurpose',
  // That the later wins is how overlays work: whether it was meant only their author knows.
  severity: 'warning',
  check({laid}) {
    const collisions = (laid?.replacements ?? []).filter(one => one.over.length > 0 && !one.by.isOwn && !one.isAlike)
    const unmeant = collisions.filter(one => !one.by.replaces.some(named => isMeant(named, one)))
    return pairsOf(unmeant).flatMap(pair => pair.length > SINGLE ? [severalProblem(pair)] : pair.map(one => problemOf(one)))
  },
}

export const overlayReplacesSomething: Rule<LaidContext> = {
  id: 'N124',
  name: 'overlayReplacesSomething',
  severity: 'warning',
  check: ({laid}) => (laid?.layers ?? []).flatMap(layer => layer.replaces.filter(({place}) => laid?.used.has(place) === false).map((named): Problem => ({
    place: placeIn(named.place),
    message: brings(layer, named) ? `what ${layer.name} has at /${named.path} takes the place of nothing` : `${layer.name} has nothing at /${named.path}`,
    fix: 'take it out of replaces, or correct the path',
  }))),
}

/** Places of the `replaces` that speak of something in this deployment. Of what an overlay brings over a base that is not known nobody can say that it replaces nothing. */
export function usedReplaces({layers, replacements, hasBase}: Omit<LaidLayers, 'used'>): string[] {
  return layers.flatMap(layer => layer.replaces.filter(named =>
    replacements.some(one => one.by === layer && isMeant(named, one)) || !hasBase && brings(layer, named)).map(({place}) => place))
}

/** Those of the same two layers together. */
function pairsOf(collisions: readonly LaidReplacement[]): [LaidReplacement, ...LaidReplacement[]][] {
  const pairs = new Map<string, [LaidReplacement, ...LaidReplacement[]]>()
  for (const one of collisions) {
    const key = JSON.stringify([one.by.name, one.over[0]?.name])
    const pair = pairs.get(key)
    if (pair) pair.push(one)
    else pairs.set(key, [one])
  }

  return [...pairs.values()]
}

/** As it is written, or as it lies in the root, where links lead elsewhere. */
function isMeant({path}: Named, replacement: LaidReplacement): boolean {
  const matches = matcherOf(path)
  return matches(replacement.path) || matches(replacement.entry.path)
}

const brings = ({entries}: LaidLayer, {path}: Named): boolean => entries.some(entry => matcherOf(path)(entry.path))

function severalProblem(pair: readonly [LaidReplacement, ...LaidReplacement[]]): Problem {
  const [{by, entry, over: [over]}] = pair
  const shown = pair.slice(0, SINGLE).map(({path}) => `/${path}`).join(', ')
  return {
    place: placeOf(by, entry.path),
    message: `${shown} and ${pair.length - SINGLE} more of ${by.name} take the place of what ${whoseIs(over)}`,
    fix: `delete one of each two; if it is meant, name them or a pattern under replaces: in ${by.name}${META_ENDING}`,
  }
}

function problemOf({path, by, entry, before, over: [over]}: LaidReplacement): Problem {
  const isDirectory = before.type === 'directory'
  const differ = isDirectory !== (entry.type === 'directory')
  const what = isDirectory ? 'the directory, with all that is in it, that' : differ ? `the ${before.type} that` : 'what'
  const other = over?.kind === 'folder' ? `${over.name}/${path}` : `that of ${over?.name ?? ''}`
  return {
    place: placeOf(by, entry.path),
    message: `${differ ? `the ${entry.type} ` : ''}/${path} of ${by.name} takes the place of ${what} ${whoseIs(over)}`,
    fix: `${over?.isOwn ? 'delete it, and let brmc.yaml say it' : `delete it, or ${other}`}; if it is meant, say so in ${by.name}${META_ENDING}: replaces: [${path}]`,
  }
}

const whoseIs = (layer: LaidLayer | undefined): string => layer?.isOwn ? `brmc makes there (${layer.name})` : `${layer?.name ?? ''} has there`

const placeOf = ({name, kind}: LaidLayer, path: string): Place => ({file: kind === 'folder' ? `${name}/${path}` : name, line: 1, column: 1})

/** `<file>:<line>:<column>` */
function placeIn(text: string): Place {
  const [, file = text, line = '1', column = '1'] = /^(.*):(\d+):(\d+)$/s.exec(text) ?? []
  return {file, line: Number(line), column: Number(column)}
}
