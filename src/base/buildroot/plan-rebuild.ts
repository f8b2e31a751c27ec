import {makeName} from './settings.js'

/** What an output folder was (or is being) built from. */
export interface OutputState {
  version: 1
  /** Identities whose change makes nothing of the output usable. */
  ground: {buildroot: string, builder: string, toolchain: string}
  /** Buildroot's .config, as text. */
  config: string
  /** Files of the tree: path → sha256. */
  tree: Readonly<Record<string, string>>
  /** Package → identity of its folder. */
  overrides: Readonly<Record<string, string>>
  /** Names of the packages that it has. */
  packages: readonly string[]
  /** All sources of this configuration were downloaded. */
  sources?: boolean
}

export interface RebuildPlan {
  /** Throw the output away (downloads and compiled objects stay in their caches). */
  fresh: boolean
  /** Packages to build from their sources anew. */
  again: readonly string[]
  /** In words, one a reason; empty: nothing changed. */
  why: readonly string[]
}

/** How much of an output goes: from nothing at all up to everything. */
type Change = {why: string} & ({scope: 'all'} | {scope: 'package', name: string} | {scope: 'noticed'})

/**
 * What has to be built anew so that the output is what a build from nothing would make, and no more. Kernel and BusyBox notice changed fragments
 * by themselves (package/pkg-kconfig.mk); a package that was added is built; what cannot be told apart starts afresh from the caches.
 */
export function planRebuild(before: OutputState | undefined, now: OutputState): RebuildPlan {
  if (!before) return {fresh: true, again: [], why: ['nothing was built here yet']}
  // Of a package that is gone the options are known by its name as well: without linux-firmware, BR2_PACKAGE_LINUX_FIRMWARE would look like an option of linux.
  const packages = [...new Set([...before.packages, ...now.packages])]
  const changes = [groundChanges(before, now), ...[configChanges, treeChanges, overrideChanges].map(compare => compare(before, now, packages))].flat()
  const fresh = changes.some(({scope}) => scope === 'all')
  const again = fresh ? [] : [...new Set(changes.flatMap(change => change.scope === 'package' ? [change.name] : []))].sort()
  return {fresh, again, why: [...new Set(changes.map(({why}) => why))]}
}

const GROUND_WORDS = {buildroot: 'another Buildroot', builder: 'another builder image', toolchain: 'another compiler'} as const

function groundChanges(before: OutputState, now: OutputState): Change[] {
  return (Object.keys(GROUND_WORDS) as (keyof typeof GROUND_WORDS)[])
    .filter(name => before.ground[name] !== now.ground[name])
    .map(name => ({scope: 'all', why: GROUND_WORDS[name]}))
}

/** Options of the machine that builds: no byte of the result depends on them. */
const MACHINE = /^BR2_(JLEVEL|DL_DIR|CCACHE\w*|PACKAGE_OVERRIDE_FILE|DEFCONFIG|HOST_DIR|EXTERNAL\w*|PRIMARY_SITE|BACKUP_SITE|VERSION|HOST_GCC_\w+|NEEDS_\w+)$/
/** What is done after all packages, at the end of every make. */
const FINAL = /^BR2_(ROOTFS_|TARGET_ROOTFS_|TARGET_GENERIC_|SYSTEM_|TARGET_ENABLE_ROOT_LOGIN|TARGET_TZ|ENABLE_LOCALE)/
/** What package/pkg-kconfig.mk watches. */
const KCONFIG = /^BR2_(LINUX_KERNEL_CONFIG_FRAGMENT_FILES|LINUX_KERNEL_CUSTOM_CONFIG_FILE|PACKAGE_BUSYBOX_CONFIG(_FRAGMENT_FILES)?)$/

function configChanges(before: OutputState, now: OutputState, packages: readonly string[]): Change[] {
  const [was, is] = [symbolsOf(before.config), symbolsOf(now.config)]
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((symbol): Change[] => {
    const [old, current] = [was.get(symbol), is.get(symbol)]
    if (old === current || MACHINE.test(symbol)) return []
    const name = packageOf(symbol, packages)
    // The options of a package come and go with it.
    if (name !== undefined && symbol !== switchOf(name) && was.has(switchOf(name)) !== is.has(switchOf(name))) return []
    return [symbolChange(symbol, {old, current, name})]
  })
}

function symbolChange(symbol: string, {old, current, name}: Readonly<Record<'old' | 'current' | 'name', string | undefined>>): Change {
  const said = `${symbol} is ${current ?? 'off'}, was ${old ?? 'off'}`
  if (FINAL.test(symbol) || KCONFIG.test(symbol)) return {scope: 'noticed', why: said}
  if (symbol.startsWith('BR2_LINUX_KERNEL')) return {scope: 'package', name: 'linux', why: said}
  if (name === undefined) return {scope: 'all', why: said}
  if (symbol !== switchOf(name)) return {scope: 'package', name, why: said}
  // Files of a package that is gone would stay behind; one that is new is simply built.
  return current === undefined ? {scope: 'all', why: `${name} is gone`} : {scope: 'noticed', why: `${name} is new`}
}

const switchOf = (name: string): string => `BR2_PACKAGE_${makeName(name)}`

/** The package an option belongs to: the longest name that it starts with. */
function packageOf(symbol: string, packages: readonly string[]): string | undefined {
  return packages
    .filter(name => symbol === switchOf(name) || symbol.startsWith(`${switchOf(name)}_`))
    .sort((a, b) => b.length - a.length)[0]
}

function treeChanges(before: OutputState, now: OutputState, packages: readonly string[]): Change[] {
  return [...new Set([...Object.keys(before.tree), ...Object.keys(now.tree)])].sort()
    .filter(path => before.tree[path] !== now.tree[path])
    .flatMap(path => treeChange(path, packages))
}

function treeChange(path: string, packages: readonly string[]): Change[] {
  const why = `br2-external/${path} changed`
  // What they say is compared as configuration.
  if (/^(configs\/|user\.defconfig$|Config\.in$|external\.desc$)/.test(path)) return []
  if (/\.fragment$|^board\/common\/linux\.config$/.test(path)) return [{scope: 'noticed', why}]
  if (/^board\/[^/]+\/(post-build\.sh|post-image\.sh|device_table\.txt|config\.txt|cmdline\.txt)$|^board\/builder\//.test(path)) return [{scope: 'noticed', why}]
  const [, name] = /^(?:board\/common\/patches|package)\/([^/]+)\//.exec(path) ?? []
  return [name !== undefined && packages.includes(name) ? {scope: 'package', name, why} : {scope: 'all', why}]
}

/** Buildroot copies a changed folder again by itself (pkg-generic.mk, .stamp_rsynced), but only on <package>-rebuild. */
function overrideChanges(before: OutputState, now: OutputState, packages: readonly string[]): Change[] {
  return [...new Set([...Object.keys(before.overrides), ...Object.keys(now.overrides)])].sort()
    .filter(name => before.overrides[name] !== now.overrides[name])
    .flatMap((name): Change[] => before.overrides[name] !== undefined && now.overrides[name] !== undefined
      // The package for the host of the same name reads the same folder.
      ? packages.filter(known => known === name || known === `host-${name}`).map(known => ({scope: 'package', name: known, why: `the folder of ${name} changed`}))
      : [{scope: 'all', why: `${name} is built from ${now.overrides[name] === undefined ? "Buildroot's own source again" : 'a folder of yours'}`}])
}

function symbolsOf(config: string): Map<string, string> {
  return new Map(config.split('\n').flatMap((line): [string, string][] => {
    const [, symbol, value] = /^(BR2_\w+)=(.*)$/.exec(line) ?? []
    return symbol !== undefined && value !== undefined ? [[symbol, value]] : []
  }))
}
