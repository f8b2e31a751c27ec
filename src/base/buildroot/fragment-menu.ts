import {BrmcError} from '../../errors.js'
import {parseConfig} from '../../kconfig/contract.js'
import {CONTRACT_VARIABLES, parsePrintedVariables} from '../../kconfig/printed-variables.js'
import {textOf} from './asked-files.js'
import {make, makeMarked, shell, writeOutputFile, type Output} from './output.js'
import {OWN_FOLDER} from './output-files.js'
import {seedKernel} from './run-build.js'
import type {Menu, MenuRequest} from './menu.js'
import {effectiveDefconfig} from './settings.js'

const DEFCONFIG = `${OWN_FOLDER}/defconfig`
const USER_FRAGMENT = `${OWN_FOLDER}/user.fragment`

/**
 * The kernel's menu, or BusyBox's, by Buildroot's own targets (package/pkg-kconfig.mk): its patches, fragments and fixups. The sources are unpacked once. No compiler
 * is built for it: the kernel's Kconfig asks the user's own (buildroot.toolchain.external) or else the machine's.
 */
export async function fragmentMenu(request: MenuRequest, output: Output, name: 'linux' | 'busybox'): Promise<Menu> {
  const {build: {tree, settings}, defconfig, onStep} = request
  const {places} = output.workshop
  await writeOutputFile(output, DEFCONFIG, effectiveDefconfig(textOf(tree, defconfig), settings))
  await make(output, [`BR2_DEFCONFIG=${places.output}/${DEFCONFIG}`, 'defconfig'])
  const printed = parsePrintedVariables((await make(output, ['-s', 'printvars', `VARS=${CONTRACT_VARIABLES.join(' ')}`])).stdout)
  onStep(name === 'linux' ? 'fetching and unpacking the kernel: some minutes, once' : 'fetching and unpacking BusyBox')
  if (name === 'linux') await seedKernel(output)
  await makeMarked(output, [`${name}-source`], {network: true})
  await makeMarked(output, [`${name}-patch`])

  const upper = name === 'linux' ? 'LINUX' : 'BUSYBOX'
  const folder = printed[`${upper}_DIR`]
  const own = `${places.tree}/${name}-user.fragment`
  const fragments = printed[`${upper}_KCONFIG_FRAGMENT_FILES`].split(/\s+/)
  if (!fragments.includes(own)) throw notMerged(defconfig, `${name}-user.fragment`)
  const others = fragments.filter(file => file !== own)
  const cross = crossPrefix(settings, places.toolchain)
  const variables = (files: readonly string[]): string[] => [`${upper}_KCONFIG_FRAGMENT_FILES=${files.join(' ')}`, `${upper}_KCONFIG_DEPENDENCIES=`, `TARGET_CROSS=${cross}`]
  const all = variables([...others, `${places.output}/${USER_FRAGMENT}`])
  const read = async (file: string): Promise<string> => (await shell(output, 'cat "$1/$2"', [folder, file])).stdout
  onStep('making the configuration')
  return {
    async configure(userText) {
      await writeOutputFile(output, USER_FRAGMENT, userText ?? '')
      await shell(output, 'rm -f "$1/.stamp_dotconfig" "$1/.stamp_kconfig_fixup_done"', [folder])
      await make(output, [...userText === undefined ? variables(others) : all, `${folder}/.stamp_kconfig_fixup_done`])
      return read('.config')
    },
    target: [...all, `${name}-menuconfig`],
    read: async () => read('.config'),
    ...name === 'linux' && {
      async minimal() {
        await make(output, [...all, 'linux-savedefconfig'])
        return read('defconfig')
      },
    },
    notTheirs: new Set(),
  }
}

function crossPrefix(settings: readonly string[], toolchain: string | undefined): string {
  const prefix = parseConfig(settings.join('\n')).get('BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX')?.replaceAll('"', '')
  return prefix === undefined || toolchain === undefined ? '' : `${toolchain}/bin/${prefix}-`
}

function notMerged(defconfig: string, fragment: string): BrmcError {
  return new BrmcError('USAGE', `br2-external/${defconfig} does not merge ${fragment}, so what the menu changed could not be kept there`, {
    suggestions: ['see how it was changed: brmc diff', `let its line of fragments end with $(BR2_EXTERNAL_BRMC_PATH)/${fragment}`],
  })
}
