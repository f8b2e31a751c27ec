import type {BoardName} from '../../boards/boards.js'
import {BrmcError} from '../../errors.js'
import type {Deployment} from '../../spec/deployment.js'
import {hasModule, type Kernel} from './kernel.js'

/** Drivers without which a board has no card or no network at all; any one name of a row will do, as file names change. */
const VITAL_DRIVERS: Partial<Record<BoardName, readonly {names: readonly string[], what: string}[]>> = {
  raspberrypi5: [
    {names: ['sdhci-brcmstb'], what: 'SD card and Wi-Fi (CONFIG_MMC_SDHCI_BRCMSTB)'},
    {names: ['rp1', 'rp1-pci'], what: 'USB and Ethernet, which sit on the RP1 (CONFIG_MISC_RP1)'},
  ],
}

/**
 * Suites whose kernel is older than 6.17, in which the driver of the RP1 appeared (drivers/misc/rp1): 5.10, 6.1, 6.12. Of any other suite, and of
 * names that move (stable), the fetched kernel tells.
 */
const SUITES_WITHOUT_RP1: readonly string[] = ['bullseye', 'bookworm', 'trixie']

const WAY_OUT = 'use base: buildroot, which builds it from source'

/** What the base debian cannot do for `deployment`, each in words with its way out; empty if it can. Known before anything is fetched. */
export function refusals({base, board, daemon, debian}: Pick<Deployment, 'base' | 'board' | 'daemon' | 'debian'>): BrmcError[] {
  if (base !== 'debian') return []
  return [
    ...daemon === 'mrouted' ? [noMrouted()] : [],
    ...board === 'raspberrypi5' && SUITES_WITHOUT_RP1.includes(debian.suite) ? [noDrivers(`${debian.suite}'s kernel`, VITAL_DRIVERS.raspberrypi5 ?? [])] : [],
  ]
}

/** The same for a kernel that is there. Throws BrmcError BASE_UNSUPPORTED. */
export function refuseWithoutDrivers(board: BoardName, kernel: Kernel): void {
  const missing = (VITAL_DRIVERS[board] ?? []).filter(({names}) => !names.some(name => hasModule(kernel, name)))
  if (missing.length > 0) throw noDrivers(`kernel ${kernel.release}`, missing)
}

function noMrouted(): BrmcError {
  return new BrmcError('BASE_UNSUPPORTED', 'multicast.daemon: mrouted is not possible with base: debian, because Debian has no package of it', {
    suggestions: [WAY_OUT, 'or set multicast.daemon: smcroute and list the routes'],
  })
}

function noDrivers(kernel: string, missing: readonly {what: string}[]): BrmcError {
  return new BrmcError('BASE_UNSUPPORTED', `board: raspberrypi5 is not possible with base: debian, because ${kernel} lacks drivers for what the board cannot do without`, {
    details: missing.map(({what}) => what),
    suggestions: [WAY_OUT, 'or try the deployment in the emulator alone with board: virt'],
  })
}
