import {boards, type BoardName} from '../../boards/boards.js'
import {BrmcError} from '../../errors.js'
import type {Kernel} from './kernel.js'
import {contentOf, filesIn, type PackageTree} from './package-tree.js'

/**
 * The name that a Raspberry Pi looks for on a 64-bit board. Neither this nor the initramfs is compressed, though firmware and QEMU would unpack both:
 * every zlib makes other bytes, and the same packages shall make the same card whatever Node runs here (docs/decisions.md).
 */
export const KERNEL_FILE = 'kernel8.img'
export const INITRAMFS_FILE = 'initrd.cpio'

/**
 * Names and bytes of the files that the board's boot ROM and firmware read from the FAT partition, but for the kernel, the initramfs, config.txt and cmdline.txt.
 * Throws BrmcError BASE_UNSUPPORTED when the packages lack one of them.
 */
export function firmwarePartition(tree: PackageTree, kernel: Kernel, name: BoardName): Map<string, Buffer> {
  const board = boards[name]
  const trees = `usr/lib/linux-image-${kernel.release}/broadcom`
  const sources = [
    ...board.firmware.map(file => `usr/lib/raspi-firmware/${file}`),
    ...board.deviceTrees.map(deviceTree => `${trees}/${deviceTree}.dtb`),
  ]
  const missing = sources.filter(path => !tree.has(path))
  if (missing.length > 0) {
    throw new BrmcError('BASE_UNSUPPORTED', `Debian's packages lack what a ${board.title} boots from`, {
      details: [...missing, `they have ${filesIn(tree, trees).length} device trees in ${trees}`],
      suggestions: ['use another suite (debian: suite:), or base: buildroot'],
    })
  }

  return new Map(sources.map(path => [path.slice(path.lastIndexOf('/') + 1), contentOf(tree, path)]))
}
