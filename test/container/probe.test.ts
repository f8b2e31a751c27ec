import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {judgeStores} from '../../src/container/judge-stores.js'
import {parseProbe, probeCommand, type ProbeResult, type WrittenPlace} from '../../src/container/probe.js'
import {folderFingerprint, namesDigest} from '../../src/container/read-input.js'
import {BrmcError, type ErrorCode} from '../../src/errors.js'
import {run} from '../../src/process/run.js'

const GOOD: WrittenPlace = {place: '/brmc/output', owner: 1500, writable: true, executable: true, caseSensitive: true, empty: true, freeBytes: 9e9}
const PLACES = {buildroot: '', tree: '', settings: '', overrides: {}, output: '/brmc/output', downloads: '/brmc/downloads', ccache: '/brmc/ccache'}
const STORES = {output: {volume: 'o'}, downloads: {volume: 'd'}, ccache: {folder: '/c'}}

function answer(output: Partial<WrittenPlace>, downloads: Partial<WrittenPlace> = {}): ProbeResult {
  return {read: [], written: [{...GOOD, ...output}, {...GOOD, place: PLACES.downloads, ...downloads}, {...GOOD, place: PLACES.ccache}]}
}

describe('what the build will meet', () => {
  const BAD: readonly [string, ProbeResult, ErrorCode, RegExp][] = [
    ['too little room for a build', answer({freeBytes: 7.9e9}), 'DISK_FULL', /^buildroot.output: the volume o has 7.9 GB free; the build needs about 8.0 GB$/],
    ['too little room to go on', answer({empty: false, freeBytes: 1.9e9}), 'DISK_FULL', /1.9 GB free; the build needs about 2.0 GB/],
    ['names that differ by case alone and are one', answer({caseSensitive: false}), 'USAGE', /takes Name and name for the same file/],
    ['a disk that lets no program run', answer({executable: false}), 'USAGE', /noexec/],
    ['an output of somebody else', answer({writable: false, owner: 7}), 'USAGE', /belongs to user 7 and cannot be written by user 1500/],
    ['downloads of somebody else', answer({}, {writable: false, owner: 7}), 'USAGE', /^buildroot.downloads: the volume d belongs to user 7/],
  ]
  for (const [title, found, code, message] of BAD) {
    it(`is refused: ${title}`, () => {
      expect(() => { judgeStores(found, {engine: 'podman', stores: STORES, places: PLACES, user: {uid: 1500, gid: 1500}}) }).to.throw(BrmcError, message).with.property('code', code)
    })
  }

  const ways = (found: ProbeResult, engine: 'docker' | 'podman' | 'none'): string => {
    try {
      judgeStores(found, {engine, stores: STORES, places: PLACES, user: {uid: 1500, gid: 1500}})
    } catch (error) {
      if (error instanceof BrmcError) return error.suggestions.join('\n')
    }
    return ''
  }
  it('has ways out in the words of the engine there is', () => {
    expect(ways(answer({writable: false, owner: 7}), 'podman')).to.include('podman volume rm o').and.not.include('docker')
    expect(ways(answer({freeBytes: 1}), 'docker')).to.include('docker system prune')
    expect(ways(answer({freeBytes: 1}), 'none')).to.include('free some').and.not.include('system prune')
  })

  const GOOD_ENOUGH: readonly [string, ProbeResult][] = [
    ['room enough', answer({})],
    ['a build that goes on', answer({empty: false, freeBytes: 2.1e9})],
    ['downloads that are small, run nothing and know no case', answer({}, {freeBytes: 1e6, executable: false, caseSensitive: false})],
  ]
  for (const [title, found] of GOOD_ENOUGH) {
    it(`is accepted: ${title}`, () => { judgeStores(found, {engine: 'podman', stores: STORES, places: PLACES, user: {uid: 1500, gid: 1500}}) })
  }

  it('is asked of the real thing, and left as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brmc-probe-'))
    try {
      await Promise.all(['in', 'out', 'nonce'].map(async name => mkdir(join(folder, name))))
      await Promise.all(['in/B', 'in/a', 'in/.c', 'in/d e', 'nonce/nonce'].map(async name => writeFile(join(folder, name), 'seen')))
      const places = {buildroot: join(folder, 'in'), tree: join(folder, 'absent'), settings: join(folder, 'in'), overrides: {}, output: join(folder, 'out'), downloads: folder, ccache: folder}
      const [program = '', ...args] = probeCommand(places, join(folder, 'nonce'))
      const {nonce, read, written} = parseProbe((await run(program, args)).stdout)
      expect(nonce).to.equal('seen')
      expect(read.slice(0, 2)).to.deep.equal([{place: places.buildroot, names: await namesDigest(places.buildroot)}, {place: places.tree}])
      expect(written[0]).to.include({place: places.output, owner: process.getuid?.(), writable: true, executable: true, caseSensitive: true, empty: true})
      expect(written[1]).to.include({empty: false})
      expect((await run('ls', ['-A', places.output])).stdout).to.equal('')
    } finally {
      await rm(folder, {recursive: true})
    }
  })
})

describe('the fingerprint of a folder', () => {
  it('tells every change from none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brmc-fingerprint-'))
    try {
      await mkdir(join(folder, 'a'))
      await writeFile(join(folder, 'a/b'), 'x')
      const prints = [await folderFingerprint(folder)]
      expect(await folderFingerprint(folder)).to.equal(prints[0])
      for (const change of [['chmod', '600', 'a/b'], ['touch', '-d', '@1', 'a/b'], ['ln', '-s', 'b', 'a/l'], ['ln', '-sfn', 'c', 'a/l'], ['mv', 'a/b', 'a/B'], ['mkdir', 'd'], ['chmod', '700', 'd']]) {
        const [program = '', ...args] = change
        await run(program, args, {cwd: folder})
        prints.push(await folderFingerprint(folder))
      }

      expect(new Set(prints)).to.have.length(prints.length)
    } finally {
      await rm(folder, {recursive: true})
    }
  })
})
