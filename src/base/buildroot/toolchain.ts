import {BrmcError} from '../../errors.js'

/** The facts that Buildroot asks of an external toolchain; board/builder/toolchain-facts.sh prints them. */
export interface ToolchainFacts {
  /** `aarch64-linux-gnu`: what stands before `-gcc`. */
  prefix: string
  machine: string
  /** Major version. */
  gcc: string
  /** Series of the kernel headers in its sysroot: `6.1`. */
  headers: string
  libc: string
  /** Languages and parts it has: cxx, fortran, dlang, openmp, rpc. */
  has: ReadonlySet<string>
}

/** Reads the lines `name=value` of the script. Throws BrmcError USAGE for what is no compiler that a router can be built with. */
export function parseToolchainFacts(output: string, folder: string): ToolchainFacts {
  const facts = new Map(output.split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = /^(\w+)=(\S+)$/.exec(line) ?? []
    return name !== undefined && value !== undefined ? [[name, value]] : []
  }))
  const of = (name: string): string => facts.get(name) ?? ''
  const problem = of('prefix') === '' ? 'it has no bin/*-gcc'
    : !of('machine').startsWith('aarch64') ? `its compiler makes programs for ${of('machine') || 'nothing'}, not for aarch64`
      : of('libc') !== 'glibc' ? 'its C library is not glibc'
        : of('headers') === '' ? 'it has no kernel headers (usr/include/linux/version.h in its sysroot)' : undefined
  if (problem !== undefined) {
    throw new BrmcError('USAGE', `buildroot.toolchain.external: ${folder} cannot be used: ${problem}`, {
      suggestions: ['give the folder that holds bin/aarch64-…-gcc of a relocatable cross compiler with glibc', 'or leave it to Buildroot: toolchain: bootlin'],
    })
  }
  return {
    prefix: of('prefix'), machine: of('machine'), gcc: of('gcc'), headers: of('headers'), libc: of('libc'),
    has: new Set([...facts].filter(([, value]) => value === 'y').map(([name]) => name)),
  }
}

const HAS_SYMBOL = {cxx: 'CXX', fortran: 'FORTRAN', dlang: 'DLANG', openmp: 'OPENMP', rpc: 'INET_RPC'} as const

/** Lines of a defconfig for a compiler that lies in `place` already. Buildroot's manual, "Using an external toolchain". */
export function toolchainLines({prefix, gcc, headers, has}: ToolchainFacts, place: string): string[] {
  return [
    'BR2_TOOLCHAIN_EXTERNAL=y',
    'BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y',
    'BR2_TOOLCHAIN_EXTERNAL_PREINSTALLED=y',
    `BR2_TOOLCHAIN_EXTERNAL_PATH="${place}"`,
    `BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX="${prefix}"`,
    `BR2_TOOLCHAIN_EXTERNAL_GCC_${gcc}=y`,
    `BR2_TOOLCHAIN_EXTERNAL_HEADERS_${headers.replace('.', '_')}=y`,
    'BR2_TOOLCHAIN_EXTERNAL_CUSTOM_GLIBC=y',
    ...Object.entries(HAS_SYMBOL).map(([name, symbol]) => has.has(name) ? `BR2_TOOLCHAIN_EXTERNAL_${symbol}=y` : `# BR2_TOOLCHAIN_EXTERNAL_${symbol} is not set`),
  ]
}
