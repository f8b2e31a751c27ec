import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {BrmcError} from '../../src/errors.js'
import {checkProject} from '../../src/spec/check-project.js'
import {readPins} from '../../src/tree/read-pins.js'
import {keepPins, writePins} from '../../src/tree/write-pins.js'
import {upgradePins} from '../../src/workflow/upgrade-pins.js'
import type {VersionChange} from '../../src/workflow/version-change.js'
import {FIRMWARE, KERNEL, packRelease, releaseTexts, serveSite, serving, signedList, writeRelease} from '../base/buildroot/releases.js'

const NEXT = {version: '2026.02.4', kernel: 'c'.repeat(40), firmware: 'd'.repeat(40)}

describe('brmc upgrade for the base buildroot', () => {
  let place: string
  let folder: string
  const site = new Map<string, string | Buffer>()

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'brmc upgrade '))
    folder = join(place, 'project')
    site.clear()
    await writeRelease(folder, releaseTexts())
    await rm(join(folder, 'Makefile'))
  })
  afterEach(async () => { await rm(place, {recursive: true, force: true}) })

  const upgraded = async (request: {buildroot?: string} = {}): Promise<VersionChange[]> => {
    const text = {folder, project: {file: 'brmc.yaml', text: ''}, deployments: [], overlays: {}, texts: [], hasLock: false}
    const {fetch, close} = await serveSite(serving(site))
    return upgradePins({folder, text, checked: checkProject(text)}, {...request, fetch}, {renderer: 'silent', signal: new AbortController().signal}).finally(close)
  }
  const list = (version: string, sha256: string): void => {
    site.set('/', `<a href="buildroot-${version}.tar.xz">`)
    site.set(`/buildroot-${version}.tar.xz.sign`, signedList(`buildroot-${version}.tar.xz`, sha256))
  }
  const pins = async (): Promise<unknown> => JSON.parse(await readFile(join(folder, 'brmc.pins.json'), 'utf8'))
  const publishNext = async (): Promise<string> => {
    const {bytes, sha256} = await packRelease(place, NEXT.version, releaseTexts(NEXT.version, NEXT))
    site.set(`/buildroot-${NEXT.version}.tar.xz`, bytes)
    list(NEXT.version, sha256)
    return sha256
  }

  it('moves Buildroot, kernel and firmware together, and tells what moved', async () => {
    const sha256 = await publishNext()
    expect(await upgraded()).to.deep.equal([
      {name: 'Buildroot', from: '2026.02.3', to: NEXT.version},
      {name: 'firmware', from: FIRMWARE, to: NEXT.firmware},
      {name: 'kernel', from: KERNEL, to: NEXT.kernel},
    ])
    expect((await readPins(folder)).buildroot).to.deep.equal({version: NEXT.version, sha256, epoch: 1_781_643_700})
    expect(await upgraded()).to.deep.equal([])
  })

  it('writes the pins of the newest release where the project had none, though nothing changes', async () => {
    list('2026.02.3', SHIPPED_PINS.buildroot.sha256 ?? '')
    expect(await upgraded()).to.deep.equal([])
    expect(await pins()).to.deep.equal(SHIPPED_PINS)
  })

  it('refuses a release that is listed with another hash than is pinned', async () => {
    list('2026.02.3', 'b'.repeat(64))
    const error: unknown = await upgraded().catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'PACKAGE_CORRUPT')
    expect(await readdir(folder)).not.to.include('brmc.pins.json')
  })

  it('leaves the pins as they are where the tarball is not what the list says', async () => {
    await writePins(folder, SHIPPED_PINS)
    await publishNext()
    site.set(`/buildroot-${NEXT.version}.tar.xz`, 'a login page')
    expect(await upgraded().catch((thrown: unknown) => thrown)).to.be.instanceOf(BrmcError).with.property('code', 'PACKAGE_CORRUPT')
    expect(await pins()).to.deep.equal(SHIPPED_PINS)
  })

  it('replaces pins that cannot be read', async () => {
    await writeFile(join(folder, 'brmc.pins.json'), '<<<<<<< ours\n')
    await publishNext()
    expect(await upgraded()).to.have.length(3)
    expect((await readPins(folder)).buildroot.version).to.equal(NEXT.version)
  })

  it('reads them off a checkout without asking anybody; the hash stays where the release does', async () => {
    const checkout = join(place, 'checkout')
    await writeRelease(checkout, releaseTexts())
    expect(await upgraded({buildroot: checkout})).to.deep.equal([])
    expect(await readPins(folder)).to.have.nested.property('buildroot.sha256', SHIPPED_PINS.buildroot.sha256)
    await writeRelease(checkout, releaseTexts('2026.02.3', {kernel: NEXT.kernel}))
    expect(await upgraded({buildroot: checkout})).to.deep.equal([{name: 'kernel', from: KERNEL, to: NEXT.kernel}])
    expect(await readPins(folder)).not.to.have.nested.property('buildroot.sha256')
    await writeRelease(checkout, releaseTexts(NEXT.version, NEXT))
    expect(await upgraded({buildroot: checkout})).to.have.length(2)
    expect((await readPins(folder)).buildroot).to.deep.equal({version: NEXT.version, epoch: 1_781_643_700})
  })

  it('is not needed for a first image: its pins are written down once', async () => {
    expect(await keepPins(folder)).to.equal(true)
    expect(await readPins(folder)).to.deep.equal(SHIPPED_PINS)
    const own = {...SHIPPED_PINS, firmware: {commit: NEXT.firmware}}
    await writePins(folder, own)
    expect(await keepPins(folder)).to.equal(false)
    expect(await readPins(folder)).to.deep.equal(own)
  })
})
