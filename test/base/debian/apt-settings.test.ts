import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {aptSettings, aptSource, DEBIAN_KEYRING} from '../../../src/base/debian/apt-settings.js'
import {PRETENDED_PACKAGES, pretendedStatus} from '../../../src/base/debian/pretended-packages.js'
import {BrmcError} from '../../../src/errors.js'

describe('base/debian/apt-settings', () => {
  let folder: string
  before(() => { folder = mkdtempSync(join(tmpdir(), 'brmc apt-')) })
  after(() => { rmSync(folder, {recursive: true}) })

  /** A machine with a proxy and with hooks, read by apt itself together with our settings. */
  function settingsInForce(): string {
    const machine = join(folder, 'machine.conf')
    writeFileSync(machine, [
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'APT::Update::Post-Invoke {"rm -rf /"};',
      'APT::Update::Post-Invoke-Success {"rm -rf /"};',
      'DPkg::Post-Invoke {"rm -rf /"};',
      'DPkg::Pre-Install-Pkgs {"rm -rf /"};',
      'APT::Architectures {"riscv64";};',
      'Dir::Cache::pkgcache "";',
      'Acquire::Languages "de";',
      '',
    ].join('\n'))
    writeFileSync(join(folder, 'apt.conf'), aptSettings(folder))
    return execFileSync('apt-config', ['-c', join(folder, 'apt.conf'), 'dump'], {encoding: 'utf8', env: {...process.env, APT_CONFIG: machine}})
  }

  it("keeps the machine's proxy", () => {
    expect(settingsInForce()).to.include('Acquire::http::Proxy "http://proxy.example:3128";')
  })

  it("clears the machine's hooks", () => {
    expect(settingsInForce()).not.to.match(/Invoke|Pre-Install-Pkgs|rm -rf/)
  })

  it('wins where both say something', () => {
    const inForce = settingsInForce()
    expect(inForce.match(/^APT::Architectures::.*$/gm)).to.deep.equal(['APT::Architectures:: "arm64";'])
    expect(inForce).to.include(`Dir::State::lists "${folder}/lists";`).and.to.include('Dir::Cache::pkgcache "pkgcache.bin";')
    expect(inForce.match(/^Acquire::Languages::.*$/gm)).to.deep.equal(['Acquire::Languages:: "none";'])
  })

  it('refuses a folder whose name it cannot write down', () => {
    expect(() => aptSettings('/tmp/a"b')).to.throw(BrmcError).with.property('code', 'USAGE')
  })

  it("asks for package indexes alone, signed by Debian's keys", () => {
    expect(aptSource({mirror: 'http://mirror.example/debian', suite: 'trixie', components: ['main', 'contrib'], dated: false}))
      .to.equal(`deb [arch=arm64 target=Packages signed-by=${DEBIAN_KEYRING}] http://mirror.example/debian trixie main contrib\n`)
    expect(aptSource({mirror: 'file:/srv', suite: 'sid', components: ['main'], dated: true})).to.include(' check-valid-until=no] ')
  })

  it('pretends in words that dpkg understands', () => {
    writeFileSync(join(folder, 'status'), pretendedStatus('arm64'))
    const names = execFileSync('dpkg-query', ['--admindir', folder, '-W', '-f', '${Package} ${db:Status-Abbrev}\n'], {encoding: 'utf8'})
    expect(names.trim().split('\n').map(line => line.trim()).sort()).to.deep.equal(PRETENDED_PACKAGES.map(({name}) => `${name} ii`).sort())
  })
})
