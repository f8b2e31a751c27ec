import {chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {brmc, jsonOf} from '../e2e/command.js'
import {writeSmallBase} from '../base/transport/small-base.js'

const PROJECT = `version: 1
name: layers
board: virt
base: buildroot
root: ext4
system: {hostname: layers}
interfaces:
  wlan0: {role: downstream, address: 10.1.0.1/24, accessPoint: {ssid: layers, passphrase: very private words, country: PT}}
overlays: [overlays/site]
`

interface Listed {
  base?: string
  entries: {path: string, mode: string, uid: number, layer: string, replaces: string[]}[]
  gone: string[]
}

describe('brmc overlay', function () {
  this.timeout(120_000)
  let project: string

  before(async () => {
    project = mkdtempSync(join(tmpdir(), 'brmc-overlay-commands-'))
    const put = (path: string, text: string): void => {
      mkdirSync(join(project, path, '..'), {recursive: true})
      writeFileSync(join(project, path), text)
    }
    put('brmc.yaml', PROJECT)
    put('deployments/porto.yaml', 'system: {hostname: porto}\noverlays: [overlays/porto]\n')
    put('overlays/site/etc/motd', 'welcome\n')
    put('overlays/site/etc/hostname', 'of my own\n')
    put('overlays/site/usr/bin/probe', '#!/bin/sh\n')
    chmodSync(join(project, 'overlays/site/usr/bin/probe'), 0o755)
    put('overlays/site.meta.yaml', 'paths: {usr/bin/probe: {mode: "4755", owner: 7}, srv/queue: {fifo: true}}\n')
    put('overlays/porto/etc/motd', 'bem-vindo\n')
    symlinkSync('motd', join(project, 'overlays/porto/etc/issue'))
    const generated = await brmc(['generate'], {cwd: project})
    expect(generated.status, generated.stderr).to.equal(0)
  })

  after(() => { rmSync(project, {recursive: true, force: true}) })

  it('ls tells which layer each file came from, its mode as it will be, and what it takes the place of', async () => {
    const ended = await brmc(['overlay', 'ls', 'porto', '--json'], {cwd: project})
    expect(ended.status, ended.stdout).to.equal(0)
    const {entries, base} = jsonOf(ended) as Listed
    expect(base).to.equal(undefined)
    const at = (path: string): unknown => entries.find(entry => entry.path === path)
    expect(at('/usr/bin/probe')).to.include({mode: '4755', uid: 7})
    expect(at('/srv/queue')).to.include({type: 'fifo'})
    expect(at('/etc/motd')).to.deep.include({layer: 'overlays/porto', replaces: ['overlays/site']})
    expect(at('/etc/hostname')).to.deep.include({layer: 'overlays/site', replaces: ['br2-external/overlays/deployments/porto']})
    const text = await brmc(['overlay', 'ls', 'porto', '/usr/bin'], {cwd: project})
    expect(text.stdout).to.match(/^-rwsr-xr-x +7:0 +10 +\/usr\/bin\/probe +overlays\/site$/m)
    expect(text.stderr).to.include('there is no base of this deployment here')
  })

  it('cat prints a file as it will be, and no secret', async () => {
    expect((await brmc(['overlay', 'cat', 'porto', '/etc/motd'], {cwd: project})).stdout).to.equal('bem-vindo\n')
    expect((await brmc(['overlay', 'cat', 'default', 'etc/motd'], {cwd: project})).stdout).to.equal('welcome\n')
    const listed = jsonOf(await brmc(['overlay', 'ls', 'default', '--json'], {cwd: project})) as Listed
    const hostapd = listed.entries.find(({path}) => path.includes('hostapd') && path.endsWith('.conf'))
    const shown = await brmc(['overlay', 'cat', 'default', hostapd?.path ?? 'none'], {cwd: project})
    expect(shown.stdout).to.include('ssid').and.not.include('very private words')
    const gone = await brmc(['overlay', 'cat', 'default', '/etc/modt'], {cwd: project})
    expect(gone).to.include({status: 2})
    expect(gone.stderr).to.include('did you mean /etc/motd?')
  })

  it('renders what ends in .ejs with the values of each deployment, and says where it cannot', async () => {
    const file = join(project, 'overlays/site/srv/site.conf.ejs')
    mkdirSync(join(project, 'overlays/site/srv'))
    writeFileSync(file, '<%= deployment %> <%= system.hostname %> <%= interfaces.wlan0.address[0] %>\n')
    for (const name of ['default', 'porto']) {
      const hostname = name === 'default' ? 'layers' : name
      expect((await brmc(['overlay', 'cat', name, '/srv/site.conf'], {cwd: project})).stdout).to.equal(`${name} ${hostname} 10.1.0.1/24\n`)
    }

    writeFileSync(file, 'a\n<%= values.serial %>\n')
    const wrong = await brmc(['overlay', 'ls', 'porto'], {cwd: project})
    expect(wrong).to.include({status: 34})
    expect(wrong.stderr).to.include('overlays/site/srv/site.conf.ejs:2: ').and.include('there is no such value')
    writeFileSync(join(project, 'overlays/site/srv/site.conf'), '')
    expect((await brmc(['overlay', 'ls', 'porto'], {cwd: project})).stderr).to.include('the overlay has a file of this name too')
    rmSync(join(project, 'overlays/site/srv'), {recursive: true})
  })

  it('diff tells what overlays change, and how two deployments differ', async () => {
    const own = (await brmc(['overlay', 'diff', 'porto'], {cwd: project})).stdout
    expect(own).to.match(/^\+ \/usr\/bin\/probe {2}-rwsr-xr-x 7:0$/m).and.match(/^\+ \/etc\/issue {2}lrwxrwxrwx 0:0 → motd$/m).and.include('+bem-vindo').and.not.include('-welcome')
    const two = (await brmc(['overlay', 'diff', 'default', 'porto'], {cwd: project})).stdout
    expect(two).to.include('--- default/etc/motd\n+++ porto/etc/motd\n@@ -1 +1 @@\n-welcome\n+bem-vindo').and.not.include('probe')
  })

  it('shows the base too, where there is one, and what is taken away from it', async () => {
    await writeSmallBase(join(project, 'build/bases'))
    // The tree's own device table is made for a whole base.
    writeFileSync(join(project, 'br2-external/board/common/device_table.txt'), '')
    writeFileSync(join(project, 'overlays/site.meta.yaml'), 'paths: {usr/bin/probe: {owner: 7}}\nremove: [etc/passwd]\n')
    const ended = await brmc(['overlay', 'ls', 'default', '--all', '--json'], {cwd: project})
    expect(ended.status, ended.stdout).to.equal(0)
    const {base, gone, entries} = jsonOf(ended) as Listed
    expect(base).to.match(/^[0-9a-f]{12}$/)
    expect(gone).to.deep.equal(['/etc/passwd'])
    expect(entries.find(({path}) => path === '/etc')?.layer).to.equal('rootfs.tar')
    expect(readdirSync(join(project, 'build'))).to.deep.equal(['bases'])
  })
})
