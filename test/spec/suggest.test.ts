import {expect} from 'chai'

import {didYouMean, editDistance, listed} from '../../src/spec/suggest.js'

describe('suggestions', () => {
  const distances: [string, string, number][] = [
    ['', '', 0], ['a', '', 1], ['', 'abc', 3], ['kitten', 'sitting', 3], ['usb0', 'ubs0', 1], ['flaw', 'lawn', 2], ['group', 'group', 0],
  ]
  for (const [one, other, distance] of distances) {
    it(`${one || "''"} is ${distance} from ${other || "''"}, both ways`, () => {
      expect(editDistance(one, other)).to.equal(distance)
      expect(editDistance(other, one)).to.equal(distance)
    })
  }

  const meant: [string, string[], string | undefined][] = [
    ['adress', ['address', 'mac'], 'address'],
    ['wlan1', ['usb0', 'wlan0'], 'wlan0'],
    ['Group', ['group', 'to'], 'group'],
    ['authorized_keys', ['authorizedKeys'], 'authorizedKeys'],
    ['raspberrypi4', ['raspberrypi5', 'raspberrypi4-64'], 'raspberrypi4-64'],
    ['x', ['to'], undefined],
    ['something', ['group'], undefined],
    ['a', [], undefined],
  ]
  for (const [text, candidates, expected] of meant) {
    it(`${text}: ${expected ?? 'nothing is near'}`, () => { expect(didYouMean(text, candidates)).to.equal(expected) })
  }

  it('lists words', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).to.deep.equal(['', 'a', 'a or b', 'a, b or c'])
  })
})
