import {spawnSync} from 'node:child_process'

import {expect} from 'chai'

import {askedOfDefconfig, askedOfFragments} from '../../../src/base/buildroot/asked-files.js'
import type {BaseTreeFile} from '../../../src/base/buildroot/read-base-tree.js'
import {effectiveDefconfig, localMk, makeName, settingLines} from '../../../src/base/buildroot/settings.js'

const places = {buildroot: '/b', tree: '/t', settings: '/s', output: '/o', downloads: '/d', ccache: '/c', overrides: {}}
const TREE = 'BR2_aarch64=y\nBR2_TOOLCHAIN_EXTERNAL=y\nBR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y\n# BR2_CCACHE is not set\nBR2_DL_DIR="elsewhere"\nBR2_PACKAGE_IW=y\n'

describe('settings of a build', () => {
  const lines = settingLines({places, jobs: 3, ccache: true, overrides: true})

  it('say each option once, the build\'s in place of the tree\'s', () => {
    const symbols = [...effectiveDefconfig(TREE, lines).matchAll(/^(?:# )?(BR2_\w+)(?:=| is not set)/gm)].map(([, symbol]) => symbol)
    expect(symbols).to.deep.equal([...new Set(symbols)])
    expect(effectiveDefconfig(TREE, lines).split('\n')).to.include.members(['BR2_aarch64=y', 'BR2_PACKAGE_IW=y', 'BR2_DL_DIR="/d"', 'BR2_CCACHE=y', 'BR2_JLEVEL=3', 'BR2_PACKAGE_OVERRIDE_FILE="/s/local.mk"'])
  })

  it('leave the tree\'s compiler where they bring none, and take it away where they do', () => {
    expect(effectiveDefconfig(TREE, lines)).to.include('BR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y')
    const own = settingLines({places, jobs: 3, ccache: false, overrides: false, toolchain: ['BR2_TOOLCHAIN_EXTERNAL=y', 'BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y']})
    expect(effectiveDefconfig(TREE, own)).to.match(/^BR2_TOOLCHAIN_EXTERNAL_CUSTOM=y$/m).and.not.include('BOOTLIN')
    expect(own).to.include.members(['# BR2_CCACHE is not set', 'BR2_PACKAGE_OVERRIDE_FILE=""'])
  })

  it('are the same whatever has been built before', () => {
    expect(effectiveDefconfig(effectiveDefconfig(TREE, lines), lines).match(/BR2_DL_DIR/g)).to.have.length(1)
  })

  for (const [name, variable] of [['smcroute', 'SMCROUTE'], ['brcmfmac_sdio-firmware-rpi', 'BRCMFMAC_SDIO_FIRMWARE_RPI'], ['x11r7', 'X11R7'], ['python-a.b', 'PYTHON_A_B']] as const) {
    it(`${name} is ${variable} to make`, () => { expect(makeName(name)).to.equal(variable) })
  }

  it('name folders of packages so that make reads them back', () => {
    const text = `${localMk({smcroute: '/brmc/override/smcroute', 'libnl-x': '/a+b,c~1/@2%=3'})}all:\n\t@printf '%s\\n' '$(LIBNL_X_OVERRIDE_SRCDIR)' '$(SMCROUTE_OVERRIDE_SRCDIR)'\n`
    expect(spawnSync('make', ['-s', '-f', '-'], {input: text, encoding: 'utf8'}).stdout).to.equal('/a+b,c~1/@2%=3\n/brmc/override/smcroute\n')
  })
})

describe('places of what was asked', () => {
  const file = (path: string, text: string): BaseTreeFile => ({path, content: Buffer.from(text), executable: false, sha256: ''})
  const DEFCONFIG = 'BR2_aarch64=y\n# BR2_X is not set\n\n# From user.defconfig\nBR2_PACKAGE_NANO=y\nBR2_PACKAGE_HTOP=y\n'
  const files = [
    file('configs/brmc_virt_defconfig', DEFCONFIG),
    file('user.defconfig', '# mine\n\nBR2_PACKAGE_NANO=y\n# BR2_PACKAGE_HTOP is not set\n'),
    file('linux.fragment', '# why\nCONFIG_A=y\n# CONFIG_B is not set\n'),
    file('linux-user.fragment', 'CONFIG_B=m\n'),
  ]
  const told = (asked: ReturnType<typeof askedOfDefconfig>): string[] => asked.map(({symbol, value, file: at, line}) => `${symbol}=${value} ${at}:${line}`)

  it('are lines of the defconfig, of user.defconfig where they came from there, and brmc.yaml for what brmc adds', () => {
    const effective = effectiveDefconfig(DEFCONFIG, ['BR2_JLEVEL=2'])
    expect(told(askedOfDefconfig(files, 'configs/brmc_virt_defconfig', effective))).to.deep.equal([
      'BR2_aarch64=y br2-external/configs/brmc_virt_defconfig:1',
      'BR2_X=n br2-external/configs/brmc_virt_defconfig:2',
      'BR2_PACKAGE_NANO=y br2-external/user.defconfig:3',
      // user.defconfig was changed since the defconfig was made of it.
      'BR2_PACKAGE_HTOP=y br2-external/configs/brmc_virt_defconfig:6',
      'BR2_JLEVEL=2 brmc.yaml:1',
    ])
  })

  it('are those of fragments in the tree, in the order in which they are merged; Buildroot\'s own are not asked', () => {
    expect(told(askedOfFragments(files, '/t/linux.fragment  /b/own.fragment /t/linux-user.fragment', '/t'))).to.deep.equal([
      'CONFIG_A=y br2-external/linux.fragment:2', 'CONFIG_B=n br2-external/linux.fragment:3', 'CONFIG_B=m br2-external/linux-user.fragment:1',
    ])
  })
})
