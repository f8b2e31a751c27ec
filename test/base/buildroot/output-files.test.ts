import {execFileSync, spawn, spawnSync, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import {expect} from 'chai'

import {EMPTY_SCRIPT, MARKED_SCRIPT, RECOVER_SCRIPT, RUNNING_FILE, STATE_FILE} from '../../../src/base/buildroot/output-files.js'

describe('shell scripts for the output folder', () => {
  for (const [name, script] of Object.entries({RECOVER_SCRIPT, MARKED_SCRIPT, EMPTY_SCRIPT})) {
    it(`${name} leaves shellcheck nothing to say`, () => {
      const {status, stdout} = spawnSync('shellcheck', ['--shell=sh', '-'], {input: script, encoding: 'utf8'})
      expect(stdout).to.equal('')
      expect(status).to.equal(0)
    })
  }
})

describe('an output folder', () => {
  let output: string
  const sh = (script: string, ...args: string[]): string => execFileSync('sh', ['-c', script, 'sh', ...args], {encoding: 'utf8'})
  const put = async (...paths: string[]): Promise<void> => {
    for (const path of paths) {
      await mkdir(dirname(join(output, path)), {recursive: true})
      await writeFile(join(output, path), '')
    }
  }
  const log = async (...steps: [mark: 'start' | 'end', step: string, name: string][]): Promise<void> => {
    // As Makefile's step_time writes it.
    const lines = steps.map(([mark, step, name], index) => `${1_000_000 + index}.123456789:${mark.padEnd(5)}:${step.padEnd(20)}: ${name}\n`)
    await mkdir(join(output, 'build'), {recursive: true})
    await writeFile(join(output, 'build/build-time.log'), lines.join(''))
  }
  const entries = async (folder: string): Promise<string[]> => (await readdir(join(output, folder)).catch(() => [])).sort()

  beforeEach(async () => {
    output = await mkdtemp(join(tmpdir(), 'brmc output '))
  })
  afterEach(async () => { await rm(output, {recursive: true, force: true}) })

  describe('in which make was killed', () => {
    beforeEach(async () => {
      await put('build/busybox-1.37.0/.stamp_patched', 'build/linux-custom/.stamp_patched', 'build/linux-headers-6.12/.stamp_patched', 'build/host-linux-tool-1/.stamp_patched')
      await put('build/smcroute-2.5.7/half', 'build/mine-custom/.stamp_rsynced', 'build/buildroot-config/conf', 'build/buildroot-fs/tar/x', 'build/locales.nopurge')
      await put('per-package/busybox/target/x', 'per-package/linux/target/x', 'images/rootfs.tar', 'images/Image', 'target/bin/sh', 'host/bin/gcc', '.config')
      await log(['start', 'install', 'linux-headers'], ['end', 'install', 'linux-headers'], ['start', 'build', 'busybox'], ['end', 'build', 'busybox'], ['start', 'build', 'linux'])
    })

    it('and no mark says so, is left as it is', async () => {
      expect(sh(RECOVER_SCRIPT, output)).to.equal('')
      expect(await entries('build')).to.include.members(['linux-custom', 'smcroute-2.5.7', 'buildroot-fs'])
      expect(await entries('images')).to.deep.equal(['Image', 'rootfs.tar'])
    })

    it('loses the package whose step had begun, what was half unpacked, and what all packages make together; nothing else', async () => {
      await put(RUNNING_FILE)
      expect(sh(RECOVER_SCRIPT, output)).to.equal('linux\n')
      expect(await entries('build')).to.deep.equal(['build-time.log', 'buildroot-config', 'busybox-1.37.0', 'host-linux-tool-1', 'linux-headers-6.12', 'locales.nopurge', 'mine-custom'])
      expect(await entries('per-package')).to.deep.equal(['busybox'])
      expect(await entries('')).to.include.members(['.config', 'host']).and.not.include('target')
      expect(await entries('images')).to.deep.equal(['Image'])
      expect(existsSync(join(output, RUNNING_FILE))).to.equal(false)
    })

    it('is right the second time too', async () => {
      await put(RUNNING_FILE)
      sh(RECOVER_SCRIPT, output)
      await put(RUNNING_FILE)
      expect(sh(RECOVER_SCRIPT, output)).to.equal('linux\n')
      expect(await entries('build')).to.include('busybox-1.37.0')
    })

    it('while several packages were made at once, loses each of them', async () => {
      await put(RUNNING_FILE)
      await log(['start', 'build', 'linux'], ['start', 'configure', 'busybox'], ['end', 'build', 'linux'], ['start', 'install-target', 'linux'])
      expect(sh(RECOVER_SCRIPT, output).split('\n').sort()).to.deep.equal(['', 'busybox', 'linux'])
      expect(await entries('build')).not.to.include.members(['busybox-1.37.0', 'linux-custom'])
    })

    it('before the first package began, is right as well', async () => {
      await rm(join(output, 'build'), {recursive: true})
      await put(RUNNING_FILE)
      expect(sh(RECOVER_SCRIPT, output)).to.equal('')
    })
  })

  it('is emptied but for its configuration', async () => {
    await put('.config', '.config.old', 'Makefile', '.br2-external.mk', '.hidden/x', 'build/linux/x', 'host/x', '.brmc/defconfig', STATE_FILE, RUNNING_FILE)
    sh(EMPTY_SCRIPT, output)
    expect(await entries('')).to.deep.equal(['.br2-external.mk', '.brmc', '.config', '.config.old', 'Makefile'])
    expect(await entries('.brmc')).to.deep.equal(['defconfig'])
  })

  describe('under the mark', () => {
    const mark = (): string => join(output, RUNNING_FILE)
    const marked = (...argv: string[]): ChildProcess => spawn('sh', ['-c', MARKED_SCRIPT, 'sh', mark(), ...argv], {detached: true, stdio: 'ignore'})
    const ended = async (child: ChildProcess): Promise<unknown> => (await once(child, 'exit') as unknown[])[0]
    const appears = async (path: string): Promise<void> => {
      while (!existsSync(path)) await sleep(10)
    }
    /** make ends what it has begun when it is asked to, with status 2. */
    const long = (): string[] => ['sh', '-c', 'trap "exit 2" TERM; : > "$1"; while :; do sleep 0.05; done', 'sh', join(output, 'started')]

    for (const status of [0, 1, 2]) {
      it(`the status ${status} is passed on, and the mark is gone`, async () => {
        expect(await ended(marked('sh', '-c', `test -e "$1" && exit ${status}; exit 99`, 'sh', mark()))).to.equal(status)
        expect(existsSync(mark())).to.equal(false)
      })
    }

    it('the mark is gone where the whole group was asked to end', async () => {
      const child = marked(...long())
      await appears(join(output, 'started'))
      expect(existsSync(mark())).to.equal(true)
      process.kill(-(child.pid ?? 0), 'SIGTERM')
      expect(await ended(child)).to.equal(2)
      expect(existsSync(mark())).to.equal(false)
    })

    it('the mark stays where all was killed', async () => {
      const child = marked(...long())
      await appears(join(output, 'started'))
      process.kill(-(child.pid ?? 0), 'SIGKILL')
      await ended(child)
      expect(existsSync(mark())).to.equal(true)
    })

    it('arguments reach the command as they are', async () => {
      expect(await ended(marked('test', 'a b;$(c)', '=', 'a b;$(c)'))).to.equal(0)
    })
  })
})
