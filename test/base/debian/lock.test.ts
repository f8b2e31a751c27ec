import {expect} from 'chai'

import {formatLock, lockedPackages, parseLock, type Lock, type LockedPackage} from '../../../src/base/debian/lock.js'
import {BrmcError} from '../../../src/errors.js'

function locked(name: string, ...depends: string[]): LockedPackage {
  return {name, version: '1:2.3-4+b1', filename: `pool/main/x/${name}_2.3-4+b1_arm64.deb`, size: 10, sha256: 'ab'.repeat(32), depends}
}

const archive = {suite: 'trixie', components: ['main', 'non-free-firmware']}
const lock: Lock = {version: 1, ...archive, architecture: 'arm64', date: 1_700_000_000, packages: [locked('b', 'c', 'absent'), locked('a'), locked('c', 'b', 'd'), locked('d'), locked('e', 'd')]}

function thrownBy(act: () => unknown): BrmcError {
  try {
    act()
  } catch (error) {
    if (error instanceof BrmcError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('base/debian/lock', () => {
  it('comes back from text as it went in, sorted', () => {
    const text = formatLock(lock)
    expect(formatLock(parseLock(text))).to.equal(text)
    expect(parseLock(text).packages.map(({name}) => name)).to.deep.equal(['a', 'b', 'c', 'd', 'e'])
    expect(text).to.match(/\n$/).and.not.to.include('http')
  })

  const wishes: [string[], string[]][] = [[['a'], ['a']], [['b'], ['b', 'c', 'd']], [['e', 'a'], ['a', 'd', 'e']], [[], []]]
  for (const [wanted, expected] of wishes) {
    it(`[${wanted.join()}] takes [${expected.join()}]`, () => {
      expect(lockedPackages(lock, archive, wanted).map(({name}) => name)).to.deep.equal(expected)
    })
  }

  it('does not mind the order of components', () => {
    expect(lockedPackages(lock, {...archive, components: [...archive.components].reverse()}, ['a'])).to.have.length(1)
  })

  const stale: [string, () => unknown, RegExp][] = [
    ['a package it lacks', () => lockedPackages(lock, archive, ['a', 'tcpdump', 'iw']), /has no tcpdump, iw/],
    ['another suite', () => lockedPackages(lock, {...archive, suite: 'forky'}, ['a']), /is of trixie .* asks for forky/],
    ['other components', () => lockedPackages(lock, {...archive, components: ['main']}, ['a']), /non-free-firmware/],
    ['what is no JSON', () => parseLock('{'), /not a package lock/],
    ['a later version', () => parseLock(JSON.stringify({...lock, version: 2})), /not a package lock/],
    ['a file outside the archive', () => parseLock(JSON.stringify({...lock, packages: [{...locked('a'), filename: 'pool/../../a.deb'}]})), /not a package lock/],
    ['a file that is an option', () => parseLock(JSON.stringify({...lock, packages: [{...locked('a'), filename: '--a.deb'}]})), /not a package lock/],
    ['a hash that is a path', () => parseLock(JSON.stringify({...lock, packages: [{...locked('a'), sha256: '../x'}]})), /not a package lock/],
  ]
  for (const [what, act, message] of stale) {
    it(`refuses ${what} with a way out`, () => {
      const error = thrownBy(act)
      expect(error.code).to.equal('PACKAGE_LOCK_STALE')
      expect(error.message).to.match(message)
      expect(error.suggestions.join()).to.include('brmc upgrade')
    })
  }
})
