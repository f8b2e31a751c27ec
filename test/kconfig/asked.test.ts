import {expect} from 'chai'

import {askedLines, compareAsked, lastAsked, strayLines} from '../../src/kconfig/asked.js'
import {parseConfig} from '../../src/kconfig/contract.js'

describe('askedLines', () => {
  const cases: [line: string, asked: string | undefined][] = [
    ['CONFIG_X=y', 'CONFIG_X=y'],
    ['BR2_PACKAGE_X=y\r', 'BR2_PACKAGE_X=y'],
    ['BR2_aarch64=y', 'BR2_aarch64=y'],
    ['CONFIG_X=n', 'CONFIG_X=n'],
    ['# CONFIG_X is not set', 'CONFIG_X=n'],
    ['# CONFIG_X is not set\r', 'CONFIG_X=n'],
    ['# CONFIG_X is not set, for now', 'CONFIG_X=n'],
    ['CONFIG_X=yes', 'CONFIG_X=y'],
    ['CONFIG_X=m # a module', 'CONFIG_X=m'],
    ['CONFIG_X="y"', 'CONFIG_X="y"'],
    ['CONFIG_X="a=b # c"', 'CONFIG_X="a=b # c"'],
    ['CONFIG_X=', 'CONFIG_X='],
    ['CONFIG_X=0x1F', 'CONFIG_X=0x1F'],
    ['#CONFIG_X=y', undefined],
    ['# CONFIG_X=y', undefined],
    [' CONFIG_X=y', undefined],
    ['CONFIG_X = y', undefined],
    ['X=y', undefined],
    ['', undefined],
  ]
  for (const [line, asked] of cases) {
    it(`${JSON.stringify(line)}: ${asked ?? 'nothing'}`, () => {
      const found = askedLines(`# a comment\n${line}\n`, 'user.defconfig')
      expect(found.map(({symbol, value, file, line: number}) => `${file}:${number} ${symbol}=${value}`)).to.deep.equal(asked === undefined ? [] : [`user.defconfig:2 ${asked}`])
    })
  }

  it('names lines that Kconfig passes over', () => {
    expect(strayLines('# a comment\n\nCONFIG_X=y\r\n CONFIG_Y=y\nCONFIG_Z y\n\r\n', 'f').map(({line, text}) => [line, text])).to.deep.equal([[4, ' CONFIG_Y=y'], [5, 'CONFIG_Z y']])
  })
})

describe('compareAsked', () => {
  const asked = (fragment: string, file = 'f'): ReturnType<typeof askedLines> => askedLines(fragment, file)
  const cases: [title: string, fragment: string, config: string, breaches: string[]][] = [
    ['kept', 'CONFIG_X=y', 'CONFIG_X=y', []],
    ['dropped', 'CONFIG_X=y', '', ['CONFIG_X y n']],
    ['m where y is needed', 'CONFIG_X=y', 'CONFIG_X=m', ['CONFIG_X y m']],
    ['y where m is wanted', 'CONFIG_X=m', 'CONFIG_X=y', ['CONFIG_X m y']],
    ['not set, and not there', '# CONFIG_X is not set', '', []],
    ['not set, and set', '# CONFIG_X is not set', 'CONFIG_X=y', ['CONFIG_X n y']],
    ['a text', 'BR2_X="a"', 'BR2_X="b"', ['BR2_X "a" "b"']],
    ['an empty text that is not there', 'BR2_X=""', '', []],
    ['an empty text that is not empty', 'BR2_X=""', 'BR2_X="a"', ['BR2_X "" "a"']],
    ['a number', 'BR2_X=2', 'BR2_X=0', ['BR2_X 2 0']],
    ['the same hexadecimal number', 'CONFIG_X=0x0A', 'CONFIG_X=0xa', []],
    ['said twice: the later line', 'CONFIG_X=m\nCONFIG_X=y', 'CONFIG_X=m', ['CONFIG_X y m']],
  ]
  for (const [title, fragment, config, breaches] of cases) {
    it(title, () => {
      expect(compareAsked(asked(fragment), parseConfig(config)).map(({symbol, asked: value, got}) => `${symbol} ${value} ${got}`)).to.deep.equal(breaches)
    })
  }

  it('names the line of the last file that asked', () => {
    const lines = [...asked('\n# CONFIG_X is not set', 'linux.fragment'), ...asked('#\n\nCONFIG_X=y', 'linux-user.fragment')]
    expect(lastAsked(lines)).to.have.length(1)
    expect(compareAsked(lines, parseConfig(''))).to.deep.equal([{symbol: 'CONFIG_X', asked: 'y', got: 'n', place: {file: 'linux-user.fragment', line: 3}}])
  })

  it('takes m for y only where that is accepted', () => {
    const accepted = new Map([['CONFIG_X', ['y', 'm']]])
    const breaches = (fragment: string): number => compareAsked(asked(fragment), parseConfig('CONFIG_X=m\nCONFIG_Y=m\n'), accepted).length
    expect([breaches('CONFIG_X=y'), breaches('CONFIG_Y=y'), breaches('# CONFIG_X is not set')]).to.deep.equal([0, 1, 1])
  })
})
