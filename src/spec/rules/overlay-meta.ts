import {META_ENDING} from '../project-text.js'
import type {Problem, Rule} from './rule.js'

export const overlayMetaIsWellFormed: Rule = {
  id: 'N120',
  name: 'overlayMetaIsWellFormed',
  severity: 'error',
  check: ({metas}) => metas.flatMap(({file, refused, parsed}): Problem[] => refused === undefined ? [...parsed.problems] : [{
    place: {file, line: 1, column: 1},
    message: `${file} is not read: ${refused}`,
    fix: `write what is declared into a file of its own: ${file}`,
  }]),
}

export const overlayMetaStandsBeside: Rule = {
  id: 'N121',
  name: 'overlayMetaStandsBeside',
  severity: 'error',
  check: ({misplacedMetas}) => misplacedMetas.map(({overlay, file}) => ({
    place: {file, line: 1, column: 1},
    message: `${file} is not read: what is declared of ${overlay} stands beside it`,
    fix: `call it ${overlay}${META_ENDING}`,
  })),
}

export const ramRootTakesNoAttributes: Rule = {
  id: 'N122',
  name: 'ramRootTakesNoAttributes',
  severity: 'error',
  check: ({deployment: {root}, metas}) => root !== 'ram' ? [] : metas.flatMap(({parsed: {attributes}}): Problem[] => attributes === undefined ? [] : [{
    place: attributes,
    message: 'root: ram cannot hold file capabilities or other extended attributes: the archive that the kernel unpacks has no place for them',
    fix: 'use root: ext4, or let what needs the capability be run by root',
  }]),
}
