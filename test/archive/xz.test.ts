import {execFileSync} from 'node:child_process'

import {expect} from 'chai'

import {xzUnpackedSize} from '../../src/archive/xz.js'
import {BrmcError} from '../../src/errors.js'

describe('archive/xz', () => {
  for (const [size, args] of [[0, []], [1, []], [127, []], [128, ['--check=crc32']], [300_000, ['-0']], [300_000, ['-0', '--block-size=65536']]] as const) {
    it(`knows that xz ${args.join(' ')} packed ${size} bytes`, () => {
      const packed = execFileSync('xz', ['-c', ...args], {input: Buffer.alloc(size, 'brmc')})
      expect(xzUnpackedSize(packed)).to.equal(size)
    })
  }

  it('says in words that a file is cut short', () => {
    const packed = execFileSync('xz', ['-c'], {input: 'text'})
    for (const bytes of [packed.subarray(0, -1), packed.subarray(0, 10), Buffer.alloc(0)]) {
      expect(() => xzUnpackedSize(bytes)).to.throw(BrmcError).with.property('code', 'PACKAGE_CORRUPT')
    }
  })
})
