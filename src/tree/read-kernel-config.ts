import {resolve} from 'node:path'

import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import type {Spec} from '../spec/schema.js'

/** The configuration that a kernel of the user's own starts from; nothing for Raspberry Pi's. Throws SPEC_INVALID where there is no such file. */
export async function readKernelConfig(folder: string, kernel?: Spec['kernel']): Promise<{kernelConfig?: string}> {
  if (kernel === undefined || kernel === 'raspberrypi') return {}
  const kernelConfig = await readTextIfThere(resolve(folder, kernel.config))
  if (kernelConfig !== undefined) return {kernelConfig}
  throw new BrmcError('SPEC_INVALID', `kernel.config: there is no file ${kernel.config}`, {
    suggestions: ['write its path relative to brmc.yaml', 'take kernel: raspberrypi, which has a configuration of its own'],
  })
}
