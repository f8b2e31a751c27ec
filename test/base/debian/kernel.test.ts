import {expect} from 'chai'

import {initramfsEntries} from '../../../src/base/debian/initramfs.js'
import {loadOrder, modulesToRead, unmetNeeds, type Kernel, type KernelModule} from '../../../src/base/debian/kernel.js'
import {moduleIndexes} from '../../../src/base/debian/module-index.js'
import {BrmcError} from '../../../src/errors.js'

interface Said {
  depends?: string[]
  pre?: string[]
  post?: string[]
  aliases?: string[]
}

const FOLDER = 'usr/lib/modules/6'

function modulesOf(said: Record<string, Said>): Map<string, KernelModule> {
  return new Map(Object.entries(said).map(([name, {depends = [], pre = [], post = [], aliases = []}]) => [
    name, {path: `${FOLDER}/kernel/${name}.ko.xz`, info: {name, depends, softdeps: {pre, post}, aliases}, plain: Buffer.from(name)},
  ]))
}

function kernelOf(names: readonly string[], builtin: readonly string[] = [], builtinAliases: readonly string[] = []): Kernel {
  return {release: '6', image: 'boot/vmlinuz-6', files: new Map(names.map(name => [name, `${FOLDER}/kernel/${name}.ko.xz`])), builtin: new Set(builtin), builtinAliases: new Set(builtinAliases)}
}

const ext4 = {
  ext4: {depends: ['mbcache', 'jbd2'], pre: ['crypto-crc32c'], aliases: ['fs-ext4']},
  jbd2: {pre: ['crypto-crc32c']},
  mbcache: {},
  crc32c_generic: {aliases: ['crypto-crc32c', 'crc32c']},
}

describe('base/debian/kernel', () => {
  it('reads on until nothing new is asked for, softly or not', () => {
    const kernel = kernelOf(['ext4', 'jbd2', 'mbcache', 'crc32c_generic', 'cyw'])
    expect(modulesToRead(kernel, new Map(), ['ext4', 'not-there'])).to.deep.equal(['ext4'])
    expect(modulesToRead(kernel, modulesOf({ext4: {depends: ['mbcache', 'jbd2', 'builtin'], post: ['cyw']}}), ['ext4'])).to.deep.equal(['cyw', 'jbd2', 'mbcache'])
    expect(modulesToRead(kernel, modulesOf(ext4), ['ext4', 'crc32c-generic'])).to.deep.equal([])
  })

  const orders: [string[], string[]][] = [
    [['crc32c_generic', 'ext4'], ['crc32c_generic', 'mbcache', 'jbd2', 'ext4']],
    [['ext4'], ['mbcache', 'jbd2', 'ext4']],
    [['ext4', 'crc32c-generic', 'absent'], ['mbcache', 'jbd2', 'ext4', 'crc32c_generic']],
  ]
  for (const [wanted, expected] of orders) {
    it(`[${wanted.join()}] loads as [${expected.join()}]`, () => { expect(loadOrder(modulesOf(ext4), wanted)).to.deep.equal(expected) })
  }

  const withoutCrc = {ext4: ext4.ext4, jbd2: ext4.jbd2, mbcache: ext4.mbcache}
  const needs: [string, Kernel, Record<string, Said>, string[]][] = [
    ['an alias that a module has', kernelOf([]), ext4, []],
    ['an alias that nobody has', kernelOf([]), withoutCrc, ['ext4: crypto-crc32c', 'jbd2: crypto-crc32c']],
    ['an alias that the kernel itself has', kernelOf([], [], ['crypto-crc32c']), withoutCrc, []],
    ['a module that the kernel itself is', kernelOf([], ['mbcache', 'jbd2']), {ext4: {depends: ['mbcache', 'jbd2']}}, []],
    ['a module that nobody has', kernelOf([]), {ext4: {depends: ['mbcache']}}, ['ext4: mbcache']],
  ]
  for (const [what, kernel, said, expected] of needs) {
    it(`finds [${expected.join()}] unmet of ${what}`, () => { expect(unmetNeeds(kernel, modulesOf(said), ['ext4', 'jbd2'])).to.deep.equal(expected) })
  }

  it('refuses an initramfs that could not mount its root', () => {
    const parts = {busybox: Buffer.alloc(1), kernel: kernelOf([]), initScript: '', sets: ['virt'] as const}
    expect(() => initramfsEntries({...parts, modules: modulesOf(withoutCrc)})).to.throw(BrmcError, 'could not mount its root').with.property('code', 'BASE_UNSUPPORTED')
    const entries = initramfsEntries({...parts, modules: modulesOf(ext4)})
    expect(entries.find(({path}) => path === 'modules/virt')?.content?.toString()).to.equal('crc32c_generic\nmbcache\njbd2\next4\n')
    expect(entries.filter(({path}) => path.endsWith('.ko'))).to.have.length(4)
  })

  it('writes indexes that modprobe reads: needs before those they need themselves', () => {
    const indexes = moduleIndexes(modulesOf({...ext4, jbd2: {depends: ['crc16'], pre: ['a', 'b'], post: ['c']}, crc16: {}}), FOLDER)
    expect(indexes['modules.dep'].split('\n').find(line => line.startsWith('kernel/ext4'))).to.equal('kernel/ext4.ko.xz: kernel/jbd2.ko.xz kernel/crc16.ko.xz kernel/mbcache.ko.xz')
    expect(indexes['modules.alias']).to.include('alias fs-ext4 ext4\n')
    expect(indexes['modules.softdep']).to.include('softdep ext4 pre: crypto-crc32c\nsoftdep jbd2 pre: a b post: c\n')
  })
})
