import {expect} from 'chai'

import {planRebuild, type OutputState, type RebuildPlan} from '../../../src/base/buildroot/plan-rebuild.js'

const CONFIG = [
  'BR2_JLEVEL=2', 'BR2_DL_DIR="/brmc/downloads"', 'BR2_TOOLCHAIN_EXTERNAL_BOOTLIN=y', 'BR2_TARGET_GENERIC_HOSTNAME="router"', 'BR2_LINUX_KERNEL=y',
  'BR2_PACKAGE_BUSYBOX=y', 'BR2_PACKAGE_SMCROUTE=y', 'BR2_PACKAGE_LINUX_FIRMWARE=y', 'BR2_PACKAGE_LINUX_FIRMWARE_RTL_81XX=y', '# BR2_PACKAGE_TCPDUMP is not set', '# BR2_OPTIMIZE_2 is not set',
]
const PACKAGES = ['busybox', 'host-smcroute', 'linux', 'linux-firmware', 'smcroute', 'toolchain']

const BEFORE: OutputState = {
  version: 1,
  ground: {buildroot: '2026.02.3', builder: 'brmc-builder:1', toolchain: 'bootlin'},
  config: CONFIG.join('\n'),
  tree: {
    'board/common/linux.fragment': '1', 'busybox-user.fragment': '1', 'board/common/patches/smcroute/0001.patch': '1', 'board/common/patches/nosuch/0001.patch': '1',
    'configs/brmc_virt_defconfig': '1', 'user.defconfig': '1', 'external.mk': '1', 'board/common/post-build.sh': '1', 'package/smcroute/smcroute.mk': '1', 'board/builder/Dockerfile': '1',
  },
  overrides: {smcroute: 'a'},
  packages: PACKAGES,
}

/** The configuration with lines in place of those of the same option. */
function configured(...lines: string[]): Partial<OutputState> {
  const symbol = (line: string): string => /BR2_\w+/.exec(line)?.[0] ?? ''
  const said = new Set(lines.map(line => symbol(line)))
  return {config: [...CONFIG.filter(line => !said.has(symbol(line))), ...lines].join('\n')}
}
const tree = (changes: Record<string, string | undefined>): Partial<OutputState> =>
  ({tree: Object.fromEntries(Object.entries({...BEFORE.tree, ...changes}).flatMap(([path, hash]) => hash === undefined ? [] : [[path, hash]]))})
const withPackages = (...names: string[]): Partial<OutputState> => ({packages: [...PACKAGES, ...names].sort()})
const without = (...names: string[]): Partial<OutputState> => ({packages: PACKAGES.filter(name => !names.includes(name))})

type Expected = 'nothing' | 'make sees to it' | 'all' | string[]

const cases: [title: string, now: Partial<OutputState>, expected: Expected, why?: RegExp][] = [
  ['nothing', {}, 'nothing'],
  ['the same in another order', {config: [...CONFIG].reverse().join('\n')}, 'nothing'],
  ['how many programs at once', configured('BR2_JLEVEL=16'), 'nothing'],
  ['where downloads are', configured('BR2_DL_DIR="/elsewhere"'), 'nothing'],
  ['compiled objects are kept', configured('BR2_CCACHE=y', 'BR2_CCACHE_DIR="/brmc/ccache"'), 'nothing'],
  ['what the defconfig says comes as configuration', tree({'configs/brmc_virt_defconfig': '2', 'user.defconfig': '2'}), 'nothing'],
  ['the kernel\'s fragment', tree({'board/common/linux.fragment': '2'}), 'make sees to it', /^br2-external\/board\/common\/linux\.fragment changed$/],
  ['BusyBox\'s fragment', tree({'busybox-user.fragment': '2'}), 'make sees to it'],
  ['a fragment more', tree({'linux-user.fragment': '1'}), 'make sees to it'],
  ['the script after the build', tree({'board/common/post-build.sh': '2'}), 'make sees to it'],
  ['the router\'s name', configured('BR2_TARGET_GENERIC_HOSTNAME="other"'), 'make sees to it', /"other", was "router"$/],
  ['another format of the root', configured('BR2_TARGET_ROOTFS_TAR=y'), 'make sees to it'],
  ['a package is new', {...configured('BR2_PACKAGE_TCPDUMP=y'), ...withPackages('tcpdump')}, 'make sees to it', /^tcpdump is new$/],
  ['its options come with it', {...configured('BR2_PACKAGE_TCPDUMP=y', 'BR2_PACKAGE_TCPDUMP_SMB=y'), ...withPackages('tcpdump')}, 'make sees to it', /^tcpdump is new$/],
  ['a package is gone', {...configured('# BR2_PACKAGE_SMCROUTE is not set'), ...without('smcroute')}, 'all', /^smcroute is gone$/],
  ['a package is gone whose name begins like another\'s', {...configured('# BR2_PACKAGE_LINUX_FIRMWARE is not set', '# BR2_PACKAGE_LINUX_FIRMWARE_RTL_81XX is not set'), ...without('linux-firmware')}, 'all', /^linux-firmware is gone$/],
  ['an option of a package', configured('BR2_PACKAGE_SMCROUTE_X=y'), ['smcroute'], /^BR2_PACKAGE_SMCROUTE_X is y, was off$/],
  ['an option of the package with the longer name', configured('# BR2_PACKAGE_LINUX_FIRMWARE_RTL_81XX is not set'), ['linux-firmware']],
  ['an option of the kernel', configured('BR2_LINUX_KERNEL_CUSTOM_TARBALL_LOCATION="x"'), ['linux']],
  ['two packages', configured('BR2_PACKAGE_SMCROUTE_X=y', 'BR2_PACKAGE_BUSYBOX_SHOW_OTHERS=y'), ['busybox', 'smcroute']],
  ['an option of all', configured('BR2_OPTIMIZE_2=y'), 'all', /^BR2_OPTIMIZE_2 is y, was off$/],
  ['an option that nobody knows', configured('BR2_PACKAGE_NOSUCH=y'), 'all'],
  ['patches of a package', tree({'board/common/patches/smcroute/0001.patch': undefined}), ['smcroute']],
  ['a patch of the kernel more', tree({'board/common/patches/linux/0001.patch': '1'}), ['linux']],
  ['patches of a package that is not built', tree({'board/common/patches/nosuch/0001.patch': '2'}), 'all'],
  ['a package of the user\'s own', tree({'package/smcroute/smcroute.mk': '2'}), ['smcroute']],
  ['makefiles of the tree', tree({'external.mk': '2'}), 'all'],
  ['another Buildroot', {ground: {...BEFORE.ground, buildroot: '2026.02.4'}}, 'all', /^another Buildroot$/],
  ['another builder image', {ground: {...BEFORE.ground, builder: 'brmc-builder:2'}}, 'all', /^another builder image$/],
  ['another compiler', {ground: {...BEFORE.ground, toolchain: 'internal'}}, 'all', /^another compiler$/],
  ['the folder that a package is built from, and the host\'s of the same name', {overrides: {smcroute: 'b'}}, ['host-smcroute', 'smcroute'], /^the folder of smcroute changed$/],
  ['a folder in place of a package\'s source', {overrides: {...BEFORE.overrides, busybox: 'a'}}, 'all', /^busybox is built from a folder of yours$/],
  ['Buildroot\'s own source again', {overrides: {}}, 'all', /Buildroot's own source again$/],
  ['one thing that needs all, and one that does not', {...configured('BR2_OPTIMIZE_2=y', 'BR2_PACKAGE_SMCROUTE_X=y')}, 'all'],
]

describe('planRebuild', () => {
  it('builds all where nothing is known', () => {
    expect(planRebuild(undefined, BEFORE)).to.deep.equal({fresh: true, again: [], why: ['nothing was built here yet']})
  })

  for (const [title, now, expected, why] of cases) {
    it(`${title}: ${Array.isArray(expected) ? `${expected.join(' and ')} again` : expected}`, () => {
      const plan: RebuildPlan = planRebuild(BEFORE, {...BEFORE, ...now})
      expect(plan.fresh).to.equal(expected === 'all')
      expect(plan.again).to.deep.equal(Array.isArray(expected) ? expected : [])
      expect(plan.why.length > 0).to.equal(expected !== 'nothing')
      if (why) expect(plan.why).to.have.length(1).and.satisfy((lines: string[]) => why.test(lines[0] ?? ''))
    })
  }
})
