import {mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {expect} from 'chai'

import {fetchPackages} from '../../../src/base/debian/fetch-packages.js'
import {BrmcError} from '../../../src/errors.js'
import {sha256} from '../../../src/files/sha256.js'
import {run} from '../../../src/process/run.js'

const BYTES = Buffer.from('a package')
const LOCKED = {name: 'one', version: '1', filename: 'pool/one.deb', size: BYTES.length, sha256: sha256(BYTES), depends: []}

describe('packages from a mirror that is a folder', () => {
  let place: string
  let packages: string
  const deb = `${LOCKED.sha256}.deb`
  const fetched = (signal?: AbortSignal) => fetchPackages([LOCKED], {
    folder: packages, settings: [], run, mirror: () => Promise.resolve(pathToFileURL(join(place, 'mirror')).href), ...signal && {signal},
  })
  const failure = async (): Promise<unknown> => fetched().then(() => undefined, (error: unknown) => error instanceof BrmcError ? error.code : error)

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'brmc packages '))
    packages = join(place, 'packages')
    await mkdir(join(place, 'mirror', 'pool'), {recursive: true})
    await writeFile(join(place, 'mirror', 'pool', 'one.deb'), BYTES)
  })

  afterEach(async () => {
    await rm(place, {recursive: true, force: true})
  })

  it('are brought, and kept by their hash', async () => {
    expect([...await fetched()]).to.deep.equal([['one', join(packages, deb)]])
    expect(await readdir(packages)).to.deep.equal([deb])
  })

  it('are brought again where what is kept was damaged', async () => {
    await fetched()
    await writeFile(join(packages, deb), 'damaged')
    await fetched()
    expect(await readFile(join(packages, deb))).to.deep.equal(BYTES)
  })

  it('with other bytes than the lock says are refused, and nothing of them is left', async () => {
    await writeFile(join(place, 'mirror', 'pool', 'one.deb'), 'evil bytes')
    expect(await failure()).to.equal('PACKAGE_CORRUPT')
    expect(await readdir(packages)).to.deep.equal([])
  })

  it('that are gone are PACKAGE_UNAVAILABLE', async () => {
    await rm(join(place, 'mirror', 'pool', 'one.deb'))
    expect(await failure()).to.equal('PACKAGE_UNAVAILABLE')
    expect(await readdir(packages)).to.deep.equal([])
  })

  it('that a killed run left half-fetched are cleared away; those of a run that goes on are not', async () => {
    await mkdir(packages)
    for (const name of ['old.deb.partial', 'new.deb.partial']) await writeFile(join(packages, name), 'half')
    const yesterday = new Date(Date.now() - 24 * 3600 * 1000)
    await utimes(join(packages, 'old.deb.partial'), yesterday, yesterday)
    await fetched()
    expect((await readdir(packages)).sort()).to.deep.equal([deb, 'new.deb.partial'].sort())
  })
})
