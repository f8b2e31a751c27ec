import {execFileSync} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {pinsOfRelease, type ReleaseTexts} from '../../../src/base/buildroot/pins-of-release.js'
import {readCheckoutPins, readReleasePins} from '../../../src/base/buildroot/read-release.js'
import {PinsSchema, SHIPPED_PINS} from '../../../src/boards/pins.js'
import {BrmcError} from '../../../src/errors.js'
import {run} from '../../../src/process/run.js'
import {releaseTexts, writeRelease} from './releases.js'

const {sha256, commit} = SHIPPED_PINS.buildroot

describe('pins of a release of Buildroot', () => {
  it('are those brmc ships, read off the release that they are of', () => {
    expect(pinsOfRelease(releaseTexts(), {...sha256 !== undefined && {sha256}, ...commit !== undefined && {commit}})).to.deep.equal(SHIPPED_PINS)
  })

  it('make a file that is read back', () => {
    expect(PinsSchema.parse(JSON.parse(JSON.stringify(pinsOfRelease(releaseTexts()))))).to.deep.equal(pinsOfRelease(releaseTexts()))
  })

  const refused: [string, Partial<ReleaseTexts>, RegExp][] = [
    ['no Buildroot', {makefile: 'all:\n'}, /no BR2_VERSION$/],
    ['a checkout between releases', {makefile: releaseTexts('2026.05-git').makefile}, /2026\.05-git, which is no release/],
    ['no time', {makefile: 'export BR2_VERSION := 2026.02.3\n'}, /BR2_VERSION_EPOCH/],
    ['another kernel than Raspberry Pi\'s', {defconfig: 'BR2_LINUX_KERNEL_LATEST_VERSION=y\n'}, /no commit of the kernel/],
    ['the hash of another kernel', {kernelHash: releaseTexts('2026.02.3', {kernel: 'c'.repeat(40)}).kernelHash}, /no sha256 of linux-21b4/],
    ['firmware by a tag', {firmwareMk: 'RPI_FIRMWARE_VERSION = 1.20260601\n'}, /rpi-firmware\.mk/],
  ]
  for (const [title, texts, words] of refused) {
    it(`are not read off ${title}`, () => {
      expect(() => pinsOfRelease({...releaseTexts(), ...texts})).to.throw(BrmcError, words).with.property('code', 'USAGE')
    })
  }
})

describe('pins of a checkout', () => {
  let folder: string
  const git = (...args: string[]): string => execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc pins '))
    await writeRelease(folder, releaseTexts())
  })
  afterEach(async () => { await rm(folder, {recursive: true, force: true}) })

  it('know the commit where the release\'s tag names it', async () => {
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'Release')
    expect((await readCheckoutPins(folder, run)).buildroot).not.to.have.property('commit')
    git('tag', '-a', '2026.02.3', '-m', 'Release')
    expect((await readCheckoutPins(folder, run)).buildroot.commit).to.equal(git('rev-parse', 'HEAD'))
  })

  it('know none where something was changed, or another commit is checked out', async () => {
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'Release')
    git('tag', '2026.02.3')
    await writeFile(join(folder, 'new'), '')
    expect((await readCheckoutPins(folder, run)).buildroot).not.to.have.property('commit')
    git('add', 'new')
    git('commit', '-qm', 'Ours')
    expect((await readCheckoutPins(folder, run)).buildroot).not.to.have.property('commit')
  })

  it('are read off an unpacked tarball as well', async () => {
    expect(await readCheckoutPins(folder, run)).to.deep.equal(await readReleasePins(folder))
  })
})
