import {basename, isAbsolute} from 'node:path'

import type {Board} from '../boards/boards.js'
import type {Pins} from '../boards/pins.js'
import type {Spec} from '../spec/schema.js'
import {buildrootBoards} from './buildroot-board.js'

/** What a defconfig and the list of hashes say of the kernel. */
export interface KernelModel {
  title: string
  /** BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION. */
  location: string
  /** What the tarball is called among the downloads. */
  file: string
  sha256: string
  hashSource: string
  /** Where the kernel's configuration starts from. */
  configuration: readonly string[]
  /** Below broadcom/, without .dtb. */
  deviceTrees: readonly string[]
}

/** Where the tree keeps the configuration that a kernel of the user's own starts from. */
export const KERNEL_CONFIG = 'board/common/linux.config'

const TREE = '$(BR2_EXTERNAL_BRMC_PATH)'

/** `kernel` of brmc.yaml for one board; a path in it is relative to the project, whose folder is the one above the tree. */
export function kernelModel(kernel: Spec['kernel'], board: Board, pins: Pins): KernelModel {
  if (kernel === 'raspberrypi') return raspberryPiKernel(board, pins)
  const {source, sha256} = kernel
  return {
    title: 'of your own (brmc.yaml)',
    location: source.includes('://') ? source : `file://${isAbsolute(source) ? source : `${TREE}/../${source}`}`,
    file: basename(source),
    sha256,
    hashSource: 'kernel.sha256 of brmc.yaml',
    configuration: ['BR2_LINUX_KERNEL_USE_CUSTOM_CONFIG=y', `BR2_LINUX_KERNEL_CUSTOM_CONFIG_FILE="${TREE}/${KERNEL_CONFIG}"`],
    deviceTrees: kernel.names === 'raspberrypi' ? buildrootBoards[board.name].deviceTrees : board.deviceTrees,
  }
}

function raspberryPiKernel(board: Board, {kernel: {commit, sha256}, buildroot: {version}}: Pins): KernelModel {
  const file = `linux-${commit}.tar.gz`
  return {
    title: `Raspberry Pi's, the commit that Buildroot ${version} builds`,
    location: `$(call github,raspberrypi,linux,${commit})/${file}`,
    file,
    sha256,
    hashSource: `Raspberry Pi's kernel tree has no releases to sign: the sha256 that Buildroot ${version} has for this archive`,
    configuration: [`BR2_LINUX_KERNEL_DEFCONFIG="${board.kernelDefconfig}"`],
    deviceTrees: buildrootBoards[board.name].deviceTrees,
  }
}
