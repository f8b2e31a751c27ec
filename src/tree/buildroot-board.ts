import type {BoardName} from '../boards/boards.js'

/** What Buildroot needs to know of a board on top of boards/boards.ts. Source: Buildroot 2026.02 configs/raspberrypi*_64_defconfig. */
export interface BuildrootBoard {
  /** BR2_LINUX_KERNEL_INTREE_DTS_NAME: device trees of Raspberry Pi's kernel, which names the BCM2837 boards bcm2710. */
  deviceTrees: readonly string[]
  /** Symbols of the package rpi-firmware; absent: the board loads nothing from a boot partition. */
  firmware?: readonly string[]
}

const FIRMWARE = ['BR2_PACKAGE_RPI_FIRMWARE_BOOTCODE_BIN', 'BR2_PACKAGE_RPI_FIRMWARE_VARIANT_PI']

export const buildrootBoards: Readonly<Record<BoardName, BuildrootBoard>> = {
  'raspberrypi3-64': {deviceTrees: ['bcm2710-rpi-3-b', 'bcm2710-rpi-3-b-plus', 'bcm2710-rpi-cm3'], firmware: FIRMWARE},
  'raspberrypi4-64': {
    deviceTrees: ['bcm2711-rpi-4-b', 'bcm2711-rpi-400', 'bcm2711-rpi-cm4', 'bcm2711-rpi-cm4s'],
    firmware: ['BR2_PACKAGE_RPI_FIRMWARE_VARIANT_PI4'],
  },
  // Its firmware is in an EEPROM: the package brings config.txt and cmdline.txt alone.
  'raspberrypi5': {deviceTrees: ['bcm2712-rpi-5-b', 'bcm2712d0-rpi-5-b', 'bcm2712-rpi-500'], firmware: []},
  'raspberrypizero2w-64': {deviceTrees: ['bcm2710-rpi-zero-2-w'], firmware: FIRMWARE},
  'virt': {deviceTrees: []},
}
