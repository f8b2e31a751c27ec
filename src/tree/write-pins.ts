import {join} from 'node:path'

import {SHIPPED_PINS, type Pins} from '../boards/pins.js'
import {readTextIfThere} from '../files/read-text.js'
import {writeWhole} from '../files/write-whole.js'
import {PINS_FILE} from './read-pins.js'

export async function writePins(folder: string, pins: Pins): Promise<void> {
  await writeWhole(join(folder, PINS_FILE), `${JSON.stringify(pins, undefined, 2)}\n`)
}

/** Writes down what a project without pins is built from, so that another version of brmc does not move it; true if it did. */
export async function keepPins(folder: string): Promise<boolean> {
  if (await readTextIfThere(join(folder, PINS_FILE)) !== undefined) return false
  await writePins(folder, SHIPPED_PINS)
  return true
}
