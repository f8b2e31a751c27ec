import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import type {Pins} from '../../boards/pins.js'
import type {Run} from '../../process/run.js'
import {pinsOfRelease, type ReleaseNames} from './pins-of-release.js'
import {readBuildrootIdentity} from './read-folder-identity.js'

/** What the Buildroot in `folder` was tried with. Throws BrmcError USAGE where that is no release of Buildroot. */
export async function readReleasePins(folder: string, names: ReleaseNames = {}): Promise<Pins> {
  const text = async (path: string): Promise<string> => readFile(join(folder, path), 'utf8').catch(() => '')
  const [makefile, defconfig, kernelHash, firmwareMk] = await Promise.all([
    text('Makefile'), text('configs/raspberrypi4_64_defconfig'), text('board/raspberrypi/patches/linux/linux.hash'), text('package/rpi-firmware/rpi-firmware.mk'),
  ])
  return pinsOfRelease({makefile, defconfig, kernelHash, firmwareMk}, names)
}

/** The same of a checkout, with its commit where that is what the tag of the release names: only then is the checkout the release. */
export async function readCheckoutPins(folder: string, run: Run): Promise<Pins> {
  const {version, commit} = await readBuildrootIdentity(folder, run)
  if (commit === undefined) return readReleasePins(folder)
  const {stdout} = await run('git', ['-c', `safe.directory=${folder}`, '-C', folder, 'rev-parse', '--verify', '--quiet', `refs/tags/${version}^{commit}`], {accept: [0, 1, 128]})
  return readReleasePins(folder, stdout.trim() === commit ? {commit} : {})
}
