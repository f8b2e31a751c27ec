import {basename} from 'node:path'

import type {Bundle} from '../bundle.js'
import type {BuildrootBaseOptions} from './base-options.js'
import {readOutputFile} from './output.js'
import type {Prepared} from './read-prepared.js'
import type {Configured} from './run-build.js'
import {holdFinalConfig, holdModules} from './run-contract.js'

const KERNEL_FILE = 'Image'
/** Buildroot's own word for it. */
const OWN_SOURCES = 'custom'

/** What bundle.json says of a base that was just built, whose kernel, BusyBox and modules are held against what was asked. Throws BrmcError CONTRACT_BROKEN. */
export async function describeBase({wish: {board, kernel}}: BuildrootBaseOptions, prepared: Prepared, configured: Configured): Promise<Omit<Bundle, 'sizes'>> {
  const {output, printed} = configured
  const built = (folder: string, file: string): Promise<string | undefined> => readOutputFile(output, `build/${basename(folder)}/${file}`)
  const [kernelConfig, release, busyboxConfig] = await Promise.all([
    built(printed.LINUX_DIR, '.config'), built(printed.LINUX_DIR, 'include/config/kernel.release'), built(printed.BUSYBOX_DIR, '.config'),
  ])
  holdFinalConfig('linux', configured, {tree: prepared.tree, config: kernelConfig ?? ''})
  await holdModules(configured, {release: release?.trim() ?? '', config: kernelConfig ?? ''})
  holdFinalConfig('busybox', configured, {tree: prepared.tree, config: busyboxConfig ?? ''})
  /** What is really in it: of a folder of the user's nobody knows the version. */
  const versionOf = (name: string): string | undefined => name === 'linux' ? release?.trim() : prepared.overrides[name] && OWN_SOURCES
  return {
    version: 1,
    key: prepared.key,
    provider: 'buildroot',
    board,
    kernelRelease: release?.trim() ?? '',
    kernel: KERNEL_FILE,
    ...kernel !== 'raspberrypi' && {upstreamKernel: kernel.names === 'upstream'},
    sourceDateEpoch: prepared.epoch,
    packages: configured.packages.filter(({host, version}) => !host && version !== '').map(({name, version}) => ({name, version: versionOf(name) ?? version})),
    ingredients: {...prepared.ingredients},
  }
}
