import type {BuildPlaces} from '../../container/workshop.js'

/** What brmc adds to the tree's defconfig for one build: places, the machine's size, a compiler of the user's own. */
export interface BuildSettings {
  places: BuildPlaces
  jobs: number
  ccache: boolean
  /** Lines of an external toolchain in place of the tree's. */
  toolchain?: readonly string[]
  overrides: boolean
}

/** File with <PACKAGE>_OVERRIDE_SRCDIR lines, below the settings folder. */
export const LOCAL_MK = 'local.mk'

const CCACHE_SIZE = '5G'

export function settingLines({places, jobs, ccache, toolchain = [], overrides}: BuildSettings): string[] {
  return [
    `BR2_DL_DIR="${places.downloads}"`,
    ...ccache ? ['BR2_CCACHE=y', `BR2_CCACHE_DIR="${places.ccache}"`, `BR2_CCACHE_INITIAL_SETUP="--max-size=${CCACHE_SIZE}"`] : ['# BR2_CCACHE is not set'],
    // A package sees only what it depends on: the order in which packages happen to be built cannot change them.
    'BR2_PER_PACKAGE_DIRECTORIES=y',
    `BR2_JLEVEL=${jobs}`,
    `BR2_PACKAGE_OVERRIDE_FILE="${overrides ? `${places.settings}/${LOCAL_MK}` : ''}"`,
    ...toolchain,
  ]
}

/** The defconfig that is built: the tree's own, in which `lines` replace what they say otherwise (Kconfig would warn of a symbol said twice). */
export function effectiveDefconfig(tree: string, lines: readonly string[]): string {
  const replaced = new Set(lines.map(line => symbolOf(line)))
  const bootlin = lines.some(line => line === 'BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y')
  const kept = tree.split('\n').filter(line => !replaced.has(symbolOf(line)) && !(bootlin && /^BR2_TOOLCHAIN_/.test(line)))
  return `${kept.join('\n').trimEnd()}\n\n# From brmc image, for this build\n${lines.join('\n')}\n`
}

/** Lines of BR2_PACKAGE_OVERRIDE_FILE: Buildroot's manual, "Using Buildroot during development". */
export function localMk(overrides: Readonly<Record<string, string>>): string {
  return Object.entries(overrides).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, place]) => `${makeName(name)}_OVERRIDE_SRCDIR = ${place}\n`).join('')
}

/** `brcmfmac_sdio-firmware-rpi` → `BRCMFMAC_SDIO_FIRMWARE_RPI` (UPPERCASE of Buildroot's support/misc/utils.mk). */
export const makeName = (name: string): string => name.toUpperCase().replace(/[-.]/g, '_')

function symbolOf(line: string): string | undefined {
  return /^(?:# )?(BR2_\w+)(?:=| is not set$)/.exec(line)?.[1]
}
