import {expect} from 'chai'

import {leftBehind, menuChanges, stillDifferent} from '../../src/kconfig/menu-changes.js'
import {mergeUserLines} from '../../src/kconfig/user-lines.js'

describe("the user's own lines", () => {
  const text = '# mine\n#   BR2_EXAMPLE=y\nBR2_A=y\n\n# B is off because of C\n# BR2_B is not set\nBR2_T="two words"\n'
  const table: [string, string, Record<string, string | undefined>, string][] = [
    ['nothing changed', text, {}, text],
    ['a new line comes last', text, {BR2_N: 'BR2_N=y'}, `${text}BR2_N=y\n`],
    ['new lines by name', '', {BR2_Z: 'BR2_Z=y', BR2_Y: '# BR2_Y is not set'}, '# BR2_Y is not set\nBR2_Z=y\n'],
    ['a line is replaced in its place', text, {BR2_A: '# BR2_A is not set'}, text.replace('BR2_A=y', '# BR2_A is not set')],
    ['a line that said no says yes', text, {BR2_B: 'BR2_B=y'}, text.replace('# BR2_B is not set', 'BR2_B=y')],
    ['a line goes', text, {BR2_T: undefined}, text.replace('BR2_T="two words"\n', '')],
    ['what has no line needs none taken away', text, {BR2_N: undefined}, text],
    ['a comment that shows an example is no line', text, {BR2_EXAMPLE: 'BR2_EXAMPLE=y'}, `${text}BR2_EXAMPLE=y\n`],
    ['of two lines the last counts, and is the one that stays', 'BR2_A=y\n# x\nBR2_A=n\n', {BR2_A: 'BR2_A=m'}, '# x\nBR2_A=m\n'],
    ['both of two lines go', 'BR2_A=y\n# x\nBR2_A=n\n', {BR2_A: undefined}, '# x\n'],
    ['a file without a line end', '# x', {CONFIG_A: 'CONFIG_A=12'}, '# x\nCONFIG_A=12\n'],
    ['a name that begins like another', 'CONFIG_A=y\nCONFIG_A_B=y\n', {CONFIG_A: undefined}, 'CONFIG_A_B=y\n'],
    ['lines with CR', 'CONFIG_A=y\r\nCONFIG_B=y\r\n', {CONFIG_B: 'CONFIG_B=m'}, 'CONFIG_A=y\r\nCONFIG_B=m\n'],
  ]
  for (const [title, before, changes, after] of table) {
    it(title, () => {
      const once = mergeUserLines(before, new Map(Object.entries(changes)))
      expect(once).to.equal(after)
      expect(mergeUserLines(once, new Map(Object.entries(changes)))).to.equal(after)
    })
  }
})

describe('what was changed in a menu', () => {
  interface Case {
    title: string
    below: string
    before?: string
    after: string
    minimal?: {before: string, after: string}
    changes: Record<string, string | undefined>
  }
  const table: Case[] = [
    {title: 'switched on', below: '# CONFIG_A is not set\n', after: 'CONFIG_A=y\n', changes: {CONFIG_A: 'CONFIG_A=y'}},
    {title: 'switched off', below: 'CONFIG_A=y\n', after: '# CONFIG_A is not set\n', changes: {CONFIG_A: '# CONFIG_A is not set'}},
    {title: 'switched off with what depends on it: a line of the fragments may still ask for that', below: 'CONFIG_A=y\nCONFIG_A_B=m\n', after: '# CONFIG_A is not set\n',
      changes: {CONFIG_A: '# CONFIG_A is not set', CONFIG_A_B: '# CONFIG_A_B is not set'}},
    {title: 'a text that is gone with what it depends on', below: 'CONFIG_A=y\nCONFIG_A_T="x"\n', after: '# CONFIG_A is not set\n', changes: {CONFIG_A: '# CONFIG_A is not set', CONFIG_A_T: undefined}},
    {title: 'what appears is left to its default', below: '# CONFIG_A is not set\n', after: 'CONFIG_A=y\nCONFIG_A_B=y\n# CONFIG_A_C is not set\n', changes: {CONFIG_A: 'CONFIG_A=y'}},
    {title: 'set back to what it would be without a line', below: '# CONFIG_A is not set\n', before: 'CONFIG_A=y\n', after: '# CONFIG_A is not set\n', changes: {CONFIG_A: undefined}},
    {title: 'set back to an option that is not there at all', below: '', before: 'CONFIG_A=m\n', after: '', changes: {CONFIG_A: undefined}},
    {title: 'text and numbers as they are written', below: 'CONFIG_T="a"\nCONFIG_N=1\n', after: 'CONFIG_T="a \\"b\\" $(C)"\nCONFIG_N=0x1f\n', changes: {CONFIG_N: 'CONFIG_N=0x1f', CONFIG_T: 'CONFIG_T="a \\"b\\" $(C)"'}},
    {title: 'what others select is not what a person set', below: '# BR2_A is not set\n# BR2_LIB is not set\n', after: 'BR2_A=y\nBR2_LIB=y\n', minimal: {before: '', after: 'BR2_A=y\n'}, changes: {BR2_A: 'BR2_A=y'}},
    {title: 'one of a choice, back to the first', below: 'BR2_ONE=y\n# BR2_TWO is not set\n', before: '# BR2_ONE is not set\nBR2_TWO=y\n', after: 'BR2_ONE=y\n# BR2_TWO is not set\n',
      minimal: {before: 'BR2_TWO=y\n', after: ''}, changes: {BR2_TWO: undefined}},
    {title: 'what brmc sets itself', below: 'BR2_JLEVEL=2\n', after: 'BR2_JLEVEL=9\n', minimal: {before: 'BR2_JLEVEL=2\n', after: 'BR2_JLEVEL=9\n'}, changes: {}},
  ]
  for (const {title, below, before = below, after, minimal, changes} of table) {
    it(title, () => {
      const seen = menuChanges({below, before, after, notTheirs: new Set(['BR2_JLEVEL']), ...minimal && {minimal}})
      expect(Object.fromEntries(seen)).to.deep.equal(changes)
    })
  }

  it('what the lines do not yet come to is said outright', () => {
    const left = stillDifferent('CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_T="x"\n', 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_D=y\nCONFIG_U="y"\n', new Set())
    expect(Object.fromEntries(left)).to.deep.equal({CONFIG_B: 'CONFIG_B=m', CONFIG_D: '# CONFIG_D is not set'})
    expect(stillDifferent('BR2_JLEVEL=9\n', 'BR2_JLEVEL=2\n', new Set(['BR2_JLEVEL'])).size).to.equal(0)
  })

  it('a library that an option had wanted is left behind when that one is switched off, and needs no line', () => {
    const before = 'BR2_A=y\nBR2_LIB=y\nBR2_T="x"\n'
    const after = '# BR2_A is not set\nBR2_LIB=y\nBR2_OTHER=y\nBR2_T="x"\n'
    const minimal = {before: 'BR2_A=y\n', after: 'BR2_LIB=y\nBR2_OTHER=y\nBR2_T="x"\n'}
    expect(leftBehind({before, after, minimal})).to.deep.equal(['BR2_LIB'])
    expect(leftBehind({before, after, minimal: {before: 'BR2_A=y\nBR2_LIB=y\n', after: minimal.after}})).to.deep.equal([])
    expect(leftBehind({before, after})).to.deep.equal([])
  })
})
