import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

import {expect} from 'chai'

import {elfSection, readElf} from '../../src/archive/elf.js'
import {BrmcError} from '../../src/errors.js'

/** What binutils says of the same file. */
function readelf(file: string): {needed: string[], soname?: string, interpreter?: string} {
  const output = execFileSync('readelf', ['-W', '-d', '-l', file], {encoding: 'utf8', env: {...process.env, LC_ALL: 'C'}})
  const soname = /\(SONAME\).*\[(.+)\]/.exec(output)?.[1]
  const interpreter = /interpreter: (.+)\]/.exec(output)?.[1]
  return {
    needed: [...output.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name = '']) => name),
    ...soname !== undefined && {soname},
    ...interpreter !== undefined && {interpreter},
  }
}

const libc = execFileSync('sh', ['-c', 'ldd /bin/ls | sed -n "s/.*=> \\(.*libc.so.6\\).*/\\1/p"'], {encoding: 'utf8'}).trim()

describe('archive/elf', () => {
  for (const file of ['/bin/ls', '/bin/sh', process.execPath, libc]) {
    it(`reads ${file} as readelf does`, () => {
      const elf = readElf(readFileSync(file))
      expect(elf).to.include.keys('machine', 'needed')
      const {machine, ...rest} = elf ?? {machine: 0}
      expect(machine).to.be.greaterThan(0)
      expect(rest).to.deep.equal(readelf(file))
    })
  }

  it('takes a section out as readelf does', () => {
    const dumped = execFileSync('readelf', ['-p', '.dynstr', '/bin/ls'], {encoding: 'utf8'})
    const texts = elfSection(readFileSync('/bin/ls'), '.dynstr')?.toString('latin1').split('\0').filter(text => text !== '')
    expect(texts).to.deep.equal([...dumped.matchAll(/^ +\[ *[0-9a-f]+\] +(.+)$/gm)].map(([, text]) => text))
    expect(elfSection(readFileSync('/bin/ls'), '.nowhere')).to.equal(undefined)
  })

  it('leaves alone what is something else', () => {
    expect(readElf(Buffer.from('#!/bin/sh\n'))).to.equal(undefined)
    expect(readElf(Buffer.alloc(0))).to.equal(undefined)
    const other = Buffer.from(readFileSync('/bin/ls'))
    other[4] = 1
    expect(readElf(other), '32 bits').to.equal(undefined)
  })

  for (const [size, what] of [[20, 'its header'], [100, 'its table of segments'], [4096, 'its string table']] as const) {
    it(`says in words that a file cut within ${what} is damaged`, () => {
      expect(() => readElf(readFileSync('/bin/ls').subarray(0, size))).to.throw(BrmcError, 'cut short or damaged').with.property('code', 'PACKAGE_CORRUPT')
    })
  }
})
