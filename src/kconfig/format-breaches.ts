import {BrmcError} from '../errors.js'

import type {Breach} from './asked.js'
import type {Explanation} from './why.js'

export type ExplainedBreach = Breach & Explanation

/**
 * All that was dropped or changed, as one error: for each option what was asked and where, what came out, why, and what to do.
 * @param consequence such as: nothing was compiled
 */
export function contractError(breaches: readonly ExplainedBreach[], consequence: string): BrmcError {
  const [one] = breaches
  const subject = breaches.length === 1 && one ? `${one.symbol} is` : `${breaches.length} options are`
  return new BrmcError('CONTRACT_BROKEN', `${subject} not as asked; ${consequence}`, {details: breaches.flatMap(paragraph)})
}

function paragraph({symbol, asked, got, place, feature, why, advice}: ExplainedBreach): string[] {
  const asker = [place && `${place.file}:${place.line}`, feature && `for ${feature}`].filter(text => text !== undefined).join(', ')
  return [
    `${symbol}: asked ${asked}, got ${got}${asker === '' ? '' : ` (${asker})`}`,
    `    ${why}`,
    ...advice.map(text => `    → ${text}`),
  ]
}
