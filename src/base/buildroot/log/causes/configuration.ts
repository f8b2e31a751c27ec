import {find, findAll, type Cause} from './cause.js'

/** What was asked for cannot be, found before or between compilations. */
export const configurationCauses: readonly Cause[] = [
  {
    name: 'legacy-option',
    patterns: [/You have legacy configuration in your \.config/],
    cause: 'the configuration has symbols that Buildroot knew once and no more (Config.in.legacy); building goes on only without them',
    wayOut: 'see which, and what came in their place: brmc menuconfig, menu "Legacy config options"; then take them out of user.defconfig',
  },
  {
    name: 'configuration-not-written',
    patterns: [/^\*\*\* Error during (?:update|writing) of the configuration/, /^\*\*\* End of the configuration\.? but not written/],
    cause: 'the configuration could not be written: the disk is full or has no inodes left, or the output folder may not be written',
    wayOut: 'look at df -h and df -i of the output folder, and at who owns it',
  },
  {
    name: 'not-configured',
    patterns: [/Please configure Buildroot first/],
    cause: 'the output folder has no .config yet, or is another than the one that was configured',
    wayOut: 'make O=<output> BR2_EXTERNAL=<tree> <name>_defconfig first, and the same O= afterwards',
  },
  {
    name: 'no-such-target',
    patterns: [/^make: \*\*\* No rule to make target '(?<target>[\w.+-]+)'\.\s+Stop\.$/],
    cause: ({groups}) => `Buildroot has no target ${groups['target'] ?? ''}: not a package that is configured, or the output folder has no .config`,
    wayOut: 'look at its name, and whether O= names the folder that was configured',
  },
  {
    name: 'no-such-defconfig',
    patterns: [/Can't find (?<file>\S+_defconfig)"?\.\s+Stop\./],
    cause: ({groups}) => `there is no configs/${groups['file'] ?? 'defconfig'}, neither in Buildroot nor in the external tree`,
    wayOut: 'give BR2_EXTERNAL=<tree>; make list-defconfigs shows those there are',
  },
  {
    name: 'no-external-tree',
    patterns: [
      /\*\*\* '(?<tree>[^']+)': no such file or directory\.\s+Stop/,
      /\*\*\* '(?<tree>[^']+)': .*external\.(?:desc|mk)|\*\*\* '(?<tree2>[^']+)': does not have an? '?(?:external\.desc|Config\.in|external\.mk)/,
    ],
    cause: ({groups}) => `BR2_EXTERNAL names ${groups['tree'] ?? groups['tree2'] ?? 'a folder'}, which is no external tree or is not there (where the build runs: a container sees only what is mounted)`,
    wayOut: 'brmc generate makes br2-external/; give its absolute path',
  },
  {
    name: 'bad-output-folder',
    patterns: [/The build directory can not contain a '@'/, /output directory ".*" does not exist/],
    cause: "the output folder's path has an @ (Jenkins makes such), or its parent is not there",
    wayOut: 'choose another O=',
  },
  {
    name: 'patch-folder-missing',
    patterns: [/BR2_GLOBAL_PATCH_DIR contains nonexistent directory (?<folder>\S+?)\.?(?:\s+Stop\.)?$/],
    cause: ({groups}) => `BR2_GLOBAL_PATCH_DIR names ${groups['folder'] ?? 'a folder'}, which is not there`,
    wayOut: 'brmc generate makes board/common/patches; for a folder of your own: give a path with $(BR2_EXTERNAL_BRMC_PATH)',
  },
  {
    name: 'undeclared-dependency',
    patterns: [/\*\*\* (?<needed>\S+) is in the dependency chain of (?<by>\S+) that has added it to its _DEPENDENCIES/],
    cause: ({groups}) => `package ${groups['by'] ?? ''} needs ${groups['needed'] ?? 'another'} (its .mk), but its Config.in neither selects it nor depends on it`,
    wayOut: ({groups}) => `add "select BR2_PACKAGE_${(groups['needed'] ?? 'X').toUpperCase().replaceAll('-', '_')}" to Config.in of ${groups['by'] ?? 'the package'}`,
  },
  {
    name: 'no-provider',
    patterns: [/No implementation selected for virtual package (?<what>[\w-]+)/, /are selected as providers for virtual package "(?<what>[^"]+)"/],
    cause: ({groups}) => `for the virtual package ${groups['what'] ?? ''} not exactly one implementation is chosen`,
    wayOut: 'choose one in brmc menuconfig',
  },
  {
    name: 'makefile-says',
    patterns: [/^[^\s:]+\.mk:\d+: \*\*\* (?<text>.*(?:[Cc]heck your BR2_\w+|Configuration error|cannot be empty|is not set).*?)\.?\s+Stop\.$/],
    cause: ({groups}) => `the configuration is not complete: ${groups['text'] ?? ''}`,
    wayOut: 'set the symbol named, in user.defconfig',
  },
  {
    name: 'fragment-missing',
    patterns: [/^Kconfig file or fragment '(?<file>[^'%]+)' for '(?<package>[^']+)' does not exist/],
    cause: ({groups}) => `the configuration of ${groups['package'] ?? 'the package'} is to be made from ${groups['file'] ?? 'a file'}, which is not there`,
    wayOut: 'brmc generate makes the fragments again; a file of your own needs its full path, as $(BR2_EXTERNAL_BRMC_PATH)/… (a container sees only what is mounted)',
  },
  {
    name: 'no-kernel-defconfig',
    patterns: [/Can't find default configuration "(?<file>[^"]+)"/],
    cause: ({groups}) => `the kernel's sources have no ${groups['file'] ?? 'such defconfig'}`,
    wayOut: "BR2_LINUX_KERNEL_DEFCONFIG is the name without _defconfig, and bcm2711 and bcm2712 exist only in Raspberry Pi's kernel (kernel: raspberrypi); for another kernel bring a configuration file",
  },
  {
    name: 'no-device-tree',
    patterns: [/No rule to make target '(?<file>arch\/\S+\.dtb)'/],
    cause: ({groups}) => `the kernel's sources have no device tree ${groups['file'] ?? ''}: this kernel does not know that board, or knows it by another name`,
    wayOut: 'look into arch/arm64/boot/dts/broadcom of the kernel; set BR2_LINUX_KERNEL_INTREE_DTS_NAME to what is there (names differ between Raspberry Pi\'s kernel and the plain one)',
  },
  {
    name: 'patch-does-not-apply',
    patterns: [
      /^Hunk #(?<hunk>\d+) FAILED at (?<at>\d+)/,
      /^\d+ out of \d+ hunks? (?:FAILED|ignored)/,
      /^patch: \*\*\*\* (?:malformed patch|Only garbage)/,
      /^Aborting\.\s+Reject files found/,
    ],
    cause: seen => {
      const patch = findAll(seen, /^Applying (\S+) using /).at(-1)
      const rejected = find(seen, /saving rejects to file (\S+)\.rej/)
      const hunks = findAll(seen, /^Hunk #(\d+) FAILED/)
      return `${patch ?? 'a patch'} does not apply${rejected === undefined ? '' : ` to ${rejected}`}${hunks.length > 0 ? ` (hunk ${hunks.join(', ')})` : ''}: the sources are another version than it was made for, or have it already. Buildroot allows no fuzz`
    },
    wayOut: 'make the patch anew for this version, or take it out of BR2_GLOBAL_PATCH_DIR or the package; where the version was changed, so must the patches be',
  },
  {
    name: 'patch-twice',
    patterns: [/^Error: duplicate filename '(?<patch>[^']+)'/],
    cause: ({groups}) => `two patches are called ${groups['patch'] ?? 'the same'}, or patching was broken off in its midst and is tried again on the same sources`,
    wayOut: 'rename one; or make <package>-dirclean, and build again',
  },
]
