/** What a kernel option may be: built in, a module, or either (where an initramfs or a boot script can load it). */
export type Asked = 'y' | 'm' | 'y|m'

export interface KernelSymbol {
  /** Without CONFIG_. */
  name: string
  value: Asked
}

/** Kernel options that only make sense together: a feature without its dependencies is dropped by Kconfig without a word. */
export interface KernelFeature {
  name: string
  /** What on the router stops working without it. */
  reason: string
  symbols: readonly KernelSymbol[]
  /** Modules, by file name without .ko, that have to be loadable where the options are not built in. */
  modules: readonly string[]
  /** What an initramfs makes of these options: it loads modules itself, or does the option's work. Absent: nothing. */
  withInitramfs?: 'modules' | 'unneeded'
}

/** One option that is not what was asked for. */
export interface ContractBreach {
  /** With CONFIG_, as in the file. */
  symbol: string
  asked: Asked
  /** y, m, a number or text as in the file; n for `is not set` and for options the file does not name. */
  got: string
  feature: string
}

export interface RootMount {
  /** True where an initramfs finds and mounts the root (or is the root), false where the kernel does. */
  initramfs: boolean
}

/**
 * What is asked of a kernel and not in its final config. No dependency model: comparing asked with got finds what olddefconfig
 * dropped, whatever the cause.
 * @param configText a kernel's .config or /boot/config-<release>
 */
export function compareContract(asked: readonly KernelFeature[], configText: string, {initramfs}: RootMount): ContractBreach[] {
  const got = parseConfig(configText)
  return asked.flatMap(feature => symbolsFor(feature, initramfs).flatMap(({name, value}) => {
    const symbol = `CONFIG_${name}`
    const actual = got.get(symbol) ?? 'n'
    return value.split('|').includes(actual) ? [] : [{symbol, asked: value, got: actual, feature: feature.name}]
  }))
}

function symbolsFor({symbols, withInitramfs}: KernelFeature, initramfs: boolean): readonly KernelSymbol[] {
  if (!initramfs || withInitramfs === undefined) return symbols
  return withInitramfs === 'unneeded' ? [] : symbols.map(({name}) => ({name, value: 'y|m'}))
}

/** Values a symbol may have where its feature allows more than one: what a fragment asks as y is kept by m too. */
export function acceptedValues(features: readonly KernelFeature[], {initramfs}: RootMount): Map<string, readonly string[]> {
  return new Map(features.flatMap(feature => symbolsFor(feature, initramfs).map(({name, value}) => [`CONFIG_${name}`, value.split('|')])))
}

/** Options of a .config of Linux, BusyBox or Buildroot: `CONFIG_X=y` -> y; `# CONFIG_X is not set` -> n. */
export function parseConfig(text: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, set, value, unset] = /^(?:((?:CONFIG|BR2)_\w+)=(.*)|# ((?:CONFIG|BR2)_\w+) is not set)$/.exec(line.trimEnd()) ?? []
    if (set !== undefined && value !== undefined) options.set(set, value)
    if (unset !== undefined) options.set(unset, 'n')
  }
  return options
}

/** The line a config fragment needs for an option; what may be either is built in, so that no boot script need load it. */
export function fragmentLine({name, value}: KernelSymbol): string {
  return `CONFIG_${name}=${value === 'm' ? 'm' : 'y'}`
}
