import {chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {applyPlan, type TouchedFile} from '../../src/sync/apply-plan.js'
import {renderedFiles} from '../../src/sync/rendered-files.js'
import {MANIFEST_PATH} from '../../src/sync/manifest.js'
import {planSync, type Resolutions, type SyncPlan} from '../../src/sync/plan.js'
import {readManifest, readTreeState} from '../../src/sync/read-tree-state.js'
import type {TreeFile} from '../../src/tree/template-set.js'

const file = (path: string, text: string, executable = text.startsWith('#!')): TreeFile =>
  ({path: `br2-external/${path}`, content: Buffer.from(text), executable})

describe('applyPlan', () => {
  let project = ''
  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc project-'))
  })
  afterEach(() => rm(project, {recursive: true, force: true}))

  const on = (path: string): string => join(project, 'br2-external', path)
  const text = (path: string): Promise<string> => readFile(on(path), 'utf8')
  const everything = async (): Promise<string[]> => (await readdir(project, {recursive: true})).sort()

  async function plan(files: readonly TreeFile[], resolutions?: Resolutions): Promise<SyncPlan> {
    const [manifest, rendered] = [await readManifest(project), renderedFiles(files)]
    const onDisk = await readTreeState(project, new Set([...manifest.keys(), ...rendered.keys()]))
    return planSync({manifest, onDisk, rendered, ...resolutions && {resolutions}})
  }

  async function generate(files: readonly TreeFile[], resolutions?: Resolutions, signal?: AbortSignal): Promise<string[]> {
    const touched: TouchedFile[] = await applyPlan(project, await plan(files, resolutions), files, signal)
    return touched.map(({path, action}) => `${action} ${path.slice('br2-external/'.length)}`)
  }

  const failure = (attempt: Promise<unknown>): Promise<unknown> => attempt.then(() => expect.fail('nothing was refused'), (error: unknown) => error)

  it('creates, updates, deletes, and touches nothing the second time', async () => {
    expect(await generate([file('a', '1\n'), file('b/c', '#!/bin/sh\n'), file('d/e/f', '1\n')])).to.deep.equal(['create a', 'create b/c', 'create d/e/f'])
    expect((await stat(on('b/c'))).mode & 0o111).not.to.equal(0)
    expect((await stat(on('a'))).mode & 0o111).to.equal(0)
    expect(await generate([file('a', '2\n'), file('b/c', '#!/bin/sh\n')])).to.deep.equal(['update a', 'delete d/e/f'])
    expect(await text('a')).to.equal('2\n')
    const before = (await stat(join(project, MANIFEST_PATH))).mtimeMs
    expect(await generate([file('a', '2\n'), file('b/c', '#!/bin/sh\n')])).to.deep.equal([])
    expect((await stat(join(project, MANIFEST_PATH))).mtimeMs).to.equal(before)
    expect(await everything()).to.deep.equal(['.brmc', MANIFEST_PATH, 'br2-external', 'br2-external/a', 'br2-external/b', 'br2-external/b/c'])
  })

  it('removes a folder it leaves empty, and none that holds something of the user', async () => {
    await generate([file('x/y/z', '1\n'), file('m/n', '1\n')])
    await writeFile(on('m/mine'), 'mine\n')
    await generate([file('a', '1\n')])
    expect(await everything()).to.include('br2-external/m/mine').and.not.to.include('br2-external/x')
  })

  it('makes a folder where a file was, and gives a script its bit back', async () => {
    await generate([file('x', '1\n'), file('s', '#!/bin/sh\n')])
    await chmod(on('s'), 0o644)
    expect(await generate([file('x/y', '1\n'), file('s', '#!/bin/sh\n')])).to.deep.equal(['update s', 'delete x', 'create x/y'])
    expect((await stat(on('s'))).mode & 0o100).to.equal(0o100)
  })

  it('writes nothing at all where one file conflicts, and lists every conflict', async () => {
    await generate([file('a', '1\n'), file('b', '1\n'), file('c', '1\n')])
    await writeFile(on('a'), 'edit\n')
    await writeFile(on('d'), 'mine\n')
    const error = await failure(generate([file('a', '2\n'), file('b', '2\n'), file('d', '1\n')]))
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'TREE_CONFLICT')
    expect(error).to.have.property('details').that.deep.equals([
      'br2-external/a: edited here, and its template changed',
      'br2-external/d: not written by brmc',
    ])
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(text))).to.deep.equal(['edit\n', '1\n', '1\n', 'mine\n'])
  })

  it('takes the way out that was named for each', async () => {
    await generate([file('a', '1\n'), file('b', '1\n')])
    await Promise.all([writeFile(on('a'), 'edit a\n'), writeFile(on('b'), 'edit b\n')])
    const changed = [file('a', '2\n'), file('b', '2\n')]
    expect(await generate(changed, {overwrite: ['br2-external/a'], keep: ['br2-external/b']})).to.deep.equal(['overwrite a'])
    expect([await text('a'), await text('b')]).to.deep.equal(['2\n', 'edit b\n'])
    expect(await generate(changed)).to.deep.equal([])
  })

  it('goes on where a run was cut short: before the manifest was written nothing is lost, and nothing conflicts', async () => {
    const [old, changed] = [[file('a', '1\n'), file('b', '1\n'), file('c', '1\n')], [file('a', '2\n'), file('b', '2\n'), file('d', '1\n')]]
    await generate(old)
    // The files of a run that ended after its first deeds: c deleted, a written, b half written beside.
    await rm(on('c'))
    await writeFile(on('a'), '2\n')
    await writeFile(on('b.partial'), 'hal')
    expect(await generate(changed)).to.deep.equal(['update b', 'create d'])
    expect(await everything()).to.deep.equal(['.brmc', MANIFEST_PATH, 'br2-external', 'br2-external/a', 'br2-external/b', 'br2-external/d'])
    expect(await generate(changed)).to.deep.equal([])
  })

  it('stops between two files when it is interrupted', async () => {
    expect(await failure(generate([file('a', '1\n')], undefined, AbortSignal.abort()))).to.have.property('code', 'INTERRUPTED')
    expect(await everything()).to.deep.equal([])
  })

  it('never follows a link: not as a file, not as a folder, not as the manifest', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'brmc-elsewhere-'))
    await writeFile(join(elsewhere, 'f'), 'precious\n')
    await mkdir(join(project, 'br2-external'))
    const links: [string, string][] = [['br2-external/a', join(elsewhere, 'f')], ['br2-external/d', elsewhere], ['.brmc', elsewhere], ['br2-external/gone', join(elsewhere, 'none')]]
    for (const [path, target] of links) {
      await symlink(target, join(project, path))
      const error = await failure(generate([file('a', '1\n'), file('d/f', '1\n'), file('gone', '1\n')]))
      expect(error, path).to.have.property('code', 'TREE_CONFLICT')
      await rm(join(project, path))
    }
    expect(await readdir(elsewhere)).to.deep.equal(['f'])
    expect(await readFile(join(elsewhere, 'f'), 'utf8')).to.equal('precious\n')
    await rm(elsewhere, {recursive: true})
  })

  it('refuses a link that came between planning and writing', async () => {
    const files = [file('d/f', '1\n')]
    const planned = await plan(files)
    await mkdir(join(project, 'br2-external'))
    await symlink(tmpdir(), on('d'))
    expect(await failure(applyPlan(project, planned, files))).to.have.property('code', 'TREE_CONFLICT')
  })

  it('refuses a folder, or a file of the user, that stands where it would write', async () => {
    await mkdir(on('a'), {recursive: true})
    expect(await failure(generate([file('a', '1\n')]))).to.have.property('code', 'TREE_CONFLICT')
    await rename(on('a'), on('b'))
    await writeFile(on('a'), 'mine\n')
    expect(await failure(generate([file('a/b', '1\n')]))).to.have.property('code', 'TREE_CONFLICT')
    expect(await text('a')).to.equal('mine\n')
  })

  it('deletes nothing for a manifest that names files outside', async () => {
    await mkdir(join(project, '.brmc'))
    await writeFile(join(project, 'brmc.yaml'), 'version: 1\n')
    await writeFile(join(project, MANIFEST_PATH), JSON.stringify({version: 1, files: {'br2-external/../brmc.yaml': 'a'.repeat(64)}}))
    expect(await failure(generate([file('a', '1\n')]))).to.have.property('code', 'TREE_CONFLICT')
    expect(await everything()).to.include('brmc.yaml').and.not.to.include('br2-external')
  })
})
