import {moduleName, parseModuleInfo, type ModuleInfo} from '../../archive/module-info.js'
import {BrmcError} from '../../errors.js'
import {contentOf, type PackageTree} from './package-tree.js'

/** What a kernel package brings. Names of modules have `_` for `-`. */
export interface Kernel {
  /** `uname -r`: the folder below usr/lib/modules. */
  release: string
  /** Path of the kernel itself. */
  image: string
  /** Module name → path of its file. */
  files: ReadonlyMap<string, string>
  /** Names of modules that are part of the kernel itself. */
  builtin: ReadonlySet<string>
  /** Aliases that those answer to. */
  builtinAliases: ReadonlySet<string>
}

/** A module that was unpacked and read. */
export interface KernelModule {
  /** As in the tree, but that it ends with .ko. */
  path: string
  info: ModuleInfo
  /** The .ko, unpacked and without a signature. */
  plain: Buffer
}

export type KernelModules = ReadonlyMap<string, KernelModule>

/** Looks a kernel up among the files of packages. Throws BrmcError PACKAGE_CORRUPT if there is not exactly one. */
export function findKernel(tree: PackageTree): Kernel {
  const images = [...tree.keys()].filter(path => /^boot\/vmlinuz-[^/]+$/.test(path))
  const [image] = images
  if (image === undefined || images.length > 1) throw new BrmcError('PACKAGE_CORRUPT', `the packages have ${images.length} kernels where one was expected`, {details: images})
  const release = image.slice('boot/vmlinuz-'.length)
  const folder = modulesFolder(release)
  const modules = [...tree.keys()].filter(path => path.startsWith(`${folder}/kernel/`) && /\.ko(\.xz)?$/.test(path))
  return {
    release,
    image,
    files: new Map(modules.map(path => [moduleName(path), path])),
    builtin: new Set(contentOf(tree, `${folder}/modules.builtin`).toString('utf8').split('\n').filter(line => line !== '').map(moduleName)),
    builtinAliases: new Set(parseModuleInfo(contentOf(tree, `${folder}/modules.builtin.modinfo`)).filter(({key}) => key.endsWith('.alias')).map(({value}) => value)),
  }
}

export function modulesFolder(release: string): string {
  return `usr/lib/modules/${release}`
}

/** Modules that `modules` ask for and that have files which are not among them: what has to be read next. Those asked for softly may lack. */
export function modulesToRead(kernel: Kernel, modules: KernelModules, wanted: readonly string[]): string[] {
  const asked = [...modules.values()].flatMap(({info: {depends, softdeps}}) => [...depends, ...softdeps.pre, ...softdeps.post])
  return [...new Set([...wanted, ...asked].map(moduleName))].filter(name => kernel.files.has(name) && !modules.has(name)).sort()
}

/** `wanted` and all that has to be loaded before each, in an order that can be loaded one after the other. */
export function loadOrder(modules: KernelModules, wanted: readonly string[]): string[] {
  const order = new Set<string>()
  const visit = (name: string): void => {
    const module = modules.get(name)
    if (!module || order.has(name)) return
    for (const before of [...module.info.softdeps.pre.map(moduleName), ...module.info.depends]) visit(before)
    order.add(name)
  }
  wanted.map(moduleName).forEach(visit)
  return [...order]
}

/**
 * What `names` ask for and nobody has, as `ext4: crypto-crc32c`: names and aliases that are neither among `modules` nor in the kernel itself.
 * A softdep may name an alias, which no list of files shows (ext4's crypto-crc32c is crc32c_generic).
 */
export function unmetNeeds(kernel: Kernel, modules: KernelModules, names: readonly string[]): string[] {
  const aliases = new Set([...modules.values()].flatMap(({info}) => info.aliases))
  const met = (need: string) => [modules, kernel.builtin].some(known => known.has(moduleName(need))) || aliases.has(need) || kernel.builtinAliases.has(need)
  return names.flatMap(name => {
    const info = modules.get(moduleName(name))?.info
    return info ? [...info.depends, ...info.softdeps.pre].filter(need => !met(need)).map(need => `${name}: ${need}`) : []
  })
}

/** Whether the kernel can do what module `name` does, as a file or built in. */
export function hasModule(kernel: Pick<Kernel, 'files' | 'builtin'>, name: string): boolean {
  return kernel.files.has(moduleName(name)) || kernel.builtin.has(moduleName(name))
}
