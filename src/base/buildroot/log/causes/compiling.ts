import type {Cause} from './cause.js'

/** Configure scripts, compilers and linkers. The particular stands before the general. */
export const compilingCauses: readonly Cause[] = [
  {
    name: 'host-gcc-too-new',
    patterns: [
      /error: [‘']bool[’'] cannot be defined via [‘']typedef[’']/,
      /note: [‘'](?:bool|true|false|nullptr|constexpr)[’'] is a keyword with [‘']-std=c23[’']/,
      /error: expected .* before [‘']bool[’']/,
      /error: (?:conflicting types for|too many arguments to function) [‘'][^’']+[’']; (?:have|expected)/,
      /error: .*\[-W(?:implicit-function-declaration|incompatible-pointer-types|int-conversion|implicit-int)\]/,
      /error: .*\[-W(?:return-mismatch|declaration-missing-parameter-type)\]/,
    ],
    cause: 'the compiler is stricter than these sources were written for: gcc 14 makes errors of implicit declarations and of pointers of other types, gcc 15 takes C23, where bool is a word of the language. For a host- package it is the compiler of this machine',
    wayOut: "build in brmc's container, whose gcc Buildroot's release was tried with, or take a newer Buildroot; for a package of your own: <PACKAGE>_CONF_ENV += CFLAGS=\"$(TARGET_CFLAGS) -std=gnu17\"",
  },
  {
    name: 'kernel-host-header',
    patterns: [
      /fatal error: (?<header>openssl\/\S+|libelf\.h|gelf\.h|elf\.h|dwarf\.h|elfutils\/\S+): No such file/,
      /error: Cannot (?:generate ORC metadata|resolve BTF).*(?:libelf|libdw)/,
      /^(?:\/bin\/)?(?:ba|da)?sh: (?:\d+: |line \d+: )?(?<header>bc|pahole|lz4c?|zstd|xz|lzop|cpio|rsync|python3|depmod|kmod|openssl): (?:command )?not found/,
    ],
    cause: ({groups}) => `building needs ${groups['header'] ?? 'something'} on the machine, which is not there`,
    wayOut: ({groups}) => `${neededSymbol(groups['header'] ?? '')}, so that Buildroot makes it; or install it where the build runs`,
  },
  {
    name: 'btf',
    patterns: [/Failed to generate BTF for vmlinux/, /BTF: .*pahole \(pahole\) is not available/],
    cause: 'the kernel is to describe its types (CONFIG_DEBUG_INFO_BTF), for which pahole is missing or too old',
    wayOut: 'BR2_LINUX_KERNEL_NEEDS_HOST_PAHOLE=y, or "# CONFIG_DEBUG_INFO_BTF is not set" in linux-user.fragment',
  },
  {
    name: 'kernel-asks',
    patterns: [/^Error in reading or end of file\.$/, /^\*\*\* Configuration file "\.config" not found/, /^ERROR: (?<what>\d+) unresolved symbols?/],
    cause: 'the kernel (or BusyBox) asks questions that nobody answers: its .config is for another version, or missing',
    wayOut: 'make linux-olddefconfig (busybox-olddefconfig) and linux-update-defconfig; or delete the package\'s folder in build/',
  },
  {
    name: 'compile-header',
    patterns: [/^(?<file>\S+):\d+:(?:\d+:)? fatal error: (?<header>[^:]+): No such file or directory/],
    cause: ({groups}) => `${groups['file'] ?? 'a file'} wants ${groups['header'] ?? 'a header'}, which is in no folder the compiler looks into: a library it belongs to was not built before (missing in <PACKAGE>_DEPENDENCIES), or is not chosen`,
    wayOut: ({groups}) => `find the package that installs ${groups['header'] ?? 'it'} (grep -r in host/*/sysroot/usr/include), and add it to <PACKAGE>_DEPENDENCIES and, with select, to Config.in`,
  },
  {
    name: 'link-library',
    patterns: [/cannot find -l(?<library>\S+?)(?::|$)/],
    cause: ({groups}) => `the linker finds no lib${groups['library'] ?? ''}: its package was not built before this one, is not chosen, or makes only the other kind (static, shared)`,
    wayOut: 'add it to <PACKAGE>_DEPENDENCIES and, with select, to Config.in; see BR2_SHARED_LIBS and BR2_STATIC_LIBS',
  },
  {
    name: 'link-symbol',
    patterns: [/undefined reference to [`'‘](?<symbol>[^'’]+)['’]/],
    cause: ({groups}) => `nothing that is linked has ${groups['symbol'] ?? 'a symbol'}: a library is missing on the command line, comes before what needs it, or was built without that part`,
    wayOut: 'add the library to LIBS of the package; with BR2_STATIC_LIBS also those it needs itself (pkg-config --static)',
  },
  {
    name: 'assembler-option',
    patterns: [
      /error: unrecognized command-line option [‘'](?<option>[^’']+)[’']/,
      /error: (?:bad value|unknown value) [‘'](?<option>[^’']+)[’'] for [‘']-m\w+[=’']/,
    ],
    cause: ({groups}) => `the compiler does not know ${groups['option'] ?? 'an option'}: it is too old for this processor or these sources, or the host's compiler got an option of the target's`,
    wayOut: 'look at BR2_cortex_… and BR2_TARGET_OPTIMIZATION, or take a newer toolchain',
  },
  {
    name: 'configure-error',
    patterns: [/configure: error: (?<text>.+)$/],
    cause: ({groups}) => `the package's configure script gave up: ${(groups['text'] ?? '').trim()}`,
    wayOut: "config.log in the package's folder in build/ has the test that failed and the compiler's words; what it misses belongs into <PACKAGE>_DEPENDENCIES",
  },
  {
    name: 'pkg-config',
    patterns: [
      /No package '(?<library>[^']+)' found/,
      /Dependency "(?<library>[^"]+)" not found/,
      /ERROR: Dependency lookup for (?<library>\S+) with method/,
      /Package (?<library>\S+) was not found in the pkg-config search path/,
    ],
    cause: ({groups}) => `pkg-config knows no ${groups['library'] ?? 'library'} for the target: its package was not built before, or is not chosen`,
    wayOut: 'add it, and host-pkgconf, to <PACKAGE>_DEPENDENCIES',
  },
  {
    name: 'cmake-version',
    patterns: [/Compatibility with CMake < 3\.5 has been removed/, /CMake (?<wanted>[\d.]+) or higher is required/],
    cause: ({groups}) => groups['wanted'] === undefined ? 'CMake 4 refuses projects written for CMake before 3.5' : `CMake ${groups['wanted']} is needed, an older one is used`,
    wayOut: 'for old sources: <PACKAGE>_CONF_OPTS += -DCMAKE_POLICY_VERSION_MINIMUM=3.5; for an old CMake: let Buildroot make its own (BR2_FORCE_HOST_BUILD=y)',
  },
  {
    // package/pkg-autotools.mk: LIBTOOL_PATCH_HOOK is a hook after patching, and sources in a folder of the user's are not patched.
    name: 'libtool-not-patched',
    patterns: [/libtool: +error: (?:error: )?relink '(?<file>[^']+)' with the above command/],
    cause: ({groups}) => `libtool links ${groups['file'] ?? 'a library'} once more while it installs it, and looks into the machine's own /usr/lib for that. Buildroot mends libtool in sources it unpacks, not in a folder that overrides them`,
    wayOut: 'mend ltmain.sh in that folder: patch -i <buildroot>/support/libtool/buildroot-libtool-v2.4.4.patch ltmain.sh; or set <PACKAGE>_AUTORECONF = YES, with which it is done before configure',
  },
  {
    name: 'unsafe-path',
    patterns: [/(?:ERROR|WARNING): unsafe header\/library path used in cross-compilation: '?(?<path>[^' ]+)'?/],
    cause: ({groups}) => `the package looks into the machine's own ${groups['path'] ?? 'folders'} for the target`,
    wayOut: 'its build adds -I/usr/include or -L/usr/lib: patch that out, or tell its configure where the sysroot is',
  },
  {
    name: 'internal-compiler-error',
    patterns: [/internal compiler error: (?!Killed)(?<text>.+)$/],
    cause: ({groups}) => `the compiler itself broke down: ${groups['text'] ?? ''}. At ever other places: the memory is bad; always at one: a defect of the compiler`,
    wayOut: 'build again; comes it at the same place, take another version of the toolchain or less optimisation for this package',
  },
]

const isBuilt = ({file = ''}: Readonly<Record<string, string>>): boolean => file.includes('/build/')

function neededSymbol(what: string): string {
  if (what.startsWith('openssl')) return 'BR2_LINUX_KERNEL_NEEDS_HOST_OPENSSL=y'
  if (/elf|dwarf/.test(what)) return 'BR2_LINUX_KERNEL_NEEDS_HOST_LIBELF=y'
  if (what === 'pahole') return 'BR2_LINUX_KERNEL_NEEDS_HOST_PAHOLE=y'
  if (what === 'python3') return 'BR2_LINUX_KERNEL_NEEDS_HOST_PYTHON3=y'
  return `choose the package that brings ${what} for the host`
}

/** What is known of a failed installation of a package's files. */
export const installCauses: readonly Cause[] = [
  {
    name: 'file-not-made',
    patterns: [/(?:install|cp|mv): cannot stat '(?<file>[^']+)'/],
    cause: ({groups}) => `${groups['file'] ?? 'a file'} is to be copied and is not there${isBuilt(groups) ? ': the build did not make it (an option is off, or it is called otherwise in this version)' : ''}`,
    wayOut: ({groups}) => isBuilt(groups)
      ? "look at what the package's folder in build/ has, and mend <PACKAGE>_INSTALL_…_CMDS"
      : 'mend the path in the script that copies it, or put the file there (a container sees only what is mounted)',
  },
]
