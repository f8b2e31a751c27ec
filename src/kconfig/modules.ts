import {parseConfig, type KernelFeature} from './contract.js'

export interface MissingModule {
  feature: string
  reason: string
  module: string
}

export interface KernelFiles {
  /** Its final .config. */
  config: string
  /** Files below lib/modules/<release> of the root, such as kernel/net/bridge/bridge.ko.xz */
  paths: readonly string[]
  /** Text of modules.builtin: one such path a line. */
  builtin: string
}

/** Modules of features that are neither in the root nor built into its kernel. A kernel without modules has all of them built in or not at all. */
export function missingModules(features: readonly KernelFeature[], {config, paths, builtin}: KernelFiles): MissingModule[] {
  if (parseConfig(config).get('CONFIG_MODULES') !== 'y') return []
  const present = new Set([...paths, ...builtin.split('\n')].flatMap(path => moduleName(path) ?? []))
  return features.flatMap(({name, reason, modules}) =>
    modules.filter(module => !present.has(canonical(module))).map(module => ({feature: name, reason, module})))
}

/** kernel/net/netfilter/xt_HL.ko.xz → xt_HL */
function moduleName(path: string): string | undefined {
  const [, name] = /([^/]+)\.ko(?:\.(?:gz|xz|zst))?$/.exec(path.trim()) ?? []
  return name === undefined ? undefined : canonical(name)
}

/** modprobe takes - and _ for the same. */
const canonical = (name: string): string => name.replaceAll('-', '_')
