import {expect} from 'chai'

import {sharedCacheOf} from '../../../src/base/buildroot/shared-cache.js'
import {BrmcError} from '../../../src/errors.js'
import {SpecSchema} from '../../../src/spec/schema.js'

const TIMEOUTS = 'connect-timeout=1000|operation-timeout=5000'
const SECRET = 'hunter:2@|%'
const ESCAPED = encodeURIComponent(SECRET)

describe('the address of a shared cache', () => {
  const cases: [address: string, name: string, gate: {host: string, port: number, hello: string}, storage: string][] = [
    ['redis://cache', 'redis://cache', {host: 'cache', port: 6379, hello: '*1\r\n$4\r\nPING\r\n'}, 'redis://127.0.0.1:{port}'],
    ['redis://10.0.0.5:7000/3', 'redis://10.0.0.5:7000/3', {host: '10.0.0.5', port: 7000, hello: '*1\r\n$4\r\nPING\r\n'}, 'redis://127.0.0.1:{port}/3'],
    [`redis://:${ESCAPED}@cache`, 'redis://cache', {host: 'cache', port: 6379, hello: `*3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$11\r\n${SECRET}\r\n`}, `redis://default:${ESCAPED}@127.0.0.1:{port}`],
    [`redis://${ESCAPED}@cache`, 'redis://cache', {host: 'cache', port: 6379, hello: `*3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$11\r\n${SECRET}\r\n`}, `redis://default:${ESCAPED}@127.0.0.1:{port}`],
    [`redis://ci:${ESCAPED}@[fd00::1]:7000`, 'redis://[fd00::1]:7000', {host: 'fd00::1', port: 7000, hello: `*3\r\n$4\r\nAUTH\r\n$2\r\nci\r\n$11\r\n${SECRET}\r\n`}, `redis://ci:${ESCAPED}@127.0.0.1:{port}`],
    ['http://cache', 'http://cache', {host: 'cache', port: 80, hello: 'HEAD / HTTP/1.1\r\nHost: cache\r\nConnection: close\r\n\r\n'}, 'http://127.0.0.1:{port}'],
    [
      `http://ci:${ESCAPED}@cache:8080/router`, 'http://cache:8080/router',
      {host: 'cache', port: 8080, hello: `HEAD /router/ HTTP/1.1\r\nHost: cache:8080\r\nAuthorization: Basic ${Buffer.from(`ci:${SECRET}`).toString('base64')}\r\nConnection: close\r\n\r\n`},
      `http://ci:${ESCAPED}@127.0.0.1:{port}/router`,
    ],
  ]
  for (const [address, name, {host, port, hello}, storage] of cases) {
    it(`${name} at ${host} port ${port}`, () => {
      const cache = sharedCacheOf(undefined, {BRMC_SHARED_CACHE: address})
      expect(cache).to.deep.include({name}).and.to.have.deep.property('gate').that.includes({host, port, hello})
      const header = address.startsWith('http') ? `|header=Host=${name.split('/')[2] ?? ''}` : ''
      expect(cache?.storage).to.equal(`${storage}|${TIMEOUTS}${header}`)
      expect(sharedCacheOf(undefined, {BRMC_SHARED_CACHE: `${address}|read-only`})).to.deep.equal({...cache, storage: `${storage}|${TIMEOUTS}${header}|read-only=true`})
    })
  }

  for (const wrong of ['https://cache', 'rediss://cache', 'file:///srv', 'redis://', 'redis://cache|layout=flat', 'http://cache/a?b', 'http://cache/a b', `memcached://ci:${ESCAPED}@cache`, `ci:${ESCAPED}@cache:99999`]) {
    it(`is not ${wrong.replace(ESCAPED, '…')}, and no password is quoted`, () => {
      const refused = (): unknown => sharedCacheOf(undefined, {BRMC_SHARED_CACHE: wrong})
      expect(refused).to.throw(BrmcError, /^what BRMC_SHARED_CACHE or buildroot\.sharedCache says is not the address of a shared cache$/).with.property('code', 'USAGE')
      expect(refused).to.throw(BrmcError).with.property('cause', undefined)
    })
  }

  it('comes from the variable, where it is set, also to none; else from the file', () => {
    expect(sharedCacheOf('redis://file', {BRMC_SHARED_CACHE: 'redis://variable'})?.name).to.equal('redis://variable')
    expect(sharedCacheOf('redis://file', {})?.name).to.equal('redis://file')
    expect(sharedCacheOf('redis://file', {BRMC_SHARED_CACHE: ''})).to.equal(undefined)
    expect(sharedCacheOf(undefined, {})).to.equal(undefined)
  })

  const inFile = (sharedCache: string): boolean => SpecSchema.shape.buildroot.safeParse({sharedCache}).success
  it('stands in the file without a password', () => {
    for (const right of ['redis://cache', 'redis://10.0.0.5:7000/3', 'redis://[fd00::1]:7000', 'http://cache.example:8080/router', 'http://cache/router|read-only']) expect(inFile(right), right).to.equal(true)
    for (const wrong of ['redis://:secret@cache', 'http://ci:secret@cache/x', 'https://cache', 'rediss://cache', 'cache:6379', 'redis://cache|keep-alive=false', 'http://cache/$(x)']) {
      expect(inFile(wrong), wrong).to.equal(false)
    }
  })
})
