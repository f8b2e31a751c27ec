import {execFileSync, spawnSync} from 'node:child_process'
import {chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {saltFor, sha512Crypt} from '../../src/tree/sha512-crypt.js'

const SHADOW = 'root:*:::::::\ndaemon:*:::::::\n'

/** The router's own scripts with BusyBox's getty and login, in a root of their own, on a terminal that a person types at. */
describe('the console', function () {
  this.timeout(60_000)
  let root = ''

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'brmc-console-'))
    for (const folder of ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'etc/brmc', 'proc', 'dev', 'root', 'tmp', 'run']) mkdirSync(join(root, folder), {recursive: true})
    cpSync('/bin/busybox', join(root, 'bin/busybox'))
    execFileSync('chroot', [root, '/bin/busybox', '--install', '-s'])
    cpSync('overlays/router', root, {recursive: true})
    for (const program of ['usr/libexec/brmc/console', 'etc/init.d/S03password']) chmodSync(join(root, program), 0o755)
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n')
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
    writeFileSync(join(root, 'etc/shadow'), SHADOW, {mode: 0o600})
    writeFileSync(join(root, 'dev/console'), '')
    writeFileSync(join(root, 'dev/null'), '')
  })
  afterEach(() => { rmSync(root, {recursive: true}) })

  const boot = (password?: string): string => {
    if (password !== undefined) writeFileSync(join(root, 'etc/brmc/root-password'), `${sha512Crypt(password, saltFor('router/default'))}\n`, {mode: 0o600})
    execFileSync('chroot', [root, '/etc/init.d/S03password', 'start'])
    return readFileSync(join(root, 'etc/shadow'), 'utf8')
  }

  /** What is shown where this is typed when that is read. */
  const typed = (script: readonly (readonly [string, string])[], cmdline = 'quiet'): string => {
    // The outer shell keeps the terminal open while getty closes and opens it.
    writeFileSync(join(root, 'tmp/cmdline'), `${cmdline}\n`)
    const start = `mount --bind "$(tty)" ${root}/dev/console && mount --bind /dev/null ${root}/dev/null && mount -t proc proc ${root}/proc && mount --bind ${root}/tmp/cmdline ${root}/proc/cmdline && chroot ${root} /usr/libexec/brmc/console`
    return spawnSync('/usr/bin/python3', ['test/lab/type-in-terminal.py', JSON.stringify(script), 'unshare', '--mount', 'sh', '-c', start], {encoding: 'utf8', timeout: 50_000}).stdout
  }

  it('asks for the password that the deployment gives, and no other opens it', () => {
    expect(boot('correct horse')).to.match(/^root:\$6\$.*:10933::::::\ndaemon:\*:::::::\n$/)
    expect(statSync(join(root, 'etc/shadow')).mode & 0o777).to.equal(0o600)
    const shown = typed([['login: ', 'root\n'], ['assword: ', 'wrong horse\n'], ['login: ', 'root\n'], ['assword: ', 'correct horse\n'], ['brmc# ', 'echo in as $(id -u)\n'], ['in as 0', 'exit\n']])
    expect(shown).to.include('Login incorrect').and.include('in as 0')
  })

  it('lets nobody in where root has no password, and says what to do', () => {
    expect(boot()).to.equal(SHADOW)
    const shown = typed([['cmdline.txt', 'root\n']])
    expect(shown).to.include('root has no password').and.not.include('login:').and.not.include('brmc# ')
  })

  it('is a shell for who writes the kernel command line, as the emulator does', () => {
    boot('correct horse')
    expect(typed([['brmc# ', 'echo in as $(id -u)\n'], ['in as 0', 'exit\n']], 'quiet brmc.console=shell panic=1')).to.include('in as 0')
  })

  it('keeps a password that was changed on the router', () => {
    const changed = boot('correct horse').replace(/^root:[^:]*/, `root:${sha512Crypt('mine alone', 'salt')}`)
    writeFileSync(join(root, 'etc/shadow'), changed)
    expect(boot('correct horse')).to.equal(changed)
  })
})
