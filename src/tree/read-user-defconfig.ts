import {join} from 'node:path'

import {readTextIfThere} from '../files/read-text.js'
import {USER_DEFCONFIG} from './catalogue.js'

/** Text of the project's own user.defconfig, for renderTree; empty before there is one. */
export async function readUserDefconfig(projectFolder: string): Promise<string> {
  return await readTextIfThere(join(projectFolder, USER_DEFCONFIG)) ?? ''
}
