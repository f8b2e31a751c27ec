import {execFileSync} from 'node:child_process'
import {copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'

import {expect} from 'chai'

import type {Bundle} from '../../../src/base/bundle.js'
import {importBundle, type TransferProgress} from '../../../src/base/transport/write-import.js'
import {exportBundle, type Exported} from '../../../src/base/transport/write-export.js'
import {BrmcError} from '../../../src/errors.js'
import {readSha256} from '../../../src/files/read-sha256.js'
import {sha256} from '../../../src/files/sha256.js'
import {run} from '../../../src/process/run.js'
import {filesOf, KEY, writeSmallBase} from './small-base.js'

describe('a base on its way', () => {
  let folder: string
  let base: string
  let bundle: Bundle
  let bases: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-transport-'))
    ;({folder: base, bundle} = await writeSmallBase(join(folder, 'bases')))
  })

  beforeEach(() => { bases = join(folder, 'there') })
  afterEach(() => rm(bases, {recursive: true, force: true}))
  after(() => rm(folder, {recursive: true, force: true}))

  const signal = (): AbortSignal => new AbortController().signal
  const exported = (name: string, oci = false): Promise<Exported> => exportBundle(base, bundle, {target: join(folder, name), oci, run, signal: signal()})
  const imported = (source: string, more: Partial<Parameters<typeof importBundle>[1]> = {}, hex?: string): Promise<Bundle> =>
    importBundle({source, sha256: hex}, {folder: bases, run, fetch: globalThis.fetch, signal: signal(), ...more})
  const failed = async (act: Promise<unknown>): Promise<BrmcError> => {
    const error: unknown = await act.catch((thrown: unknown) => thrown)
    if (error instanceof BrmcError) return error
    throw new Error('it went well')
  }

  it('is listed and unpacked by GNU tar, bundle.json first', async () => {
    const {target} = await exported('gnu.tar')
    const list = execFileSync('tar', ['tvf', target, '--utc'], {encoding: 'utf8'}).trimEnd().split('\n')
    expect(list[0]).to.match(/^-rw-r--r-- 0\/0 +\d+ 2023-11-14 22:13 bundle\.json$/)
    await mkdir(join(folder, 'gnu'))
    execFileSync('tar', ['xf', target, '-C', join(folder, 'gnu')])
    expect(await filesOf(join(folder, 'gnu'))).to.deep.equal(await filesOf(base))
  })

  for (const name of ['base.tar', 'base.tar.xz', 'base.tar.zst', 'base.oci.tar']) {
    it(`as ${name} is the same twice, and is the same base there`, async () => {
      const oci = name.includes('oci')
      const {target, sha256: hash, size} = await exported(name, oci)
      const again = await exported(`again-${name}`, oci)
      expect(again.sha256).to.equal(hash)
      expect(await readFile(target)).to.have.length(size)
      execFileSync('sha256sum', ['--quiet', '--check', `${name}.sha256`], {cwd: folder})
      expect(await imported(target)).to.deep.equal(bundle)
      expect(await readdir(bases)).to.deep.equal([KEY])
      expect(await filesOf(join(bases, KEY))).to.deep.equal(await filesOf(base))
    })
  }

  it('may be packed again by GNU tar, or by gzip', async () => {
    await mkdir(join(folder, 'hand'))
    execFileSync('tar', ['cf', join(folder, 'hand/base.tar'), '--format=pax', '-C', base, './bundle.json', './boot', './rootfs.tar'])
    expect(await imported(join(folder, 'hand/base.tar'))).to.deep.equal(bundle)
    await writeFile(join(folder, 'hand/base.tgz'), gzipSync(await readFile(join(folder, 'hand/base.tar'))))
    expect(await imported(join(folder, 'hand/base.tgz'))).to.deep.equal(bundle)
  })

  it('takes the place of a damaged one, and clears away what a killed run left', async () => {
    const {target} = await exported('place.tar')
    await mkdir(join(bases, KEY, 'boot'), {recursive: true})
    await mkdir(join(bases, 'import.partial', 'boot'), {recursive: true})
    await writeFile(join(bases, 'download.partial'), 'half')
    await writeFile(join(bases, KEY, 'boot', 'Image'), 'half')
    await imported(target)
    expect(await readdir(bases)).to.deep.equal([KEY])
    expect(await filesOf(join(bases, KEY))).to.deep.equal(await filesOf(base))
  })

  it('tells how far it is', async () => {
    const told: TransferProgress[] = []
    await imported((await exported('progress.tar')).target, {onProgress: progress => { told.push(progress) }})
    const total = Object.values(bundle.sizes).reduce((sum, size) => sum + size)
    expect(told.at(0)).to.include({step: 'verify'})
    expect(told.at(-1)).to.deep.equal({step: 'write', done: total, total})
  })

  it('is judged before anything of it is written', async () => {
    const no = new BrmcError('BUNDLE_MISFIT', 'not this one')
    expect(await failed(imported((await exported('judged.tar')).target, {judge() { throw no }}))).to.include({code: 'BUNDLE_MISFIT'})
    expect(await readdir(bases)).to.deep.equal([])
  })

  it('with another sha256 is refused: the one given, or the one beside it', async () => {
    const {target, sha256: hash} = await exported('sums.tar')
    expect(await failed(imported(target, {}, sha256('x')))).to.include({code: 'PACKAGE_CORRUPT'}).and.have.property('message').that.contains(hash)
    const bytes = await readFile(target)
    bytes[bytes.length - 3000] = 1
    await writeFile(target, bytes)
    expect((await failed(imported(target))).message).to.contain('as sums.tar.sha256 has it')
    expect(await imported(target, {}, await readSha256(target))).to.deep.equal(bundle)
  })

  it('leaves nothing where it is interrupted', async () => {
    const {target} = await exported('interrupted.tar')
    const abort = new AbortController()
    const error = await failed(imported(target, {signal: abort.signal, onProgress: ({step, done}) => { if (step === 'write' && done > 0) abort.abort() }}))
    expect(error.code).to.equal('INTERRUPTED')
    expect(await readdir(bases)).to.deep.equal([])
    expect((await failed(exportBundle(base, bundle, {target: join(folder, 'never.tar'), oci: false, run, signal: AbortSignal.abort()}))).code).to.equal('INTERRUPTED')
    expect((await readdir(folder)).filter(name => name.startsWith('never'))).to.deep.equal([])
  })

  it('says what it cannot be', async () => {
    expect((await failed(exported('base.zip'))).suggestions.join()).to.contain('.tar.zst')
    expect((await failed(exported('base.oci.tar.xz', true))).message).to.contain('not packed')
    await mkdir(join(folder, 'taken.tar'))
    expect((await failed(exported('taken.tar'))).message).to.contain('is a folder')
    expect((await failed(imported(join(folder, 'nowhere.tar')))).message).to.contain('there is no file')
    expect((await failed(imported(folder))).message).to.contain('is no file')
  })

  it('is told by its first bytes, whatever its name', async () => {
    const {target} = await exported('named.tar.zst')
    await copyFile(target, join(folder, 'download'))
    expect(await imported(join(folder, 'download'))).to.deep.equal(bundle)
  })
})
