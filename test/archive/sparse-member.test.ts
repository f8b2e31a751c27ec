import {execFileSync} from 'node:child_process'
import {closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {encodePax} from '../../src/archive/pax.js'
import {readTarEntries} from '../../src/archive/read-tar.js'
import {encodeTarHeader, TAR_BLOCK, tarPadding} from '../../src/archive/tar-header.js'
import {unfoldInto} from '../../src/archive/write-unfolded.js'
import {BrmcError} from '../../src/errors.js'
import {readContent} from '../../src/overlay/read-content.js'

const MIB = 1024 * 1024
const LIMIT = 64 * MIB
const LONG_NAME = 'n'.repeat(180)

/** Name, size, and what stands where. GNU's old header lists 4 extents, each block after it 21 more. */
const FILES: readonly [string, number, readonly (readonly [number, string])[]][] = [
  ['all-hole', MIB, []],
  ['begins-with-a-hole', MIB, [[MIB - 3, 'end']]],
  ['ends-with-a-hole', MIB, [[0, 'begin']]],
  ['hole-in-the-middle', MIB, [[0, 'begin'], [MIB - 3, 'end']]],
  ['odd-places', MIB + 77, [[70_001, 'x'], [200_003, 'y'.repeat(5000)]]],
  ['large', 12 * MIB, [[MIB, 'L'.repeat(3 * MIB + 5)]]],
  ['four', MIB, [0, 1, 2, 3].map(index => [index * 100_000, `part ${index}`] as const)],
  ['many', 10 * MIB, Array.from({length: 60}, (_, index) => [index * 100_000, `part ${index}`] as const)],
  [LONG_NAME, MIB, [[500_000, 'middle']]],
  ['plain', 7, [[0, 'content']]],
]

describe('a file with holes in an archive', () => {
  let folder: string
  let archive: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brmc-sparse-'))
    archive = join(folder, 'site.tar')
    mkdirSync(join(folder, 'scratch'))
  })
  afterEach(() => { rmSync(folder, {recursive: true}) })

  const unfold = (limit = LIMIT) => unfoldInto(join(folder, 'scratch'), 'site', limit)
  const tar = (...args: string[]): Buffer => execFileSync('tar', ['--blocking-factor=1', '--hole-detection=raw', '-C', join(folder, 'tree'), ...args])

  function writeFiles(): void {
    mkdirSync(join(folder, 'tree'))
    for (const [name, size, parts] of FILES) {
      const file = join(folder, 'tree', name)
      writeFileSync(file, '')
      truncateSync(file, size)
      const descriptor = openSync(file, 'r+')
      for (const [offset, text] of parts) writeSync(descriptor, text, offset)
      closeSync(descriptor)
    }
  }

  for (const [title, ...options] of [['GNU’s old header', '--format=gnu'], ['pax 1.0', '--format=posix'], ['pax 0.1', '--format=posix', '--sparse-version=0.1']] as const) {
    it(`arrives whole, stored in ${title} by GNU tar`, async () => {
      writeFiles()
      tar(...options, '--sparse', '--mtime=@1234567890', '--owner=33', '--group=44', '--mode=640', '-cf', archive, '.')
      expect(statSync(archive).size).to.be.below(4 * MIB)
      const entries = new Map(readTarEntries(archive, unfold()).map(entry => [entry.path, entry]))
      expect([...entries.keys()].sort()).to.deep.equal(['', ...FILES.map(([name]) => name)].sort())
      for (const [name, size] of FILES) {
        const entry = entries.get(name)
        if (!entry) throw new Error(name)
        expect(entry).to.include({type: 'file', mode: 0o640, uid: 33, gid: 44, mtime: 1_234_567_890, size})
        expect((await readContent(entry)).equals(readFileSync(join(folder, 'tree', name))), name).to.be.true
      }
    })
  }

  it('takes no more of the disk than what is in it', () => {
    writeFiles()
    tar('--sparse', '-cf', archive, 'all-hole', 'many')
    const entries = readTarEntries(archive, unfold())
    const blocks = entries.map(({content}) => content && !Buffer.isBuffer(content) ? statSync(content.file).blocks : NaN)
    expect(blocks[0]).to.equal(0)
    expect(blocks[1]).to.be.below(60 * 16)
  })

  it('is refused in words where nothing can be unfolded, in pax 0.0, and beyond the limit', () => {
    writeFiles()
    for (const options of [['--format=gnu'], ['--format=posix']]) {
      tar(...options, '--sparse', '-cf', archive, 'many')
      expect(() => readTarEntries(archive)).to.throw(BrmcError, 'many is stored as a sparse member')
    }

    tar('--format=posix', '--sparse', '--sparse-version=0.0', '-cf', archive, 'many')
    expect(() => readTarEntries(archive, unfold())).to.throw(BrmcError, 'version 0.0')
    tar('--sparse', '-cf', archive, 'all-hole', 'many')
    expect(() => readTarEntries(archive, unfold(11 * MIB))).not.to.throw()
    expect(() => readTarEntries(archive, unfold(11 * MIB - 1))).to.throw(BrmcError, `more than ${11 * MIB - 1} bytes`)
  })

  it('is refused where the archive ends within it', () => {
    writeFiles()
    for (const options of [['--format=gnu'], ['--format=posix'], ['--format=posix', '--sparse-version=0.1']]) {
      tar(...options, '--sparse', '-cf', archive, 'many')
      const {size} = statSync(archive)
      for (let at = TAR_BLOCK; at < size - 1024; at += 7 * TAR_BLOCK) {
        tar(...options, '--sparse', '-cf', archive, 'many')
        truncateSync(archive, at)
        expect(() => readTarEntries(archive, unfold()), String(at)).to.throw(BrmcError)
      }
    }
  })

  const header = {name: 'holes', mode: 0o644, uid: 0, gid: 0, mtime: 0, linkname: '', major: 0, minor: 0}
  const padded = (body: Buffer): Buffer => Buffer.concat([body, Buffer.alloc(tarPadding(body.length))])
  const pax = (records: Record<string, string>, body: string): Buffer => {
    const said = encodePax(new Map(Object.entries(records).map(([keyword, value]) => [`GNU.sparse.${keyword}`, Buffer.from(value)])))
    return Buffer.concat([encodeTarHeader({...header, size: said.length, typeflag: 'x'}), padded(said), encodeTarHeader({...header, size: body.length, typeflag: '0'}), padded(Buffer.from(body))])
  }
  const inRecord = (map: string, size: string, body = 'abc'): Buffer => pax({map, size}, body)
  const inBody = (list: string, realsize: string, records: Record<string, string> = {}): Buffer => pax({major: '1', minor: '0', realsize, ...records}, `${list.padEnd(TAR_BLOCK, '\0')}abc`)
  /** [what is wrong, archive]. Each would be well-formed but for that. */
  const damaged: [string, Buffer][] = [
    ['extents that go back', inRecord('5,1,0,2', '10')],
    ['extents that overlap', inRecord('0,2,1,1', '10')],
    ['an extent behind the end', inRecord('9,3', '10')],
    ['fewer bytes than the extents need', inRecord('0,4', '10')],
    ['more bytes than the extents need', inRecord('0,2', '10')],
    ['half an extent', inRecord('0,3,5', '10')],
    ['a size of no number', inRecord('0,3', '1e3')],
    ['a size beyond all', inRecord('0,3', '9999999999999999')],
    ['a place of no number', inRecord('0x0,3', '10')],
    ['a negative place', inRecord('-1,3', '10')],
    ['no list', inRecord('', '10')],
    ['a count of no number', inBody('x\n0\n3\n', '10')],
    ['more extents than there are', inBody('2\n0\n3\n', '10')],
    ['a count beyond all', inBody('99999999\n0\n3\n', '10')],
    ['no line end at all', inBody('1', '10')],
    ['a negative extent', inBody('2\n0\n5\n5\n-2\n', '10')],
    ['no size', inBody('1\n0\n3\n', '')],
    ['a version to come', inBody('1\n0\n3\n', '10', {minor: '1'})],
  ]
  for (const [title, bytes] of damaged) {
    it(`is refused with ${title}`, () => {
      writeFileSync(archive, Buffer.concat([bytes, Buffer.alloc(2 * TAR_BLOCK)]))
      expect(() => readTarEntries(archive, unfold())).to.throw(BrmcError, /sparse member|cut short/)
    })
  }

  it('is read where these are not wrong, and its name is held to what names are held to', async () => {
    for (const bytes of [inRecord('0,1,5,2', '10'), inBody('2\n0\n1\n5\n2\n', '10')]) {
      writeFileSync(archive, Buffer.concat([bytes, Buffer.alloc(2 * TAR_BLOCK)]))
      const [entry] = readTarEntries(archive, unfold())
      if (!entry) throw new Error('no entry')
      expect((await readContent(entry)).toString('latin1')).to.equal('a\0\0\0\0bc\0\0\0')
    }

    writeFileSync(archive, Buffer.concat([inBody('1\n0\n3\n', '10', {name: '../evil'}), Buffer.alloc(2 * TAR_BLOCK)]))
    expect(() => readTarEntries(archive, unfold())).to.throw(BrmcError, 'leaves the root')
  })
})
