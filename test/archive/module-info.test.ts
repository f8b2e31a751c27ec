import {expect} from 'chai'

import {moduleName, parseModuleInfo, readModuleInfo, withoutSignature} from '../../src/archive/module-info.js'
import {moduleFile} from './module-file.js'

describe('archive/module-info', () => {
  it('reads what a module says of itself', () => {
    const info = readModuleInfo(moduleFile([
      'license=GPL', 'softdep=pre: crypto-crc32c', 'softdep=pre: a b post: c', 'alias=fs-ext4', 'alias=ext3', 'depends=mbcache,jbd2,crc-t10dif', 'name=ext4', 'vermagic=6.12 SMP',
    ]))
    expect(info).to.deep.equal({
      name: 'ext4',
      depends: ['mbcache', 'jbd2', 'crc_t10dif'],
      softdeps: {pre: ['crypto-crc32c', 'a', 'b'], post: ['c']},
      aliases: ['fs-ext4', 'ext3'],
    })
  })

  it('takes an empty depends for none', () => {
    expect(readModuleInfo(moduleFile(['depends=', 'name=crc16']))?.depends).to.deep.equal([])
  })

  it('finds nothing in an ELF file that is no module, or in no ELF file', () => {
    expect(readModuleInfo(moduleFile([], '.text'))).to.equal(undefined)
    expect(readModuleInfo(Buffer.from('text'))).to.equal(undefined)
  })

  it('takes a signature off, and nothing from a module that has none or lies about it', () => {
    const module = moduleFile(['name=ext4'])
    const signed = (length: number): Buffer => {
      const info = Buffer.alloc(12)
      info.writeUInt32BE(length, 8)
      return Buffer.concat([module, Buffer.alloc(100, 1), info, Buffer.from('~Module signature appended~\n')])
    }
    expect(withoutSignature(signed(100)).equals(module)).to.equal(true)
    expect(withoutSignature(module)).to.equal(module)
    expect(withoutSignature(signed(1_000_000))).to.have.length(signed(0).length)
    expect(withoutSignature(Buffer.from('~Module signature appended~\n'))).to.have.length(28)
  })

  it('keeps an = inside a value', () => {
    expect(parseModuleInfo(Buffer.from('parm=x:y=z\0\0\0alias=q\0'))).to.deep.equal([{key: 'parm', value: 'x:y=z'}, {key: 'alias', value: 'q'}])
  })

  for (const [file, name] of [['kernel/crypto/ghash-ce.ko.xz', 'ghash_ce'], ['kernel/fs/ext4/ext4.ko', 'ext4'], ['virtio-rng', 'virtio_rng'], ['kernel/a/8021q.ko.zst', '8021q']] as const) {
    it(`${file} is the module ${name}`, () => { expect(moduleName(file)).to.equal(name) })
  }
})
