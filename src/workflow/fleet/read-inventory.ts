import {readFile} from 'node:fs/promises'
import {text as textOf} from 'node:stream/consumers'

import {BrmcError, messageOf} from '../../errors.js'
import {parseInventory, type Inventory} from '../../spec/inventory/inventory.js'

/** For messages. */
const STANDARD_INPUT = 'standard input'

/** Reads the inventory at `place`; `-` is standard input. Throws BrmcError USAGE. */
export async function readInventory(place: string): Promise<{text: {text: string, file: string}, inventory: Inventory}> {
  const file = place === '-' ? STANDARD_INPUT : place
  const text = place === '-' ? await textOf(process.stdin) : await readFile(place, 'utf8').catch((cause: unknown) => {
    throw new BrmcError('USAGE', `${place} cannot be read: ${messageOf(cause)}`, {cause, suggestions: ['name a CSV or JSON file of sites, or - for standard input']})
  })
  const inventory = parseInventory(text, file)
  if (inventory.sites.length === 0 && inventory.findings.length === 0) {
    throw new BrmcError('SPEC_INVALID', `${file} has no sites`, {suggestions: ['write a line of columns (site, system.hostname, …) and below it a line for each site']})
  }

  return {text: {text, file}, inventory}
}
