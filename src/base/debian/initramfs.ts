import type {CpioEntry} from '../../archive/cpio.js'
import {BrmcError} from '../../errors.js'
import {loadOrder, unmetNeeds, type Kernel, type KernelModules} from './kernel.js'
import {consoleNode} from './skeleton.js'
import {INITRAMFS_MODULES, type ModuleSet} from './wanted-modules.js'

interface InitramfsParts {
  busybox: Buffer
  kernel: Kernel
  modules: KernelModules
  /** The early script, as board/common/initramfs/init is. */
  initScript: string
  sets: readonly ModuleSet[]
}

/** Name of the file, in the initramfs, that lists a set's modules in the order they are loaded. */
const LIST = {virt: 'modules/virt', raspberrypi: 'modules/raspberrypi'} as const satisfies Record<ModuleSet, string>

/**
 * A small root that loads what it takes to see the card, mounts the real root and goes there. Throws BrmcError BASE_UNSUPPORTED when something is missing without which no root would ever appear.
 */
export function initramfsEntries({busybox, kernel, modules, initScript, sets}: InitramfsParts): CpioEntry[] {
  const orders = new Map(sets.map(set => [set, orderOf(set, kernel, modules)]))
  const loaded = [...new Set([...orders.values()].flat())]
  return [
    ...['bin', 'dev', 'modules', 'proc', 'root', 'sys'].map(path => ({path, type: 'directory', mode: 0o755, ...OWNER}) as const),
    consoleNode('dev/console'),
    file('init', Buffer.from(initScript), 0o755),
    file('bin/busybox', busybox, 0o755),
    {path: 'bin/sh', type: 'symlink', mode: 0o777, target: 'busybox', ...OWNER},
    ...[...orders].map(([set, order]) => file(LIST[set], Buffer.from(order.map(name => `${name}\n`).join('')), 0o644)),
    ...loaded.map(name => file(`modules/${name}.ko`, modules.get(name)?.plain ?? Buffer.alloc(0), 0o644)),
  ]
}

function orderOf(set: ModuleSet, kernel: Kernel, modules: KernelModules): string[] {
  const order = loadOrder(modules, INITRAMFS_MODULES[set].map(({name}) => name))
  const unmet = unmetNeeds(kernel, modules, order)
  if (unmet.length === 0) return order
  throw new BrmcError('BASE_UNSUPPORTED', `kernel ${kernel.release} could not mount its root: modules that ask for others do not find them`, {
    details: unmet,
    suggestions: ['use another suite (debian: suite:), or base: buildroot'],
  })
}

const OWNER = {uid: 0, gid: 0, mtime: 0} as const

function file(path: string, content: Buffer, mode: number): CpioEntry {
  return {path, type: 'file', mode, content, ...OWNER}
}
