/** What `make -s printvars VARS='…'` of Buildroot is asked for, after `make defconfig`: all that Kconfig's questions need. */
export const CONTRACT_VARIABLES = [
  'BASE_DIR', 'BR2_CONFIG', 'BR2_VERSION_FULL', 'HOSTARCH', 'HOSTCC_VERSION', 'KERNEL_ARCH', 'TOPDIR',
  'LINUX_DIR', 'LINUX_KCONFIG_DEFCONFIG', 'LINUX_KCONFIG_FILE', 'LINUX_KCONFIG_FRAGMENT_FILES', 'LINUX_KCONFIG_FIXUP_CMDS',
  'BUSYBOX_DIR', 'BUSYBOX_KCONFIG_FILE', 'BUSYBOX_KCONFIG_FRAGMENT_FILES', 'BUSYBOX_KCONFIG_FIXUP_CMDS',
] as const

export type ContractVariable = typeof CONTRACT_VARIABLES[number]
export type PrintedVariables = Readonly<Record<ContractVariable, string>>

/** A change that Buildroot's makefiles make to a finished .config. */
export interface Fixup {
  /** As in a .config. */
  line: string
  /** Not where the option is y or m already (KCONFIG_ENABLE_OPT). */
  unlessEnabled: boolean
}

/** Values by name; a variable that is defined over several lines (a recipe) keeps them. What was not printed is empty. */
export function parsePrintedVariables(text: string): PrintedVariables {
  const values: Record<string, string> = Object.fromEntries(CONTRACT_VARIABLES.map(name => [name, '']))
  let current: string | undefined
  for (const line of text.split('\n')) {
    const [, name, rest = ''] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? []
    if (name !== undefined && name in values) {
      current = name
      values[name] = rest
    } else if (name !== undefined) {
      current = undefined
    } else if (current !== undefined) {
      values[current] = `${values[current] ?? ''}\n${line}`
    }
  }

  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()])) as PrintedVariables
}

/**
 * The changes in an expanded recipe <PACKAGE>_KCONFIG_FIXUP_CMDS, in order: KCONFIG_ENABLE_OPT, KCONFIG_SET_OPT and KCONFIG_DISABLE_OPT of
 * package/pkg-utils.mk, where the older line is taken away with sed and the new one added with echo.
 */
export function fixupsOf(recipe: string): Fixup[] {
  const change = /(if ! grep -q '\^\w+=\[my\]' \S+; then\s+)?\S*sed -i -e '[^']*' \S+ && echo '((?:# )?\w+(?:=[^']*| is not set))' >>/g
  return [...recipe.matchAll(change)].map(([, guard, line = '']) => ({line, unlessEnabled: guard !== undefined}))
}
