import type {Cause} from './cause.js'

const SERIES = (version = ''): string => version.replace(/\.x$/, '').replaceAll('.', '_')

/** The external toolchain is not what the configuration says of it (toolchain/helpers.mk). */
export const toolchainCauses: readonly Cause[] = [
  {
    name: 'gcc-version',
    patterns: [/^Incorrect selection of gcc version: expected (?<wanted>\S+), got (?<got>\S+)/],
    cause: ({groups}) => `the toolchain's gcc is ${groups['got'] ?? 'another'}, the configuration says ${groups['wanted'] ?? 'otherwise'}`,
    wayOut: ({groups}) => `say what it is: BR2_TOOLCHAIN_EXTERNAL_GCC_${/^\d+/.exec(groups['got'] ?? '')?.[0] ?? '<version>'}=y (buildroot.toolchain in brmc.yaml), or take another toolchain`,
  },
  {
    name: 'kernel-headers',
    patterns: [/^Incorrect selection of kernel headers: expected (?<wanted>\S+), got (?<got>\S+)/],
    cause: ({groups}) => `the toolchain has the headers of Linux ${groups['got'] ?? '?'}, the configuration says ${groups['wanted'] ?? '?'}`,
    wayOut: ({groups}) => `say what they are: BR2_TOOLCHAIN_EXTERNAL_HEADERS_${SERIES(groups['got'])}=y; they may be older than the kernel that is built, never newer`,
  },
  {
    name: 'c-library',
    patterns: [/^Incorrect selection of the C library/],
    cause: "the toolchain's C library (glibc, musl, uClibc) is another than the configuration says",
    wayOut: 'BR2_TOOLCHAIN_EXTERNAL_CUSTOM_GLIBC=y, …_MUSL=y or …_UCLIBC=y, as the toolchain is',
  },
  {
    name: 'toolchain-feature',
    patterns: [
      /^(?<feature>\S.*) (?<state>support (?:not )?available) in C library, please (?<what>enable|disable) (?<symbol>BR2_\w+)/,
      /^(?<feature>SSP) (?<state>support (?:not )?available) in this toolchain, please (?<what>enable|disable) (?<symbol>BR2_\w+)/,
    ],
    cause: ({groups}) => `${groups['feature'] ?? 'a feature'}: the toolchain ${groups['state']?.includes('not') ? 'has it not' : 'has it'}, the configuration says otherwise`,
    wayOut: ({groups}) => groups['what'] === 'disable' ? `# ${groups['symbol'] ?? ''} is not set` : `${groups['symbol'] ?? ''}=y`,
  },
  {
    name: 'c-library-lacks',
    patterns: [/^(?<feature>\S.*) not available in C library, toolchain unsuitable for Buildroot/],
    cause: ({groups}) => `the toolchain's uClibc was built without ${groups['feature'] ?? 'a feature'}, and Buildroot does without it no more`,
    wayOut: 'take a toolchain of this decade with glibc or musl (a multicast router needs IPv6 in its C library)',
  },
  {
    name: 'toolchain-language',
    patterns: [/^(?<feature>C\+\+|Fortran|OpenMP|D language) support is (?<selected>selected|not selected) but is (?:not )?available in external toolchain/],
    cause: ({groups}) => `the toolchain ${groups['selected'] === 'selected' ? 'has no' : 'has'} ${groups['feature'] ?? 'support'}, the configuration says otherwise`,
    wayOut: ({groups}) => {
      const symbol = {'C++': 'CXX', 'Fortran': 'FORTRAN', 'OpenMP': 'OPENMP', 'D language': 'DLANG'}[groups['feature'] ?? ''] ?? '<feature>'
      return groups['selected'] === 'selected' ? `# BR2_TOOLCHAIN_EXTERNAL_${symbol} is not set` : `BR2_TOOLCHAIN_EXTERNAL_${symbol}=y`
    },
  },
  {
    name: 'no-cross-compiler',
    patterns: [/^Cannot execute cross-compiler '(?<file>[^']+)'/],
    cause: ({groups}) => `there is no compiler ${groups['file'] ?? ''} that runs here: path or prefix of the toolchain is wrong, it was made for another processor or a newer C library than this machine's, or is not mounted into the container`,
    wayOut: ({groups}) => `try it: ${groups['file'] ?? '<compiler>'} -v; then mend BR2_TOOLCHAIN_EXTERNAL_PATH and BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX (buildroot.toolchain in brmc.yaml)`,
  },
  {
    name: 'distribution-toolchain',
    patterns: [/^Distribution toolchains are unsuitable for use by Buildroot/, /^Angstrom toolchains are not pure toolchains/],
    cause: "the toolchain is a distribution's cross compiler, which cannot be moved and brings libraries of its own",
    wayOut: "take Bootlin's (buildroot.toolchain bootlin, the default), or one made by crosstool-NG or by Buildroot itself",
  },
  {
    name: 'no-sysroot',
    patterns: [/^Unable to detect the toolchain (?:architecture )?sysroot/, /^External toolchain doesn't support --sysroot/],
    cause: 'the toolchain has no sysroot for the chosen processor, or none at all',
    wayOut: 'look at BR2_aarch64 and BR2_cortex_…: the toolchain must be for that processor; or take another',
  },
  {
    name: 'toolchain-abi',
    patterns: [/^Incorrect ABI setting: (?<wanted>\S+) selected, but toolchain is incompatible/, /^External toolchain uses the unsupported OABI/],
    cause: ({groups}) => `the toolchain makes programs of another kind than chosen${groups['wanted'] === undefined ? '' : ` (${groups['wanted']})`}`,
    wayOut: 'set BR2_ARM_EABI or BR2_ARM_EABIHF as the toolchain is',
  },
]
