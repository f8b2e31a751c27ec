import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {basename} from 'node:path'

import {expect} from 'chai'

import {appletLinks, appletNames} from '../../../src/base/debian/applets.js'
import {firmwareFiles} from '../../../src/base/debian/firmware.js'
import {followLinks, isWanted, linkTarget, mergedPath, type PackageTree} from '../../../src/base/debian/package-tree.js'
import {programClosure} from '../../../src/base/debian/programs.js'
import {BrmcError} from '../../../src/errors.js'
import type {RootEntry} from '../../../src/overlay/entry.js'

const owner = {uid: 0, gid: 0, mtime: 0}
const file = (path: string, content: Buffer = Buffer.from(path)): RootEntry => ({path, type: 'file', mode: 0o755, size: content.length, content, ...owner})
const link = (path: string, target: string): RootEntry => ({path, type: 'symlink', mode: 0o777, size: 0, target, ...owner})
const treeOf = (...entries: RootEntry[]): PackageTree => new Map(entries.map(entry => [entry.path, entry]))

/** A real program or library of this machine, said to be for the machine we build for. */
function arm64(path: string): Buffer {
  const bytes = Buffer.from(readFileSync(path))
  bytes.writeUInt16LE(183, 18)
  return bytes
}

describe('base/debian/package-tree', () => {
  const paths: [string, string][] = [
    ['./', ''], ['./lib/x', 'usr/lib/x'], ['./usr/lib/x/', 'usr/lib/x'], ['sbin', 'usr/sbin'], ['/lib/ld.so', 'usr/lib/ld.so'], ['./library', 'library'], ['./bin/../etc', 'etc'], ['boot/a', 'boot/a'],
  ]
  for (const [name, expected] of paths) {
    it(`${name} is ${expected === '' ? 'the root' : expected}`, () => { expect(mergedPath(name)).to.equal(expected) })
  }

  it('follows links from folder to folder, and not for ever', () => {
    expect(linkTarget('usr/lib/firmware/brcm/a', '../cypress/b')).to.equal('usr/lib/firmware/cypress/b')
    expect(linkTarget('usr/bin/a', '/lib/b')).to.equal('usr/lib/b')
    const tree = treeOf(link('a', 'b'), link('b', 'c'), file('c'), link('x', 'y'), link('y', 'x'), link('z', 'nothing'))
    expect(followLinks(tree, 'a')?.path).to.equal('c')
    expect(followLinks(tree, 'x')).to.equal(undefined)
    expect(followLinks(tree, 'z')).to.equal(undefined)
  })

  it('leaves out what no base can want', () => {
    const wanted = ['usr/sbin/nft', 'usr/lib/modules/6/kernel/a.ko.xz', 'boot/vmlinuz-6', 'usr/lib/linux-image-6/broadcom/a.dtb', 'usr/lib/firmware/brcm/a', 'usr/lib/raspi-firmware/start.elf', 'etc/protocols']
    const unwanted = ['usr/share/doc/nft/a', 'boot/config-6', 'usr/lib/linux-image-6/rockchip/a.dtb', 'usr/lib/firmware/rtl/a', 'usr/lib/raspi-firmware/overlays/a', 'usr/lib/aarch64-linux-gnu/gconv/a']
    expect(wanted.filter(isWanted)).to.deep.equal(wanted)
    expect(unwanted.filter(isWanted)).to.deep.equal([])
  })
})

describe('base/debian/programs', () => {
  /** What this machine's own loader brings for /bin/ls. */
  const loaded = execFileSync('ldd', ['/bin/ls'], {encoding: 'utf8'}).split('\n').flatMap(line => /(?:=> )?(\/\S+) \(/.exec(line)?.slice(1) ?? [])
  const libraries = loaded.map(path => file(`usr/lib/aarch64-linux-gnu/${basename(path)}.real`, arm64(path)))
  const links = loaded.map(path => link(`usr/lib/aarch64-linux-gnu/${basename(path)}`, `${basename(path)}.real`))
  const interpreter = mergedPath(/interpreter: (.+)\]/.exec(execFileSync('readelf', ['-lW', '/bin/ls'], {encoding: 'utf8'}))?.[1] ?? '')
  const tree = treeOf(file('usr/bin/ls', arm64('/bin/ls')), file('usr/bin/other', arm64('/bin/cat')), ...libraries, ...links, link(interpreter, `/usr/lib/aarch64-linux-gnu/${basename(interpreter)}`))

  it("takes along what this machine's loader takes, links and interpreter too, and nothing else", () => {
    const expected = ['usr/bin/ls', interpreter, ...libraries.map(({path}) => path), ...links.map(({path}) => path)]
    expect(loaded.length).to.be.greaterThan(2)
    expect(programClosure(tree, ['usr/bin/ls']).map(({path}) => path).sort()).to.deep.equal([...new Set(expected)].sort())
  })

  it('finds a program that moved between bin and sbin', () => {
    expect(programClosure(tree, ['usr/sbin/ls']).map(({path}) => path)).to.include('usr/bin/ls')
  })

  it('takes a file that is no program as it is', () => {
    expect(programClosure(treeOf(file('etc/protocols')), ['etc/protocols'])).to.have.length(1)
  })

  const broken: [string, PackageTree, string, RegExp][] = [
    ['a program that is not there', tree, 'usr/bin/nowhere', /have no usr\/bin\/nowhere/],
    ['a library that is not there', treeOf(file('usr/bin/ls', arm64('/bin/ls'))), 'usr/bin/ls', /usr\/bin\/ls needs lib/],
    ['a link to nothing', treeOf(link('usr/bin/a', 'b')), 'usr/bin/a', /no usr\/bin\/b, where usr\/bin\/a leads/],
    ['a program for another machine', treeOf(file('usr/bin/ls', readFileSync('/bin/ls'))), 'usr/bin/ls', /another machine/],
  ]
  for (const [what, packages, wanted, message] of broken) {
    const isNative = what.includes('another') && process.arch === 'arm64'
    if (isNative) continue
    it(`says in words that there is ${what}`, () => {
      expect(() => programClosure(packages, [wanted])).to.throw(BrmcError, message).with.property('code', 'PACKAGE_CORRUPT')
    })
  }
})

describe('base/debian/applets', () => {
  it('reads the names out of the bytes of a busybox, as it tells them itself', () => {
    const told = execFileSync('busybox', ['--list'], {encoding: 'utf8'}).trim().split('\n')
    const path = execFileSync('sh', ['-c', 'command -v busybox'], {encoding: 'utf8'}).trim()
    expect(appletNames(readFileSync(path)).sort()).to.deep.equal(told.sort())
  })

  it('links each where it belongs, but those a program of its own has', () => {
    const links = appletLinks(['[', 'busybox', 'init', 'ip', 'ls', 'linuxrc', 'udhcpc'], new Set(['ip']))
    expect(links.map(({path, target}) => [path, target])).to.deep.equal([
      ['usr/bin/[', 'busybox'], ['usr/sbin/init', '../bin/busybox'], ['usr/bin/ls', 'busybox'], ['usr/sbin/udhcpc', '../bin/busybox'],
    ])
  })

  it('says in words that a program is no busybox', () => {
    expect(() => appletNames(readFileSync('/bin/ls'))).to.throw(BrmcError, 'no table of applets')
  })
})

describe('base/debian/firmware', () => {
  const brcm = 'usr/lib/firmware/brcm/brcmfmac43430-sdio'
  const tree = treeOf(
    link(`${brcm}.bin`, '../cypress/cyfmac43430-sdio.bin'), file('usr/lib/firmware/cypress/cyfmac43430-sdio.bin'), file(`${brcm}.txt`), file(`${brcm}.AP6212.txt`),
    link(`${brcm}.raspberrypi,model-zero-2-w.txt`, 'brcmfmac43430-sdio.raspberrypi,3-model-b.txt'), file(`${brcm}.raspberrypi,3-model-b.txt`), file('usr/lib/firmware/brcm/brcmfmac43430a0-sdio.bin'),
    file('usr/lib/firmware/regulatory.db-debian'), file('usr/lib/firmware/regulatory.db.p7s-debian'),
  )

  it("takes the board's own, with what links lead to, and the regulatory database Debian signed", () => {
    const {entries, missing} = firmwareFiles(tree, {radioFirmware: ['brcmfmac43430-sdio', 'brcmfmac43436-sdio']})
    expect(entries.map(({path}) => path.replace('usr/lib/firmware/', '')).sort()).to.deep.equal([
      'brcm/brcmfmac43430-sdio.bin', 'brcm/brcmfmac43430-sdio.raspberrypi,3-model-b.txt', 'brcm/brcmfmac43430-sdio.raspberrypi,model-zero-2-w.txt', 'brcm/brcmfmac43430-sdio.txt',
      'cypress/cyfmac43430-sdio.bin', 'regulatory.db', 'regulatory.db-debian', 'regulatory.db.p7s', 'regulatory.db.p7s-debian',
    ])
    expect(missing).to.deep.equal(['brcmfmac43436-sdio'])
  })
})
