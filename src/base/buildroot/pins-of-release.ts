import type {Pins} from '../../boards/pins.js'
import {BrmcError} from '../../errors.js'

/** Texts of one release of Buildroot that say what it was tried with. */
export interface ReleaseTexts {
  /** Makefile */
  makefile: string
  /** configs/raspberrypi4_64_defconfig; all boards of the series build the same kernel. */
  defconfig: string
  /** board/raspberrypi/patches/linux/linux.hash */
  kernelHash: string
  /** package/rpi-firmware/rpi-firmware.mk */
  firmwareMk: string
}

/** What is known of a release from elsewhere. */
export type ReleaseNames = Pick<Pins['buildroot'], 'sha256' | 'commit'>

/** Reads the pins off a release. Throws BrmcError USAGE for what is no release, or says its kernel and firmware in a way that is not known. */
export function pinsOfRelease({makefile, defconfig, kernelHash, firmwareMk}: ReleaseTexts, names: ReleaseNames = {}): Pins {
  const version = found(makefile, /^export BR2_VERSION := (\S+)$/m, 'Makefile says no BR2_VERSION')
  if (!/^\d{4}\.\d{2}(\.\d+)?$/.test(version)) throw notKnown(`its version is ${version}, which is no release`)
  const kernel = found(defconfig, /^BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION=".*,raspberrypi,linux,([0-9a-f]{40})\)/m, 'configs/raspberrypi4_64_defconfig names no commit of the kernel')
  return {
    version: 1,
    buildroot: {
      version,
      ...names.sha256 !== undefined && {sha256: names.sha256},
      epoch: Number(found(makefile, /^BR2_VERSION_EPOCH = (\d+)$/m, 'Makefile says no BR2_VERSION_EPOCH')),
      ...names.commit !== undefined && {commit: names.commit},
    },
    kernel: {
      commit: kernel,
      sha256: found(kernelHash, new RegExp(`^sha256\\s+([0-9a-f]{64})\\s+linux-${kernel}\\.tar\\.gz$`, 'm'), `board/raspberrypi/patches/linux/linux.hash has no sha256 of linux-${kernel}.tar.gz`),
    },
    firmware: {commit: found(firmwareMk, /^RPI_FIRMWARE_VERSION = ([0-9a-f]{40})$/m, 'package/rpi-firmware/rpi-firmware.mk names no commit')},
  }
}

function found(text: string, pattern: RegExp, otherwise: string): string {
  const [, value] = pattern.exec(text) ?? []
  if (value === undefined) throw notKnown(otherwise)
  return value
}

function notKnown(why: string): BrmcError {
  return new BrmcError('USAGE', `pins cannot be read off this Buildroot: ${why}`, {
    suggestions: ['give a checkout of a release: git checkout 2026.02.3', 'what you build from need not be a release: buildroot.path in brmc.yaml takes any checkout, with the pins as they are'],
  })
}
