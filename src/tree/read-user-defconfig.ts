import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {USER_DEFCONFIG} from './catalogue.js'

/** Text of the project's own user.defconfig, for renderTree; empty before there is one. */
export async function readUserDefconfig(projectFolder: string): Promise<string> {
  return readFile(join(projectFolder, USER_DEFCONFIG), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
}
