import {readdirSync} from 'node:fs'

import {expect} from 'chai'

import {causes} from '../../../../src/base/buildroot/log/causes/find-causes.js'
import {failureOf, headline} from '../../../../src/base/buildroot/log/failure.js'
import {logOf, recorded} from './read-recorded.js'
import {reported} from './reported.js'

/** Recorded log, what the user reads first, the likeliest cause, and words that must be in its text or in the lines. */
const cases: [string, string, string | undefined, string[]][] = [
  ['archive-broken', 'cutoff 1.0: Extracting failed', 'archive-broken', ['This does not look like a tar archive']],
  ['c-library', 'toolchain-external-custom: Configuring failed', 'c-library', ['glibc']],
  ['clock', 'clock 0.1: Configuring failed', 'clock', ['Check your system clock']],
  ['configure-error', 'confbad 0.9: Configuring failed', 'configure-error', ['libmnl not found, install libmnl-dev', 'config.log']],
  ['downloads-not-permitted', 'busybox 1.37.0: Downloading failed', 'not-permitted', ['cannot open lock file /brmc/downloads/busybox/.lock', 'chown', 'download folder']],
  ['file-not-made', 'instbad 1.0: Installing to target failed', 'file-not-made', ['/output/all/build/instbad-1.0/daemon']],
  ['fragment-missing', 'busybox 1.37.0: Configuring failed', 'fragment-missing', ['/external/busybox-missing.fragment']],
  ['gcc-version', 'toolchain-external-custom: Configuring failed', 'gcc-version', ['gcc is 12, the configuration says 13.x', 'BR2_TOOLCHAIN_EXTERNAL_GCC_12=y']],
  ['git-dubious-ownership', 'Buildroot failed before any package', 'git-dubious-ownership', ['safe.directory /gitrepo']],
  ['hash-mismatch', 'hashbad 1.2: Downloading failed', 'hash-mismatch', [
    'expected 000000006a172d7065ca5d62df50e7164835dcf9ff486ff7d03d7708b75c6f66',
    'got 1e2fdbe76a172d7065ca5d62df50e7164835dcf9ff486ff7d03d7708b75c6f66',
  ]],
  ['installs-into-output', 'outbad 1.0: Installing to target failed', 'installs-into-output', ['/output/all/target//output/all']],
  ['kernel-headers', 'toolchain-external-custom: Configuring failed', 'kernel-headers', ['Linux 6.1.x', 'BR2_TOOLCHAIN_EXTERNAL_HEADERS_6_1=y']],
  ['kernel-openssl', 'Buildroot failed before any package', 'kernel-host-header', ['openssl/opensslv.h', 'BR2_LINUX_KERNEL_NEEDS_HOST_OPENSSL=y']],
  ['killed', 'oom 1.0: Building failed', 'killed', ['cc1 was killed (signal 9)', 'memory']],
  ['legacy-option', 'Buildroot failed before any package', 'legacy-option', ['Legacy config options']],
  ['missing-header', 'compbad 5.0: Building failed', 'compile-header', ['main.c:2 wants libmnl/libmnl.h', '    2 | #include <libmnl/libmnl.h>']],
  ['missing-host-tools', 'Buildroot failed before any package', 'missing-host-tool', ['wget, cpio, unzip, rsync, bc, bzcat']],
  ['no-cross-compiler', 'toolchain-external-custom: Configuring failed', 'no-cross-compiler', ['/opt/toolchain/bin/aarch64-none-linux-gnu-gcc']],
  ['no-device-tree', 'Buildroot failed before any package', 'no-device-tree', ['broadcom/bcm2710-rpi-9-b.dtb']],
  ['no-external-tree', 'Buildroot failed before any package', 'no-external-tree', ['/external/gone']],
  ['no-hash', 'hashnone 2.0: Downloading failed', 'no-hash', ['sha256  <hash>  hashnone-2.0.tar.gz']],
  ['no-inodes', 'Buildroot failed before any package', 'configuration-not-written', ['df -i']],
  ['no-kernel-defconfig', 'Buildroot failed before any package', 'no-kernel-defconfig', ['arch/arm64/configs/rpi9_defconfig']],
  ['no-network', 'netless 3.1: Downloading failed', 'no-name-resolution', ['downloads.example.org', 'tried: https://downloads.example.org/netless/netless-3.1.tar.gz']],
  ['no-space', 'toolchain-external-custom: Installing to staging directory failed', 'no-space', ['df -i', 'No space left on device']],
  ['no-such-defconfig', 'Buildroot failed before any package', 'no-such-defconfig', ['configs/brmc_raspberrypi6_defconfig']],
  ['no-such-target', 'Buildroot failed before any package', 'no-such-target', ['busybox']],
  ['not-permitted', 'Buildroot failed before any package', 'not-permitted', ['chown', '/rootonly/.br2-external.mk']],
  ['output-with-at', 'Buildroot failed before any package', 'bad-output-folder', ['@']],
  ['overlay-missing', 'Copying overlay /external/board/overlay-gone failed', 'overlay-missing', ['/external/board/overlay-gone', 'BR2_ROOTFS_OVERLAY']],
  ['overlay-not-merged', 'Sanity check in overlays /output/merged failed', 'overlay-not-merged', ['/output/merged', 'usr/bin']],
  ['override-missing', 'ok custom: Syncing from source dir failed', 'override-missing', ['/sources/ok']],
  ['parallel', 'ok 1.0: Installing to target failed', 'installs-into-output', []],
  ['patch-does-not-apply', 'patchbad 1.4: Patching failed', 'patch-does-not-apply', ['0001-fix-build.patch does not apply to main.c (hunk 1)']],
  ['patch-folder-missing', 'Buildroot failed before any package', 'patch-folder-missing', ['/external/nope']],
  ['path-with-blanks', 'Buildroot failed before any package', 'path-with-blanks', ['appendWindowsPath']],
  ['post-build-failed', 'Executing post-build script /output/post-build.sh failed', 'file-not-made', ['/external/board/motd']],
  ['script-not-executable', 'Executing post-build script /output/noexec.sh failed', 'script-cannot-run', ['chmod +x']],
  ['script-with-cr', 'Executing post-build script /output/crlf.sh failed', 'script-cannot-run', ['dos2unix']],
  ['toolchain-cxx', 'toolchain-external-custom: Configuring failed', 'toolchain-language', ['BR2_TOOLCHAIN_EXTERNAL_CXX=y']],
  ['toolchain-rpc', 'toolchain-external-custom: Configuring failed', 'toolchain-feature', ['# BR2_TOOLCHAIN_EXTERNAL_INET_RPC is not set']],
  ['undeclared-dependency', 'Buildroot failed before any package', 'undeclared-dependency', ['select BR2_PACKAGE_INSTBAD']],
  ['undefined-reference', 'linkbad 1.1: Building failed', 'link-symbol', ['mnl_open']],
  ['unknown', 'toolchain-external-custom: Installing to target failed', undefined, []],
  ['working-folder-in-ld-library-path', 'Buildroot failed before any package', 'working-folder-in-ld-library-path', ['unset LD_LIBRARY_PATH']],
  ['working-folder-in-path', 'Buildroot failed before any package', 'working-folder-in-path', ['take it out of PATH']],
  ['wrong-architecture', 'archbad 1.0: Installing to target failed', 'wrong-architecture', ['/usr/bin/prog', 'AArch64']],
]

/** What CI systems and terminals make of a log. */
const disguises: [string, (text: string) => string][] = [
  ['GitHub Actions', text => text.replaceAll(/^/gm, '2026-01-01T00:00:00.0000000Z ')],
  ['GitLab', text => text.replaceAll(/^/gm, '2026-01-01T00:00:00.000000Z 00O ')],
  ['Jenkins', text => text.replaceAll(/^/gm, '[2026-01-01T00:00:00.000Z] ')],
  ['docker build', text => text.replaceAll(/^/gm, '#12 5057.8 ')],
  ['a file of Windows', text => text.replaceAll('\n', '\r\n')],
  ['no escape sequences', text => text.replaceAll(/\u001B\[2?7m/g, '')],
]

describe('base/buildroot/log/failure', () => {
  for (const [name, title, cause, words] of cases) {
    it(`explains ${name}`, () => {
      const failure = failureOf(logOf(recorded(name)))
      if (!failure) expect.fail('no failure was found')
      expect(headline(failure)).to.equal(title)
      expect(failure.explanations[0]?.name).to.equal(cause)
      const text = JSON.stringify([failure.lines, failure.explanations.map(one => [one.cause, one.wayOut])])
      for (const word of words) expect(text).to.contain(JSON.stringify(word).slice(1, -1))
      expect(failure.lines.length).to.be.within(1, 12)
      expect(text).not.to.match(/undefined\b(?! reference)/)
    })
  }

  it('has a case for every recording', () => {
    const files = readdirSync(new URL('recorded', import.meta.url)).filter(file => file.endsWith('.log')).map(file => file.replace(/\.log$/, ''))
    expect([...cases.map(([name]) => name), 'went-well', 'whole-build'].sort()).to.deep.equal(files.sort())
  })

  for (const [system, disguise] of disguises) {
    it(`sees through what ${system} does to a log`, () => {
      for (const [name] of cases) {
        const found = failureOf(logOf(disguise(recorded(name))))
        expect({...found, lines: undefined}, name).to.deep.equal({...failureOf(logOf(recorded(name))), lines: undefined})
      }
    })
  }

  for (const [name, {lines, words = []}] of Object.entries(reported)) {
    it(`knows ${name} as people reported it`, () => {
      const failure = failureOf(logOf(lines.join('\n')))
      expect(failure?.explanations[0]?.name).to.equal(name.replace(/ .*$/, ''))
      const text = JSON.stringify(failure?.explanations)
      for (const word of words) expect(text).to.contain(word)
    })
  }

  it('has a log for every cause of the table', () => {
    const covered = new Set([...cases.map(([, , cause]) => cause), ...Object.keys(reported).map(name => name.replace(/ .*$/, ''))])
    expect(causes.map(({name}) => name).filter(name => !covered.has(name))).to.deep.equal([])
    expect(new Set(causes.map(({name}) => name)).size).to.equal(causes.length)
  })

  it('leaves out what git says of a checkout whose objects the container does not see', () => {
    expect(failureOf(logOf(recorded('downloads-not-permitted')))?.lines).to.deep.equal(['flock: cannot open lock file /brmc/downloads/busybox/.lock: Permission denied'])
  })

  it('names the packages that failed beside the first', () => {
    expect(failureOf(logOf(recorded('parallel')))?.others).to.deep.equal(['compbad', 'patchbad'])
  })

  it('finds nothing where all went well, and nothing in an empty log', () => {
    expect(failureOf(logOf(recorded('went-well')))).to.equal(undefined)
    expect(failureOf(logOf(''))).to.equal(undefined)
  })

  it('tells of the last run where a file holds several', () => {
    expect(failureOf(logOf(recorded('patch-does-not-apply') + recorded('missing-header')))).to.deep.include({package: 'compbad', step: 'Building', others: []})
  })

  it('takes no mark for a cause that stands before the step that failed', () => {
    const early = "cp: error writing '/output/x': No space left on device\n"
    expect(failureOf(logOf(early + recorded('missing-header')))?.explanations.map(({name}) => name)).to.deep.equal(['compile-header'])
  })

  it('shows the lines of the package that failed though others speak in between', () => {
    const mixed = recorded('missing-header').replace('main.c:2:10: fatal', '>>> zlib 1.3 Building\nmain.c:2:10: fatal')
    expect(failureOf(logOf(mixed))).to.deep.include({package: 'compbad', step: 'Building'})
  })
})
