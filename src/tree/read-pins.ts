import {join} from 'node:path'

import {PinsSchema, SHIPPED_PINS, type Pins} from '../boards/pins.js'
import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'

/** Beside brmc.yaml, committed: what Buildroot, kernel and firmware this project's bases are built from. */
export const PINS_FILE = 'brmc.pins.json'

/** The project's pins, or where it has none those this version of brmc was tried with. Throws PACKAGE_LOCK_STALE for a file it cannot use. */
export async function readPins(folder: string): Promise<Pins> {
  const text = await readTextIfThere(join(folder, PINS_FILE))
  if (text === undefined) return SHIPPED_PINS
  const result = PinsSchema.safeParse(jsonOf(text))
  if (result.success) return result.data
  throw new BrmcError('PACKAGE_LOCK_STALE', `${PINS_FILE} is not a file of pins that this version of brmc can use`, {
    details: result.error.issues.map(({path, message}) => path.length === 0 ? 'it is not JSON, or not an object' : `${path.join('.')}: ${message}`),
    suggestions: ['take it back from version control as it was', 'take the newest release of Buildroot that there is: brmc upgrade'],
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
