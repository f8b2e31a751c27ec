import {optionLine} from '../../kconfig/user-lines.js'
import {parseConfig} from '../../kconfig/contract.js'
import {FROM_USER, textOf} from './asked-files.js'
import {make, readOutputFile, writeOutputFile, type Output} from './output.js'
import {OWN_FOLDER} from './output-files.js'
import type {Menu, MenuRequest} from './menu.js'
import {effectiveDefconfig} from './settings.js'

const DEFCONFIG = `${OWN_FOLDER}/defconfig`
const MINIMAL = `${OWN_FOLDER}/minimal`
/** Says where the defconfig lies; Buildroot's own. */
const PLACE_OF_DEFCONFIG = 'BR2_DEFCONFIG'

/** Buildroot's own menu. user.defconfig stands at the end of the tree's defconfig (brmc generate). */
export function buildrootMenu({build: {tree, settings}, defconfig}: MenuRequest, output: Output): Menu {
  const place = output.workshop.places.output
  const [below = ''] = textOf(tree, defconfig).split(`\n${FROM_USER}\n`)
  return {
    async configure(userText) {
      await writeOutputFile(output, DEFCONFIG, effectiveDefconfig(`${below}\n${optionLines(userText ?? '')}`, settings))
      await make(output, [`BR2_DEFCONFIG=${place}/${DEFCONFIG}`, 'defconfig'])
      return await readOutputFile(output, '.config') ?? ''
    },
    target: ['menuconfig'],
    read: async () => await readOutputFile(output, '.config') ?? '',
    async minimal() {
      await make(output, [`DEFCONFIG=${place}/${MINIMAL}`, 'savedefconfig'])
      return await readOutputFile(output, MINIMAL) ?? ''
    },
    notTheirs: new Set([...parseConfig(settings.join('\n')).keys(), PLACE_OF_DEFCONFIG]),
  }
}

const optionLines = (text: string): string => [...parseConfig(text)].map(([symbol, value]) => optionLine(symbol, value)).join('\n')
