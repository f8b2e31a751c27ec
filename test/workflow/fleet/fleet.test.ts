import {execFileSync} from 'node:child_process'
import {appendFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'
import {Job} from 'kubernetes-models/batch/v1'
import {parse} from 'yaml'

import {BrmcError} from '../../../src/errors.js'
import type {RootEntry} from '../../../src/overlay/entry.js'
import type {Layer} from '../../../src/overlay/layer.js'
import {mergeLayers} from '../../../src/overlay/merge-layers.js'
import {readFolderLayer} from '../../../src/overlay/read-folder-layer.js'
import {renderedLayer} from '../../../src/overlay/rendered-layer.js'
import {deploymentMatrix, kubernetesJob, shardMatrix} from '../../../src/workflow/fleet/ci-jobs.js'
import {MadeRecords} from '../../../src/workflow/fleet/made-records.js'
import {parseShard, partOf, subshards} from '../../../src/workflow/fleet/shard.js'
import {similarRoot} from '../../../src/workflow/fleet/site-root.js'
import {ownFolder} from '../../image/on-disk.js'

const EPOCH = 1_700_000_000

describe('shards of an inventory', () => {
  const rows = Array.from({length: 23}, (_, row) => row)

  for (const of of [1, 2, 3, 7, 23, 40]) {
    it(`are together the whole, each row once: ${of}, and again in three threads each`, () => {
      const shards = Array.from({length: of}, (_, index) => ({index, of}))
      expect(shards.flatMap(shard => partOf(rows, shard)).sort((a, b) => a - b)).to.deep.equal(rows)
      for (const shard of shards) expect(subshards(shard, 3).flatMap(part => partOf(rows, part)).sort((a, b) => a - b)).to.deep.equal(partOf(rows, shard))
    })
  }

  it('are counted from 0', () => { expect(parseShard('3/4')).to.deep.equal({index: 3, of: 4}) })

  for (const text of ['4/4', '0/0', '-1/4', '1', '1/2/3', '', 'a/b', '0/1000000', '0x0/4', '1.5/4']) {
    it(`are refused: ${JSON.stringify(text)}`, () => { expect(() => parseShard(text)).to.throw(BrmcError).with.property('code', 'USAGE') })
  }
})

describe('what was made is written down', () => {
  const folder = ownFolder('records')
  const nothing = async (): Promise<void> => Promise.resolve()

  it('when it has reached the disk, and not before', async () => {
    const file = join(folder(), 'a')
    writeFileSync(file, 'image')
    const records = await MadeRecords.open(folder(), {index: 0, of: 2})
    records.note('a', file, 'inputs')
    const before = await MadeRecords.open(folder(), {index: 1, of: 2})
    expect(before.freshSize('a', file, 'inputs')).to.equal(undefined)
    await expectRejected(records.writeDown(async () => Promise.reject(new Error('no disk'))))
    expect((await MadeRecords.open(folder(), {index: 1, of: 2})).freshSize('a', file, 'inputs')).to.equal(undefined)
    records.note('a', file, 'inputs')
    await records.writeDown(nothing)
    const after = await MadeRecords.open(folder(), {index: 1, of: 2})
    expect(after.freshSize('a', file, 'inputs')).to.equal(5)
    expect(after.freshSize('a', file, 'other inputs')).to.equal(undefined)
    expect(after.freshSize('b', file, 'inputs')).to.equal(undefined)
  })

  it('and counts no more when somebody touched the file, or took it away', async () => {
    const file = join(folder(), 'a')
    writeFileSync(file, 'image')
    const records = await MadeRecords.open(folder(), {index: 0, of: 1})
    records.note('a', file, 'inputs')
    await records.writeDown(nothing)
    appendFileSync(file, 'x')
    expect((await MadeRecords.open(folder(), {index: 0, of: 1})).freshSize('a', file, 'inputs')).to.equal(undefined)
    expect((await MadeRecords.open(folder(), {index: 0, of: 1})).freshSize('a', `${file}-gone`, 'inputs')).to.equal(undefined)
  })

  it('so that a journal that was cut off in the middle of a line is read as far as it goes, and does not grow from run to run', async () => {
    const files = ['a', 'b'].map(name => join(folder(), name))
    for (const file of files) writeFileSync(file, 'image')
    const journal = join(folder(), 'made-of-0-of-1.jsonl')
    const first = await MadeRecords.open(folder(), {index: 0, of: 1})
    for (const file of files) first.note(file.slice(-1), file, 'inputs')
    await first.writeDown(nothing)
    const whole = readFileSync(journal, 'utf8')
    writeFileSync(journal, whole.slice(0, -10))
    const second = await MadeRecords.open(folder(), {index: 0, of: 1})
    expect(files.map(file => second.freshSize(file.slice(-1), file, 'inputs'))).to.deep.equal([5, undefined])
    second.note('b', files[1] ?? '', 'inputs')
    await second.writeDown(nothing)
    await second.conclude()
    expect(readFileSync(journal, 'utf8')).to.equal(whole)
  })
})

async function expectRejected(promise: Promise<unknown>): Promise<void> {
  const rejected = await promise.then(() => false, () => true)
  expect(rejected).to.equal(true)
}

describe('the root of a site', () => {
  const folder = ownFolder('site')
  const base: Layer = {name: 'base', kind: 'archive', entries: [{path: 'etc', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: EPOCH, size: 0}]}
  const rendered = (files: Record<string, string>, executable = false): Layer => renderedLayer({
    name: 'own', epoch: EPOCH, others: [], files: Object.entries(files).map(([path, text]) => ({path, content: Buffer.from(text), executable})),
  })
  const overlay = (files: Record<string, string>): Layer => ({...rendered(files), name: 'overlay'})
  const own = (root: ReadonlyMap<string, RootEntry>): RootEntry[] => [...root.values()].filter(({content}) => Buffer.isBuffer(content))

  const above = overlay({'etc/motd': 'of all'})
  const known = (layers: Layer[]) => {
    const root = mergeLayers(layers, EPOCH)
    return {layers, root, own: own(root)}
  }

  const same: Readonly<Record<string, [stem: Layer[], site: Layer[]]>> = {
    'another body': [[base, rendered({'etc/hostname': 'a\n', 'etc/hosts': 'h'}), above], [base, rendered({'etc/hostname': 'site\n', 'etc/hosts': 'h'}), above]],
    'a file that an overlay replaces': [[base, rendered({'etc/hostname': 'a', 'etc/motd': 'b'}), above], [base, rendered({'etc/hostname': 'c', 'etc/motd': 'd'}), above]],
  }
  for (const [what, [stem, site]] of Object.entries(same)) {
    it(`is that of the stem with its own bodies: ${what}`, () => {
      expect(similarRoot(known(stem), site)?.tree()).to.deep.equal(mergeLayers(site, EPOCH))
    })
  }

  const others: Readonly<Record<string, Layer[]>> = {
    'a file more': [base, rendered({'etc/hostname': 'a', 'etc/x': 'b'}), above],
    'another file': [base, rendered({'etc/hostnames': 'a'}), above],
    'an empty file': [base, rendered({'etc/hostname': ''}), above],
    'a file that may be run': [base, rendered({'etc/hostname': 'a'}, true), above],
    'another overlay': [base, rendered({'etc/hostname': 'a'}), overlay({'etc/issue': 'x'})],
    'no overlay': [base, rendered({'etc/hostname': 'a'})],
  }
  for (const [what, site] of Object.entries(others)) {
    it(`is merged from the ground up: ${what}`, () => { expect(similarRoot(known([base, rendered({'etc/hostname': 'a'}), above]), site)).to.equal(undefined) })
  }

  it('has the layer in memory that the folder would be', async () => {
    const files = {'etc/hostname': 'a', 'etc/hosts': 'b', 'etc.d/x': 'c', 'etc/a/b/c': 'd', 'etc/a.b': 'e', 'root/.ssh/authorized_keys': 'f'}
    for (const [path, text] of Object.entries(files)) {
      execFileSync('mkdir', ['-p', join(folder(), path, '..')])
      writeFileSync(join(folder(), path), text)
    }

    const onDisk = await readFolderLayer(folder(), EPOCH)
    const inMemory = rendered(files)
    const bare = (layer: Layer) => layer.entries.map(entry => ({...entry, content: undefined}))
    expect(bare(inMemory)).to.deep.equal(bare(onDisk))
  })
})

describe('jobs of other systems', () => {
  const request = {name: 'brmc-images', image: 'registry.example/brmc:1', claim: 'project', inventory: 'sites.csv', shards: 8, packs: true}

  it('GitHub: a matrix has each shard with as many sites as it gets', () => {
    const {include} = shardMatrix(1001, 8)
    expect(include.map(entry => 'shard' in entry ? entry.shard : '')).to.deep.equal(['0/8', '1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8'])
    expect(include.reduce((sum, entry) => sum + ('sites' in entry ? entry.sites : 0), 0)).to.equal(1001)
    expect(deploymentMatrix(['default', 'lab'])).to.deep.equal({include: [{deployment: 'default'}, {deployment: 'lab'}]})
    expect(() => shardMatrix(1001, 257)).to.throw(/256/)
  })

  it('Kubernetes: the job is one by the published schema, and one with a mistake is none', () => {
    const manifest = parse(kubernetesJob(request)) as ConstructorParameters<typeof Job>[0]
    new Job(manifest).validate()
    expect(manifest?.spec).to.include({completionMode: 'Indexed', completions: 8, parallelism: 8})
    const wrong = structuredClone(manifest) as {spec: {completions: unknown}}
    wrong.spec.completions = 'eight'
    expect(() => { new Job(wrong as ConstructorParameters<typeof Job>[0]).validate() }).to.throw()
  })

  it('Kubernetes: a dollar in the name of the inventory is one', () => {
    const {spec: {template: {spec: {containers: [container]}}}} = parse(kubernetesJob({...request, inventory: 'a$(HOME).csv'})) as {spec: {template: {spec: {containers: {args: string[]}[]}}}}
    expect(container?.args).to.include('/project/a$$(HOME).csv').and.include('$(JOB_COMPLETION_INDEX)/8')
  })

  for (const [what, change] of Object.entries({
    'a name': {name: 'Images!'}, 'a claim': {claim: 'x\nevil: true'}, 'an image with blanks': {image: 'a b'}, 'no image': {image: ''},
    'an inventory elsewhere': {inventory: '/etc/passwd'}, 'one above': {inventory: 'a/../../x'}, 'standard input': {inventory: '-'},
  })) {
    it(`Kubernetes: refuses ${what}`, () => { expect(() => kubernetesJob({...request, ...change})).to.throw(BrmcError).with.property('code', 'USAGE') })
  }
})
