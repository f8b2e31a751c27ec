import {expect} from 'chai'

import {refusals, refuseWithoutDrivers} from '../../../src/base/debian/refusals.js'
import type {Kernel} from '../../../src/base/debian/kernel.js'
import type {Deployment} from '../../../src/spec/deployment.js'

type Asked = Pick<Deployment, 'base' | 'board' | 'daemon' | 'debian'>
const possible: Asked = {base: 'debian', board: 'raspberrypi4-64', daemon: 'smcroute', debian: {suite: 'trixie', components: ['main']}}

describe('base/debian/refusals', () => {
  const cases: [string, Partial<Asked>, RegExp[]][] = [
    ['what Debian can do', {}, []],
    ['mrouted', {daemon: 'mrouted'}, [/mrouted .* no package/]],
    ['a Raspberry Pi 5', {board: 'raspberrypi5'}, [/raspberrypi5 .* lacks drivers/]],
    ['both', {board: 'raspberrypi5', daemon: 'mrouted'}, [/mrouted/, /raspberrypi5/]],
    ['a Raspberry Pi 5 on a suite that moves: its kernel will tell', {board: 'raspberrypi5', debian: {suite: 'stable', components: ['main']}}, []],
    ['a Raspberry Pi 5 on a suite whose kernel may have the driver', {board: 'raspberrypi5', debian: {suite: 'forky', components: ['main']}}, []],
    ['anything of the other base', {base: 'buildroot', board: 'raspberrypi5', daemon: 'mrouted'}, []],
  ]
  for (const [what, change, expected] of cases) {
    it(`${expected.length > 0 ? 'refuses' : 'lets pass'} ${what}`, () => {
      const errors = refusals({...possible, ...change})
      expect(errors).to.have.length(expected.length)
      for (const [index, error] of errors.entries()) {
        expect(error.code).to.equal('BASE_UNSUPPORTED')
        expect(error.message).to.match(expected[index] ?? /nothing/)
        expect(error.suggestions.join()).to.include('base: buildroot')
      }
    })
  }

  it('judges a kernel by the drivers it has', () => {
    const kernel = (...names: string[]): Kernel => ({release: '6.18', image: '', files: new Map(names.map(name => [name, ''])), builtin: new Set(['sdhci_brcmstb']), builtinAliases: new Set()})
    expect(() => { refuseWithoutDrivers('raspberrypi5', kernel('rp1_pci')) }).not.to.throw()
    expect(() => { refuseWithoutDrivers('raspberrypi5', kernel()) }).to.throw(/kernel 6.18 lacks drivers/)
    expect(() => { refuseWithoutDrivers('virt', kernel()) }).not.to.throw()
  })
})
