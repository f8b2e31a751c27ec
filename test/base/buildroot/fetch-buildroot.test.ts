import {createHash} from 'node:crypto'
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import type {RequestListener} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {fetchBuildroot, type Release} from '../../../src/base/buildroot/fetch-buildroot.js'
import {fetchNewestRelease} from '../../../src/base/buildroot/fetch-release.js'
import {BrmcError} from '../../../src/errors.js'
import {run} from '../../../src/process/run.js'
import {packRelease, releaseTexts, serveSite, serving, signedList} from './releases.js'

const VERSION = '2026.02.3'
const TARBALL = `/buildroot-${VERSION}.tar.xz`

describe('the release of Buildroot', () => {
  let place: string
  let folder: string
  let release: {bytes: Buffer, sha256: string}

  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'brmc release '))
    release = await packRelease(place, VERSION)
  })
  after(async () => { await rm(place, {recursive: true, force: true}) })
  beforeEach(async () => {
    folder = join(place, 'cache')
    await rm(folder, {recursive: true, force: true})
  })

  const fetched = async (listener: RequestListener, wanted?: Release, signal = new AbortController().signal): Promise<string> => {
    const {fetch, close} = await serveSite(listener)
    return fetchBuildroot(wanted ?? {version: VERSION, sha256: release.sha256}, {folder, run, fetch, signal}).finally(close)
  }
  const there = async (): Promise<string[]> => readdir(folder).catch(() => [])
  const good = (): RequestListener => serving(new Map([[TARBALL, release.bytes]]))

  it('is downloaded, held against its sha256 and unpacked', async () => {
    const target = await fetched(good())
    expect(await readFile(join(target, 'Makefile'), 'utf8')).to.equal(releaseTexts().makefile)
    expect(await there()).to.deep.equal([`buildroot-${VERSION}-${release.sha256.slice(0, 12)}`])
  })

  it('is not asked for where it is there', async () => {
    const target = await fetched(good())
    expect(await fetched((_, response) => { response.destroy() })).to.equal(target)
  })

  it('takes the place of what a killed run left', async () => {
    const partial = join(folder, `buildroot-${VERSION}-${release.sha256.slice(0, 12)}.partial`)
    await mkdir(partial, {recursive: true})
    await writeFile(join(partial, 'stale'), '')
    expect(await readdir(await fetched(good()))).not.to.include('stale')
    expect(await there()).to.have.length(1)
  })

  const cut: RequestListener = (_, response) => {
    response.setHeader('content-length', release.bytes.length)
    response.write(release.bytes.subarray(0, 100), () => { response.destroy() })
  }
  const failures: [string, RequestListener, string, RegExp][] = [
    ['other bytes', serving(new Map([[TARBALL, 'a login page']])), 'PACKAGE_CORRUPT', /is not the release that is pinned/],
    ['404', serving(new Map()), 'PACKAGE_UNAVAILABLE', /HTTP status 404/],
    ['a connection that breaks', cut, 'PACKAGE_UNAVAILABLE', /cannot be fetched/],
    ['no answer at all', (_, response) => { response.destroy() }, 'PACKAGE_UNAVAILABLE', /cannot be fetched: (?!fetch failed)/],
  ]
  for (const [title, listener, code, words] of failures) {
    it(`${title}: ${code}, and nothing is left`, async () => {
      const error: unknown = await fetched(listener).catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(BrmcError).with.property('code', code)
      expect((error as BrmcError).message).to.match(words).and.include(`buildroot-${VERSION}.tar.xz`)
      expect((error as BrmcError).suggestions.join()).to.include('--buildroot')
      expect(await there()).to.deep.equal([])
    })
  }

  it('that is no tarball of the right hash fails in tar, and nothing is left', async () => {
    const bytes = Buffer.from('not xz')
    const error: unknown = await fetched(serving(new Map([[TARBALL, bytes]])), {version: VERSION, sha256: createHash('sha256').update(bytes).digest('hex')}).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'TOOL_FAILED')
    expect(await there()).to.deep.equal([])
  })

  it('can be given up in the middle: INTERRUPTED, and nothing is left', async () => {
    const controller = new AbortController()
    const slow: RequestListener = (_, response) => {
      response.write(release.bytes.subarray(0, 100), () => { setTimeout(() => { controller.abort() }, 20) })
    }
    const error: unknown = await fetched(slow, undefined, controller.signal).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'INTERRUPTED')
    expect(await there()).to.deep.equal([])
  })

  it('without a sha256 is not downloaded at all', async () => {
    const error: unknown = await fetched(good(), {version: VERSION}).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'PACKAGE_LOCK_STALE')
    expect((error as BrmcError).suggestions.join()).to.include('buildroot.path').and.include('brmc upgrade')
    expect(await there()).to.deep.equal([])
  })
})

describe('the newest release of Buildroot', () => {
  const listing = (...versions: string[]): string => versions
    .flatMap(version => ['', '.sign'].map(end => `<a href="buildroot-${version}.tar.xz${end}">buildroot-${version}.tar.xz${end}</a>`)).join('\n')
  const HASH = 'a'.repeat(64)
  const newest = async (files: Record<string, string>, of = VERSION): Promise<unknown> => {
    const {fetch, close} = await serveSite(serving(new Map(Object.entries(files))))
    return fetchNewestRelease(of, {fetch, signal: new AbortController().signal}).catch((thrown: unknown) => thrown).finally(close)
  }
  const signed = (version: string, hash = HASH): Record<string, string> => ({[`/buildroot-${version}.tar.xz.sign`]: signedList(`buildroot-${version}.tar.xz`, hash)})

  const found: [string, string, string[], string][] = [
    ['by number, not by letters', VERSION, ['2026.02.9', '2026.02.10', '2026.02.2'], '2026.02.10'],
    ['of its own line alone', VERSION, ['2026.02.3', '2026.05', '2026.05.1', '2025.02.14'], '2026.02.3'],
    ['no candidate', VERSION, ['2026.02.3', '2026.02.4-rc1', '2026.02-rc3'], '2026.02.3'],
    ['after the first of a line', '2026.02', ['2026.02', '2026.02.1'], '2026.02.1'],
  ]
  for (const [title, of, versions, expected] of found) {
    it(title, async () => {
      expect(await newest({'/': listing(...versions), ...signed(expected)}, of)).to.deep.equal({version: expected, sha256: HASH})
    })
  }

  const failing: [string, Record<string, string>, RegExp][] = [
    ['a site without the line', {'/': listing('2025.02.1')}, /lists no release of Buildroot 2026\.02/],
    ['no signed list', {'/': listing(VERSION)}, /\.sign cannot be fetched: HTTP status 404/],
    ['a list of another release', {'/': listing(VERSION), [`/buildroot-${VERSION}.tar.xz.sign`]: signedList('buildroot-2026.02.2.tar.xz', HASH)}, /has no SHA256/],
    ['a login page', {'/': 'welcome'}, /lists no release/],
  ]
  for (const [title, files, words] of failing) {
    it(`${title}: PACKAGE_UNAVAILABLE in words`, async () => {
      const error = await newest(files)
      expect(error).to.be.instanceOf(BrmcError).with.property('code', 'PACKAGE_UNAVAILABLE')
      expect((error as BrmcError).message).to.match(words)
    })
  }
})
