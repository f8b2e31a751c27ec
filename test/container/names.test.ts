import {readFileSync} from 'node:fs'

import {expect} from 'chai'

import {builderTag} from '../../src/container/builder-image.js'
import {networkOf} from '../../src/container/network.js'
import {hostPathsIn, mountsOf} from '../../src/container/places.js'
import {buildUser} from '../../src/container/user.js'

describe('the builder image', () => {
  const RECIPE = {dockerfile: 'FROM x\n', files: new Map([['a', Buffer.from('1')]])}

  it('is named by all that it is made of', () => {
    const names = [
      RECIPE, {...RECIPE, dockerfile: 'FROM y\n'}, {...RECIPE, base: 'z'}, {...RECIPE, files: new Map()}, {...RECIPE, files: new Map([['a', Buffer.from('2')]])},
      {...RECIPE, files: new Map([['b', Buffer.from('1')]])}, {...RECIPE, files: new Map([['a', Buffer.from('')], ['1', Buffer.from('')]])},
    ].map(builderTag)
    expect(new Set(names)).to.have.length(names.length)
    for (const name of names) expect(name).to.match(/^brmc-builder:[0-9a-f]{16}$/)
    expect(builderTag({...RECIPE, files: new Map([['a', Buffer.from('1')]])})).to.equal(names[0])
  })

  it('starts from a dated Debian, pinned by digest', () => {
    expect(readFileSync('board/builder/Dockerfile', 'utf8')).to.match(/^ARG BASE=debian:trixie-\d{8}-slim@sha256:[0-9a-f]{64}$/m)
  })
})

describe('the user of a build', () => {
  const CASES = [
    [{uid: 1500, gid: 100}, {uid: 1500, gid: 100}],
    [{uid: 0, gid: 0}, {uid: 1000, gid: 1000}],
    [{uid: 0, gid: 0, sudoUid: 1500, sudoGid: 100}, {uid: 1500, gid: 100}],
    [{uid: 0, gid: 0, sudoUid: 1500}, {uid: 1500, gid: 1500}],
    [{uid: 0, gid: 0, sudoUid: 0, sudoGid: 0}, {uid: 1000, gid: 1000}],
  ] as const
  for (const [caller, user] of CASES) it(`is ${user.uid}:${user.gid} for ${JSON.stringify(caller)}`, () => { expect(buildUser(caller)).to.deep.equal(user) })
})

describe('the network of downloads', () => {
  it('is the machine’s own, or the one that is named', () => {
    expect(networkOf({})).to.equal('host')
    expect(networkOf({BRMC_CONTAINER_NETWORK: 'bridge'})).to.equal('bridge')
    expect(() => networkOf({BRMC_CONTAINER_NETWORK: '--privileged'})).to.throw('is not the name of a network')
  })
})

describe('paths in what a build says', () => {
  const inputs = {buildroot: '/home/me/br', tree: '/home/me/p/br2-external', settings: '/home/me/p/build/settings', overrides: {'smcroute': '/src/smcroute', 'smcroute-ng': '/src/ng'}}
  const toHost = hostPathsIn(mountsOf(inputs, {output: {volume: 'o'}, downloads: {folder: '/dl'}, ccache: {volume: 'c'}}))

  const CASES = [
    ['/brmc/tree/external.mk:3: *** missing', '/home/me/p/br2-external/external.mk:3: *** missing'],
    ["see '/brmc/tree', /brmc/downloads.", "see '/home/me/p/br2-external', /dl."],
    ['-I/brmc/buildroot/x', '-I/brmc/buildroot/x'],
    ['BR2_EXTERNAL=/brmc/tree make', 'BR2_EXTERNAL=/home/me/p/br2-external make'],
    ['/brmc/override/smcroute-ng/a /brmc/override/smcroute/b', '/src/ng/a /src/smcroute/b'],
    ['/brmc/trees /x/brmc/tree /brmc/tree.bak', '/brmc/trees /x/brmc/tree /brmc/tree.bak'],
    ['/brmc/output/build/linux', '/brmc/output/build/linux'],
  ] as const
  for (const [line, expected] of CASES) it(`are this machine’s: ${line}`, () => { expect(toHost(line)).to.equal(expected) })
})
