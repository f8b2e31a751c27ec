import {execFileSync} from 'node:child_process'
import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {parseToolchainFacts, toolchainLines, type ToolchainFacts} from '../../../src/base/buildroot/toolchain.js'
import {BrmcError} from '../../../src/errors.js'

const SCRIPT = fileURLToPath(new URL('../../../board/builder/toolchain-facts.sh', import.meta.url))

interface Compiler {
  machine?: string
  libc?: string
  openmp?: boolean
  headers?: number
  more?: readonly string[]
}

describe('a compiler of the user\'s own', () => {
  let folder: string
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'brmc tools ')) })
  afterEach(async () => { await rm(folder, {recursive: true, force: true}) })

  async function put(path: string, text: string, mode = 0o644): Promise<void> {
    await mkdir(dirname(join(folder, path)), {recursive: true})
    await writeFile(join(folder, path), text)
    await chmod(join(folder, path), mode)
  }

  /** Prints what a cross compiler prints; this machine may have none. */
  async function compiler({machine = 'aarch64-linux-gnu', libc = 'glibc', openmp = true, headers = 0x60114, more = []}: Compiler = {}): Promise<void> {
    await put('bin/aarch64-linux-gnu-gcc', `#!/bin/sh
case " $* " in
  *" -dumpmachine "*) echo ${machine} ;;
  *" -dumpversion "*) echo 14.2.0 ;;
  *" -print-sysroot "*) echo '${folder}/sysroot' ;;
  *" -E "*) cat > /dev/null; echo libc=${libc} ;;
  *" -fopenmp "*) cat > /dev/null; exit ${openmp ? 0 : 1} ;;
esac
`, 0o755)
    if (headers > 0) await put('sysroot/usr/include/linux/version.h', `#define LINUX_VERSION_CODE ${headers}\n#define KERNEL_VERSION(a,b,c) 0\n`)
    for (const path of more) await put(path, '', 0o755)
  }
  const facts = (): ToolchainFacts => parseToolchainFacts(execFileSync('sh', [SCRIPT, folder], {encoding: 'utf8'}), '/opt/tools')

  it('is known by what its programs print', async () => {
    await compiler({more: ['bin/aarch64-linux-gnu-g++', 'bin/aarch64-linux-gnu-gfortran', 'sysroot/usr/include/rpc/rpc.h']})
    expect(facts()).to.deep.equal({
      prefix: 'aarch64-linux-gnu', machine: 'aarch64-linux-gnu', gcc: '14', headers: '6.1', libc: 'glibc', has: new Set(['cxx', 'fortran', 'rpc', 'openmp']),
    })
    expect(toolchainLines(facts(), '/brmc/toolchain')).to.include.members([
      'BR2_TOOLCHAIN_EXTERNAL_PATH="/brmc/toolchain"', 'BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX="aarch64-linux-gnu"', 'BR2_TOOLCHAIN_EXTERNAL_GCC_14=y',
      'BR2_TOOLCHAIN_EXTERNAL_HEADERS_6_1=y', 'BR2_TOOLCHAIN_EXTERNAL_CXX=y', 'BR2_TOOLCHAIN_EXTERNAL_INET_RPC=y', '# BR2_TOOLCHAIN_EXTERNAL_DLANG is not set',
    ])
  })

  it('may have next to nothing', async () => {
    await compiler({openmp: false})
    expect(facts().has).to.deep.equal(new Set())
    expect(toolchainLines(facts(), '/x')).to.include.members(['# BR2_TOOLCHAIN_EXTERNAL_CXX is not set', '# BR2_TOOLCHAIN_EXTERNAL_OPENMP is not set'])
  })

  const refused: [string, Compiler | undefined, RegExp][] = [
    ['an empty folder', undefined, /it has no bin\/\*-gcc$/],
    ['a compiler for another machine', {machine: 'x86_64-linux-gnu'}, /makes programs for x86_64-linux-gnu, not for aarch64$/],
    ['musl', {libc: 'other'}, /its C library is not glibc$/],
    ['no kernel headers', {headers: 0}, /no kernel headers/],
  ]
  for (const [title, given, words] of refused) {
    it(`is refused in words: ${title}`, async () => {
      if (given) await compiler(given)
      expect(facts).to.throw(BrmcError, words).with.property('code', 'USAGE')
      expect(facts).to.throw(BrmcError, /^buildroot\.toolchain\.external: \/opt\/tools cannot be used/)
    })
  }

  it('that is this machine\'s own tells its own machine and library', async () => {
    const host = execFileSync('sh', ['-c', 'command -v gcc'], {encoding: 'utf8'}).trim()
    await put('bin/host-gcc', `#!/bin/sh\nexec ${host} "$@"\n`, 0o755)
    const printed = execFileSync('sh', [SCRIPT, folder], {encoding: 'utf8'})
    expect(printed).to.include(`machine=${execFileSync(host, ['-dumpmachine'], {encoding: 'utf8'}).trim()}\n`).and.include('libc=glibc\n').and.include('prefix=host\n')
  })
})
