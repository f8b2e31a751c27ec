import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {askedLines, compareAsked, lastAsked, type AskedSymbol} from '../../src/kconfig/asked.js'
import {parseConfig} from '../../src/kconfig/contract.js'
import {foreseenBreaches} from '../../src/kconfig/judge.js'
import {CONTRACT_VARIABLES, parsePrintedVariables, type PrintedVariables} from '../../src/kconfig/printed-variables.js'
import {buildrootQuestion, linuxQuestion} from '../../src/kconfig/question.js'
import {run} from '../../src/process/run.js'
import {cases} from '../kconfig/cases.js'
import {factsOf, treeOf} from '../kconfig/small-trees.js'

/** Every option of a real .config with its value: what Kconfig's own program arrived at. */
const allOf = (config: string): AskedSymbol[] => [...parseConfig(config)].map(([symbol, value], index) => ({symbol, value, file: '.config', line: index + 1}))

const buildroot = process.env['BRMC_TEST_BUILDROOT']
const linux = process.env['BRMC_TEST_LINUX']

if (buildroot === undefined) console.log("Buildroot's own Kconfig is not asked: BRMC_TEST_BUILDROOT names no checkout")
else describe("Buildroot's own Kconfig", () => { judgeBuildroot(buildroot) })

if (linux === undefined) console.log("the kernel's own Kconfig is not asked: BRMC_TEST_LINUX names no sources")
else describe("the kernel's own Kconfig", () => { judgeLinux(linux) })

function judgeBuildroot(checkout: string): void {
  let output: string
  let printed: PrintedVariables
  const defconfig = (): string => join(output, 'brmc_defconfig')

  async function configure(lines: string): Promise<string> {
    await writeFile(defconfig(), lines)
    await run('make', ['-s', '-C', checkout, `O=${output}`, 'defconfig', `DEFCONFIG=${defconfig()}`])
    return readFile(join(output, '.config'), 'utf8')
  }

  const base = [
    'BR2_aarch64=y', 'BR2_TOOLCHAIN_EXTERNAL=y', 'BR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y', 'BR2_PACKAGE_SMCROUTE=y', 'BR2_PACKAGE_NFTABLES=y', 'BR2_PACKAGE_HOSTAPD=y',
    'BR2_SYSTEM_DHCP=""', 'BR2_JLEVEL=2', 'BR2_LINUX_KERNEL=y', 'BR2_LINUX_KERNEL_DEFCONFIG="bcm2711"', 'BR2_HOST_DIR="$(BASE_DIR)/host"', '',
  ].join('\n')

  before(async function () {
    this.timeout(120_000)
    output = await mkdtemp(join(tmpdir(), 'brmc-kconfig-'))
    await configure(base)
    printed = parsePrintedVariables((await run('make', ['-s', '-C', checkout, `O=${output}`, 'printvars', `VARS=${CONTRACT_VARIABLES.join(' ')}`])).stdout)
  })

  after(async () => {
    await rm(output, {recursive: true})
  })

  it('arrives at what we foresee, for every option', async function () {
    this.timeout(60_000)
    const all = allOf(await configure(base)).filter(({symbol}) => symbol !== 'BR2_DEFCONFIG')
    expect(all.length).to.be.above(2000)
    const facts = await factsOf(buildrootQuestion(printed, defconfig(), all))
    expect(foreseenBreaches({kind: 'buildroot', asked: all, facts, compilerKnown: true})).to.deep.equal([])
  })

  it('drops what we say it will drop: a name that is none, a dependency that is off, one of a choice, what a select makes y', async function () {
    this.timeout(60_000)
    const wishes = 'BR2_PACKAGE_SMCROUTED=y\nBR2_PACKAGE_LIGHTTPD_OPENSSL=y\nBR2_INIT_SYSV=y\nBR2_INIT_NONE=y\n# BR2_PACKAGE_LIBMNL is not set\n'
    const asked = lastAsked(askedLines(base + wishes, 'user.defconfig'))
    const real = compareAsked(asked, parseConfig(await configure(base + wishes)))
    const foreseen = foreseenBreaches({kind: 'buildroot', asked, facts: await factsOf(buildrootQuestion(printed, defconfig(), asked)), compilerKnown: true})
    expect(foreseen.map(({symbol, got}) => [symbol, got])).to.deep.equal(real.map(({symbol, got}) => [symbol, got]))
    const whyOf = (symbol: string): string | undefined => foreseen.find(breach => breach.symbol === symbol)?.why
    expect(whyOf('BR2_PACKAGE_SMCROUTED')).to.include('no such option').and.include('BR2_PACKAGE_SMCROUTE')
    expect(whyOf('BR2_PACKAGE_LIGHTTPD_OPENSSL')).to.match(/^depends on BR2_PACKAGE_LIGHTTPD, which is n \(package\/lighttpd\/Config\.in:\d+\)$/)
    expect(whyOf('BR2_INIT_SYSV')).to.include('BR2_INIT_NONE')
    expect(whyOf('BR2_PACKAGE_LIBMNL')).to.include('BR2_PACKAGE_NFTABLES')
  })

  for (const {title, fragment} of cases.filter(({kind}) => kind === 'buildroot')) {
    it(`and its program judges our small tree as we do: ${title}`, async () => {
      const [file, config, paths] = ['fragment', '.config', '.br2-external.in.paths'].map(name => join(output, 'small', name)) as [string, string, string]
      await run('mkdir', ['-p', join(output, 'small')])
      await writeFile(file, fragment)
      await writeFile(paths, 'config BR2_EXTERNAL_BRMC_PATH\n\tstring\n\tdefault "/tree"\n')
      const env = {BASE_DIR: join(output, 'small'), BR2_CONFIG: config, KCONFIG_CONFIG: config}
      await run(join(output, 'build/buildroot-config/conf'), [`--defconfig=${file}`, 'Config.in'], {cwd: treeOf('buildroot'), env})
      const all = allOf(await readFile(config, 'utf8'))
      const small = {...printed, TOPDIR: treeOf('buildroot'), BASE_DIR: join(output, 'small')}
      expect(foreseenBreaches({kind: 'buildroot', asked: all, facts: await factsOf(buildrootQuestion(small, file, all)), compilerKnown: true})
        .filter(({why}) => !why.startsWith('was taken out'))).to.deep.equal([])
    })
  }
}

function judgeLinux(sources: string): void {
  it('arrives at what we foresee, for every option of defconfig, a fragment and fixups', async function () {
    this.timeout(240_000)
    const output = await mkdtemp(join(tmpdir(), 'brmc-kconfig-'))
    try {
      const fragment = join(output, 'fragment')
      await writeFile(fragment, 'CONFIG_IP_MROUTE=y\nCONFIG_IPV6=m\nCONFIG_NET_SCH_TBF=y\nCONFIG_NET_NONSENSE=y\nCONFIG_HZ_1000=y\n# CONFIG_WLAN is not set\n')
      const make = (...goals: string[]): Promise<unknown> => run('make', ['-s', '-C', sources, `O=${output}`, 'ARCH=arm64', ...goals])
      await make('defconfig')
      await run(join(sources, 'scripts/kconfig/merge_config.sh'), ['-m', '-O', output, join(output, '.config'), fragment], {cwd: sources})
      await make('olddefconfig')
      const printed = {
        ...parsePrintedVariables(''), KERNEL_ARCH: 'arm64', LINUX_KCONFIG_DEFCONFIG: 'defconfig', LINUX_KCONFIG_FRAGMENT_FILES: fragment,
      }
      const all = allOf(await readFile(join(output, '.config'), 'utf8'))
      expect(all.length).to.be.above(2000)
      const facts = await factsOf(linuxQuestion(printed, sources, {crossCompile: ''}, all))
      expect(foreseenBreaches({kind: 'linux', asked: all, facts, compilerKnown: true})).to.deep.equal([])
    } finally {
      await rm(output, {recursive: true})
    }
  })
}
