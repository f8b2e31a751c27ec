import {expect} from 'chai'

import {misfit, type WantedBase} from '../../../src/base/transport/misfit.js'

const wanted: WantedBase = {
  key: 'a'.repeat(64), provider: 'buildroot', board: 'virt',
  ingredients: {board: 'virt', Buildroot: '2026.02.3', kernelFragment: '1'.repeat(64), packages: {smcroute: '2.5.7'}, sourceDateEpoch: 5},
}

type Change = Partial<WantedBase>

const cases: readonly (readonly [string, Change, readonly string[]])[] = [
  ['the same key fits, whatever else is said', {key: wanted.key, ingredients: {}}, []],
  ['another version', {ingredients: {...wanted.ingredients, Buildroot: '2026.02.2'}}, ['Buildroot 2026.02.2, wanted 2026.02.3']],
  ['another hash is not printed', {ingredients: {...wanted.ingredients, kernelFragment: '2'.repeat(64)}}, ['kernel fragment differs']],
  ['a value within', {ingredients: {...wanted.ingredients, packages: {smcroute: '2.5.6'}}}, ['packages smcroute 2.5.6, wanted 2.5.7']],
  ['a package too few, one too many', {ingredients: {...wanted.ingredients, packages: {mrouted: '4.6'}}}, ['packages mrouted (4.6) is not wanted', 'packages smcroute is missing (2.5.7)']],
  ['files of the tree', {ingredients: {...wanted.ingredients, kernelFragment: '1'.repeat(64), packages: {smcroute: `${'3'.repeat(64)} x`}}}, ['packages smcroute differs']],
  ['numbers', {ingredients: {...wanted.ingredients, sourceDateEpoch: 4}}, ['source date epoch 4, wanted 5']],
  ['lists', {ingredients: {...wanted.ingredients, packages: ['smcroute']}}, ['packages ["smcroute"], wanted {"smcroute":"2.5.7"}']],
  ['another board, said once', {board: 'raspberrypi4-64', ingredients: {...wanted.ingredients, board: 'raspberrypi4-64'}}, ['it is for raspberrypi4-64, wanted virt']],
  ['another provider without ingredients', {provider: 'debian', ingredients: {}}, [
    'it is a base of debian, wanted buildroot', 'Buildroot is missing (2026.02.3)', 'kernel fragment is missing', 'packages is missing ({"smcroute":"2.5.7"})', 'source date epoch is missing (5)',
  ]],
  ['nothing told', {}, ['its key is bbbbbbbbbbbb, wanted aaaaaaaaaaaa; what went into it is the same as far as it tells']],
]

describe('why a base does not fit', () => {
  for (const [name, change, words] of cases) {
    it(name, () => {
      expect(misfit({...wanted, key: 'b'.repeat(64), ...change}, wanted)).to.deep.equal(words)
    })
  }

  it('a base that does not tell what went into it', () => {
    expect(misfit({key: 'b'.repeat(64), provider: 'buildroot', board: 'virt'}, wanted)).to.deep.equal(['its key is bbbbbbbbbbbb, wanted aaaaaaaaaaaa; it does not tell what went into it'])
  })
})
