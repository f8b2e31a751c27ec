import type {Bundle} from '../base/bundle.js'
import type {Board} from '../boards/boards.js'
import {BrmcError} from '../errors.js'
import {contentOf, type TemplateSet} from './template-set.js'

export interface BootConfigRequest {
  board: Board
  bundle: Pick<Bundle, 'kernel' | 'initramfs'>
  root: 'ext4' | 'ram'
  /** Needed for ext4: how the root is found again, whatever name the kernel gives the card. */
  rootFileSystem?: {
    /** UUID in the ext4 superblock, which an initramfs looks for. */
    uuid: string
    /** 32 bits at offset 440 of the partition table's sector; the kernel knows partition 2 by it. */
    diskSignature: number
  }
  /** Archives on the boot partition, in the order they are unpacked, later files winning. */
  initramfsFiles: readonly string[]
  /** True for a kernel that is not Raspberry Pi's own, such as Debian's: other names of device trees and UARTs. */
  upstreamKernel: boolean
  /** Volume id of the FAT partition, by which the running router knows it. */
  bootVolumeId?: number
  /** Country of the access point, ISO 3166-1: the radio's rules from its first moment on. */
  country?: string
}

export interface BootConfig {
  /** config.txt, for the firmware. https://www.raspberrypi.com/documentation/computers/config_txt.html */
  configTxt: string
  /** cmdline.txt: one line, the kernel's arguments (kernel: Documentation/admin-guide/kernel-parameters.txt). */
  cmdlineTxt: string
}

/** The two files on the boot partition that say what is started and how. Throws BrmcError INTERNAL for names that would break out of their line. */
export function bootConfig(request: BootConfigRequest, templates: TemplateSet): BootConfig {
  return renderBootFiles(request, rootArguments(request), templates)
}

/** The same for the tree: an image that is put together by hand has its root on the card's second partition. */
export function treeBootConfig(board: Board, templates: TemplateSet): BootConfig {
  const request = {board, bundle: {kernel: 'Image'}, initramfsFiles: [], upstreamKernel: false}
  return renderBootFiles(request, mountedBy('/dev/mmcblk0p2'), templates)
}

function renderBootFiles(request: Omit<BootConfigRequest, 'root'>, root: readonly string[], templates: TemplateSet): BootConfig {
  const {board, bundle, initramfsFiles, upstreamKernel, bootVolumeId, country} = request
  const kernelArguments = [
    'console=tty0',
    // The last console is /dev/console. serial0 is replaced by Raspberry Pi's firmware with what its own kernel calls that UART.
    `console=${upstreamKernel || board.name === 'virt' ? board.console : 'serial0,115200'}`,
    ...root,
    'net.ifnames=0',
    'panic=10',
    ...bootVolumeId === undefined ? [] : [`brmc.boot=${bootVolumeId.toString(16).padStart(8, '0')}`],
    ...country === undefined ? [] : [`cfg80211.ieee80211_regdom=${country}`],
  ]
  return {
    configTxt: render('config.txt', {
      kernel: fileName(bundle.kernel),
      // "Comma-separated list, concatenated in memory and treated as a single ramfs".
      initramfsFiles: initramfsFiles.map(fileName).join(','),
      upstreamKernel,
    }),
    cmdlineTxt: render('cmdline.txt', {kernelArguments: kernelArguments.map(kernelArgument).join(' ')}),
  }

  function render(name: string, model: Readonly<Record<string, unknown>>): string {
    return contentOf(templates, `board/common/${name}.ejs`, model).toString()
  }
}

function rootArguments({root, rootFileSystem, bundle}: BootConfigRequest): string[] {
  // With a /init in the archive the kernel would run that; named outright, there is no doubt.
  if (root === 'ram') return ['rdinit=/sbin/init']
  if (rootFileSystem === undefined) throw new BrmcError('INTERNAL', 'an ext4 root has to be found by its UUID or disk signature, and neither is known')
  // The kernel itself knows partitions, not file systems: UUID= takes an initramfs (init/do_mounts.c).
  const {uuid, diskSignature} = rootFileSystem
  return mountedBy(bundle.initramfs === undefined ? `PARTUUID=${diskSignature.toString(16).padStart(8, '0')}-02` : `UUID=${uuid}`)
}

function mountedBy(root: string): string[] {
  return [`root=${root}`, 'rootwait', 'rw']
}

/** The kernel splits at white space and takes double quotes as brackets (lib/cmdline.c): no value of ours needs either. */
function kernelArgument(text: string): string {
  if (/^[\x21\x23-\x7e]+$/.test(text)) return text
  throw new BrmcError('INTERNAL', `${JSON.stringify(text)} cannot stand on the kernel command line`)
}

/** A file beside config.txt. The firmware splits its list at commas and its lines at white space. */
function fileName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) return name
  throw new BrmcError('INTERNAL', `${JSON.stringify(name)} cannot be the name of a file that the firmware loads`)
}
