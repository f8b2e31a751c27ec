import {expect} from 'chai'

import {fixupsOf, parsePrintedVariables} from '../../src/kconfig/printed-variables.js'
import {busyboxQuestion, linuxQuestion} from '../../src/kconfig/question.js'
import {disable, enable} from './cases.js'

/** As `make -s printvars` of Buildroot 2026.02.3 prints them, shortened. */
const PRINTED = [
  'BASE_DIR=/out',
  'BUSYBOX_KCONFIG_FILE=package/busybox/busybox.config',
  'BUSYBOX_KCONFIG_FIXUP_CMDS=\t',
  `\t\t${disable('CONFIG_NOMMU')}\t`,
  `\t\t\t${enable('CONFIG_MDEV')}`,
  "\t\t@\t/usr/bin/sed -i -e '/^\\(# \\)\\?CONFIG_FEATURE_DEFAULT_PASSWD_ALGO\\>/d' / && echo 'CONFIG_FEATURE_DEFAULT_PASSWD_ALGO=\"sha256\"' >> /",
  '\t',
  'BUSYBOX_KCONFIG_FRAGMENT_FILES=/tree/board/common/busybox.fragment  /tree/busybox-user.fragment',
  'HOSTARCH=x86_64',
  'KERNEL_ARCH=arm64',
  'LINUX_KCONFIG_DEFCONFIG=bcm2711_defconfig',
  'LINUX_KCONFIG_FIXUP_CMDS=\t@echo ">>>   Updating kernel config with fixups"',
  `\t\t${enable('CONFIG_KERNEL_GZIP')}\t`,
  '\t\t@if grep -q "^CONFIG_DEBUG_INFO_BTF=y" /; then echo "To use CONFIG_DEBUG_INFO_BTF, enable host-pahole" 1>&2; exit 1; fi',
  `\t@\t${disable('CONFIG_GCC_PLUGINS').slice(1)}`,
  'LINUX_KCONFIG_FRAGMENT_FILES=/tree/linux.fragment',
  'LINUX_KCONFIG_MAKE=GIT_DIR=. make',
  'TOPDIR=/buildroot',
  '',
].join('\n')

describe("Buildroot's printed variables", () => {
  const printed = parsePrintedVariables(PRINTED)

  it('are told apart, however many lines one has', () => {
    expect(printed).to.include({BASE_DIR: '/out', HOSTARCH: 'x86_64', LINUX_KCONFIG_FILE: '', LINUX_KCONFIG_FRAGMENT_FILES: '/tree/linux.fragment', TOPDIR: '/buildroot'})
  })

  it('hold the changes that makefiles make to a finished .config', () => {
    expect(fixupsOf(printed.BUSYBOX_KCONFIG_FIXUP_CMDS)).to.deep.equal([
      {line: '# CONFIG_NOMMU is not set', unlessEnabled: false},
      {line: 'CONFIG_MDEV=y', unlessEnabled: true},
      {line: 'CONFIG_FEATURE_DEFAULT_PASSWD_ALGO="sha256"', unlessEnabled: false},
    ])
    expect(fixupsOf(printed.LINUX_KCONFIG_FIXUP_CMDS)).to.deep.equal([
      {line: 'CONFIG_KERNEL_GZIP=y', unlessEnabled: true},
      {line: '# CONFIG_GCC_PLUGINS is not set', unlessEnabled: false},
    ])
  })

  it('make the questions: files in merge order, those of Buildroot in its folder', () => {
    expect(busyboxQuestion(printed, '/out/build/busybox', [])).to.deep.include({
      configs: ['/buildroot/package/busybox/busybox.config', '/tree/board/common/busybox.fragment', '/tree/busybox-user.fragment'],
      completeFirst: false,
    })
    expect(linuxQuestion(printed, '/out/build/linux', {crossCompile: '/tc/bin/aarch64-linux-gnu-'}, [])).to.deep.include({
      configs: ['arch/arm64/configs/bcm2711_defconfig', '/tree/linux.fragment'],
      completeFirst: true,
    }).and.nested.include({'environment.CC': '/tc/bin/aarch64-linux-gnu-gcc', 'environment.SRCARCH': 'arm64'})
    expect(linuxQuestion({...printed, LINUX_KCONFIG_DEFCONFIG: '', LINUX_KCONFIG_FILE: '/tree/linux.config'}, '/l', {crossCompile: ''}, [])).to.deep.include({
      configs: ['/tree/linux.config', '/tree/linux.fragment'],
      completeFirst: false,
    })
  })
})
