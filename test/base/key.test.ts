import {expect} from 'chai'

import {bundleKey} from '../../src/base/key.js'

describe('base/key', () => {
  it('is a sha256 in hex, and the same for equal ingredients in any order of names', () => {
    expect(bundleKey({a: 1, b: {c: ['x', null], d: true}})).to.match(/^[0-9a-f]{64}$/).and.to.equal(bundleKey({b: {d: true, c: ['x', null]}, a: 1}))
  })

  const cases = [{a: 1}, {a: '1'}, {a: [1]}, {a: {}}, {a: []}, {a: null}, {a: true}, {'a': 1, 'b': ''}, {a: ['b', 'c']}, {a: ['c', 'b']}, {a: ['b,c']}, {a: ['b","c']}]
  it('differs wherever the ingredients do', () => {
    expect(new Set(cases.map(bundleKey)).size).to.equal(cases.length)
  })
})
