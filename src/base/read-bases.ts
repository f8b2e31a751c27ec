import {readdir, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {isMissing} from '../files/system-error.js'
import {BUNDLE_FILE, type Bundle} from './bundle.js'
import {PARTIAL, readBundle} from './write-bundle.js'

/** A base that is there. */
export interface FoundBase {
  bundle: Bundle
  /** Absolute. */
  folder: string
  /** When it was made or imported: milliseconds since 1970. */
  madeAt: number
}

/** The bases in a folder of bases, the newest first, and the names of folders there that hold no whole one. */
export async function readBases(folder: string): Promise<{bases: FoundBase[], damaged: string[]}> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const whole = names.filter(name => !name.endsWith(PARTIAL)).sort()
  const read = await Promise.all(whole.map(async name => ({name, base: await readBase(join(folder, name), name)})))
  const bases = read.flatMap(({base}) => base ?? [])
  return {
    bases: bases.sort((a, b) => b.madeAt - a.madeAt),
    damaged: read.filter(({base}) => base === undefined).map(({name}) => name),
  }
}

async function readBase(folder: string, key: string): Promise<FoundBase | undefined> {
  const bundle = await readBundle(folder)
  if (bundle?.key !== key) return undefined
  const {mtimeMs} = await stat(join(folder, BUNDLE_FILE))
  return {bundle, folder, madeAt: mtimeMs}
}
