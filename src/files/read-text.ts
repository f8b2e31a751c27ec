import {readFile} from 'node:fs/promises'

import {isMissing} from './system-error.js'

/** The text of a file; undefined where there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}
