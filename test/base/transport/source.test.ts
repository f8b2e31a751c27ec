import {expect} from 'chai'

import {parseChallenge, tokenAddress} from '../../../src/base/transport/challenge.js'
import {placeOf} from '../../../src/base/transport/source.js'

const HEX = '0123456789abcdef'.repeat(4)
const DIGEST = `sha256:${HEX}`

describe('where a base is to come from', () => {
  const places: readonly (readonly [string, string | undefined, object])[] = [
    ['base.tar', undefined, {kind: 'file', path: 'base.tar'}],
    ['/a/base.tar.xz', HEX.toUpperCase(), {kind: 'file', path: '/a/base.tar.xz', sha256: HEX}],
    ['https://example.org/base.tar', HEX, {kind: 'web', url: new URL('https://example.org/base.tar'), sha256: HEX}],
    [`oci://ghcr.io/a/b@${DIGEST}`, undefined, {kind: 'oci', origin: 'https://ghcr.io', name: 'a/b', digest: DIGEST}],
    [`oci://ghcr.io/a/b:v1@${DIGEST}`, HEX, {kind: 'oci', origin: 'https://ghcr.io', name: 'a/b', digest: DIGEST}],
    [`oci://localhost:5000/x@${DIGEST}`, undefined, {kind: 'oci', origin: 'http://localhost:5000', name: 'x', digest: DIGEST}],
    [`oci://docker.io/x@${DIGEST}`, undefined, {kind: 'oci', origin: 'https://registry-1.docker.io', name: 'library/x', digest: DIGEST}],
    [`oci://localhost.example.org/x@${DIGEST}`, undefined, {kind: 'oci', origin: 'https://localhost.example.org', name: 'x', digest: DIGEST}],
  ]
  for (const [source, sha256, place] of places) {
    it(`${source} is understood`, () => {
      expect(placeOf({source, sha256})).to.deep.equal(place)
    })
  }

  const refused: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['https://example.org/base.tar', undefined, /needs the sha256/],
    ['http://', HEX, /is no address/],
    ['base.tar', 'abc', /no sha256/],
    ['oci://ghcr.io/a/b:v1', undefined, /with its digest|no reference/],
    [`oci://ghcr.io/a/../../b@${DIGEST}`, undefined, /no reference/],
    [`oci://ghcr.io/A@${DIGEST}`, undefined, /no reference/],
    [`oci://user:word@ghcr.io/a@${DIGEST}`, undefined, /no reference/],
    [`oci://ghcr.io?x/a@${DIGEST}`, undefined, /no reference/],
    [`oci:///a@${DIGEST}`, undefined, /no reference/],
    [`oci://ghcr.io/a@${DIGEST}`, 'f'.repeat(64), /another/],
  ]
  for (const [source, sha256, words] of refused) {
    it(`${source} with ${sha256 ?? 'no sha256'} is refused`, () => {
      expect(() => placeOf({source, sha256})).to.throw(words).with.property('code', 'USAGE')
    })
  }
})

describe('what a registry wants to see', () => {
  const challenges: readonly (readonly [string, object | undefined])[] = [
    ['Bearer realm="https://a.example/token",service="a",scope="repository:x:pull"', {realm: 'https://a.example/token', service: 'a', scope: 'repository:x:pull'}],
    ['bearer realm="https://a.example/token"', {realm: 'https://a.example/token'}],
    ['Basic realm="x", Bearer realm=https://a.example/t, service="a, \\"b\\""', {realm: 'https://a.example/t', service: 'a, "b"'}],
    ['Basic realm="x"', undefined],
    ['Bearer service="a"', undefined],
    ['', undefined],
  ]
  for (const [header, challenge] of challenges) {
    it(`${header} is read`, () => {
      expect(parseChallenge(header)).to.deep.equal(challenge)
    })
  }

  const at = {origin: 'https://ghcr.io', name: 'a/b'}
  const local = {origin: 'http://localhost:5000', name: 'a/b'}
  const addresses: readonly (readonly [string, {realm: string, service?: string, scope?: string}, typeof at, string | undefined])[] = [
    ['with what was asked for', {realm: 'https://ghcr.io/token', service: 's', scope: 'repository:a/b:pull'}, at, 'https://ghcr.io/token?service=s&scope=repository%3Aa%2Fb%3Apull'],
    ['with the scope of the name', {realm: 'https://ghcr.io/token'}, at, 'https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull'],
    ['in the clear on this machine', {realm: 'http://localhost:5001/t'}, local, 'http://localhost:5001/t?scope=repository%3Aa%2Fb%3Apull'],
    ['never in the clear elsewhere', {realm: 'http://ghcr.io/token'}, at, undefined],
    ['never on this machine for another', {realm: 'http://localhost:80/'}, at, undefined],
    ['never from a file', {realm: 'file:///etc/passwd'}, at, undefined],
    ['only from an address', {realm: 'token'}, at, undefined],
  ]
  for (const [name, challenge, reference, address] of addresses) {
    it(`a token is asked for ${name}`, () => {
      expect(tokenAddress(challenge, reference)?.href).to.equal(address)
    })
  }
})
