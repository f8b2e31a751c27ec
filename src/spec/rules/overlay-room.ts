import {boards} from '../../boards/boards.js'
import type {RootEntry, RootTree} from '../../overlay/entry.js'
import type {LaidLayers} from './laid-layers.js'
import type {LaidContext, Rule} from './rule.js'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const PAGE = 4096
/** The smallest card that is still sold, as far as its makers keep their word: 4 GB less a twentieth. */
const SMALL_CARD = 4e9 * 0.95
/** Of the memory, for kernel and page tables. With Debian's 6.12 and 512 MiB, 131 MiB were unpacked, and 146 were not. */
const TAKEN = 112 * MIB
/** A file of a FAT partition. */
const MAX_ARCHIVE = 4 * GIB
/** Sizes of kernels differ. */
const NEARLY = 0.9
const SHOWN = 5

export const overlaysFitSmallCard: Rule<LaidContext> = {
  id: 'N126',
  name: 'overlaysFitSmallCard',
  severity: 'warning',
  check: ({deployment, laid}) => !laid || deployment.root !== 'ext4' || (laid.rootPartition ?? 0) <= SMALL_CARD || !hasOverlays(laid) ? [] : [{
    path: ['overlays'],
    message: `the root partition becomes ${sizeText(laid.rootPartition ?? 0)}, and a card of 4 GB is too small for it: ${largestOf(laid)}`,
    fix: 'leave out what the router does not need, or use a larger card: the partition has a quarter of its content and 32 MiB of free room, whatever it holds',
  }],
}

export const ramRootFitsMemory: Rule<LaidContext> = {
  id: 'N127',
  name: 'ramRootFitsMemory',
  severity: 'error',
  check({deployment: {root, board}, laid}) {
    if (!laid || root !== 'ram' || !hasOverlays(laid)) return []
    const {title, memory} = boards[board]
    const content = pagesOf(laid)
    const [least, most] = [roomIn(memory.least), roomIn(memory.most)]
    if (content <= least * NEARLY) return []
    const isImpossible = content > most
    const larger = least < most ? `, one with ${memoryText(memory.most)} ${sizeText(most)}` : ''
    return [{
      path: ['overlays'],
      ...isImpossible ? {} : {severity: 'warning' as const},
      message: `the root in memory holds ${sizeText(content)}, and ${title} with ${memoryText(memory.least)} unpacks about ${sizeText(least)}${larger}: ${largestOf(laid)}`,
      seen: '"Initramfs unpacking failed: write error", and a router that starts without what did not fit',
      fix: 'use root: ext4, or leave out what the router does not need',
    }]
  },
}

/**
 * While the kernel unpacks, archive and files are both in memory, and the files may take half of what the archive leaves
 * (rootfs is a tmpfs to which nobody gave a size: mm/shmem.c, shmem_default_max_blocks).
 */
const roomIn = (mebibytes: number): number => Math.min((mebibytes * MIB - TAKEN) / 3, MAX_ARCHIVE)

const hasOverlays = ({layers}: LaidLayers): boolean => layers.some(({isOwn}) => !isOwn)

function pagesOf({root}: LaidLayers): number {
  return [...root.values()].reduce((sum, {size}) => sum + Math.ceil(size / PAGE) * PAGE, 0)
}

/** The largest files that overlays bring, and where from; what has not a hundredth of the largest is no help. */
function largestOf({layers, root}: LaidLayers): string {
  const files = layers.filter(({isOwn}) => !isOwn).flatMap(({name, entries}) =>
    entries.filter(entry => isThere(entry, root)).map(({path, size}) => ({path, size, name})))
  files.sort((one, other) => other.size - one.size || (one.path < other.path ? -1 : 1))
  const large = files.slice(0, SHOWN).filter(({size}) => size * 100 >= (files[0]?.size ?? 0))
  return large.map(({path, size, name}) => `/${path} of ${name} has ${sizeText(size)}`).join(', ')
}

const isThere = ({path, type, size}: RootEntry, root: RootTree): boolean => type === 'file' && size > 0 && root.get(path)?.size === size

const memoryText = (mebibytes: number): string => mebibytes < KIB ? `${mebibytes} MiB` : `${mebibytes / KIB} GiB`

function sizeText(bytes: number): string {
  if (bytes < MIB) return `${Math.ceil(bytes / KIB)} KiB`
  return bytes < GIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`
}
