import {execFileSync} from 'node:child_process'
import {lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {cpioPieces, encodeCpio, pathsWithXattrs, type CpioEntry} from '../../src/archive/cpio.js'
import {readPieces} from '../../src/archive/read-pieces.js'
import {BrmcError} from '../../src/errors.js'

const owned = {uid: 0, gid: 0, mtime: 1_700_000_000}

const entries: CpioEntry[] = [
  {path: 'bin/b', type: 'hardlink', target: 'bin/a', mode: 0o755, ...owned},
  {path: 'bin/a', type: 'file', mode: 0o4755, ...owned, uid: 33, gid: 70_000, content: Buffer.from('hello\n')},
  {path: 'bin', type: 'directory', mode: 0o755, ...owned},
  {path: '', type: 'directory', mode: 0o755, ...owned},
  {path: 'empty', type: 'file', mode: 0, ...owned, content: Buffer.alloc(0)},
  {path: 'link', type: 'symlink', mode: 0o777, target: 'bin/a', ...owned},
  {path: 'console', type: 'character', mode: 0o600, device: {major: 5, minor: 1}, ...owned},
  {path: 'disk', type: 'block', mode: 0o660, device: {major: 259, minor: 300}, ...owned},
  {path: 'pipe', type: 'fifo', mode: 0o644, ...owned},
  {path: 'tmp', type: 'directory', mode: 0o1777, ...owned},
]

describe('archive/cpio', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'brmc-cpio-')) })
  afterEach(() => { rmSync(folder, {recursive: true}) })

  const cpio = (args: string[], input: Buffer): string => execFileSync('cpio', args, {cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'], env: {...process.env, TZ: 'UTC'}}).toString()

  it('is listed by GNU cpio, parents before children', () => {
    const names = cpio(['-it', '--quiet'], encodeCpio(entries)).trimEnd().split('\n')
    expect(names).to.deep.equal(['.', 'bin', 'bin/a', 'bin/b', 'console', 'disk', 'empty', 'link', 'pipe', 'tmp'])
    const listing = cpio(['-itv', '--quiet', '--numeric-uid-gid'], encodeCpio(entries))
    expect(listing).to.match(/^-rwsr-xr-x +2 33 +70000 +6 Nov 14 +2023 bin\/b$/m)
    expect(listing).to.match(/^crw------- +1 0 +0 +5, +1 Nov 14 +2023 console$/m)
    expect(listing).to.match(/^brw-rw---- +1 0 +0 +259, *300 Nov 14 +2023 disk$/m)
    expect(listing).to.match(/^prw-r--r-- .* pipe$/m)
  })

  it('is unpacked by GNU cpio with types, modes, times, links and content', () => {
    cpio(['-idm', '--no-preserve-owner', '--quiet', '--nonmatching', 'console', 'disk'], encodeCpio(entries))
    const a = lstatSync(join(folder, 'bin/a'))
    expect(a.ino).to.equal(lstatSync(join(folder, 'bin/b')).ino)
    expect(a.mtimeMs).to.equal(1_700_000_000_000)
    expect(readFileSync(join(folder, 'bin/b'), 'utf8')).to.equal('hello\n')
    expect(readlinkSync(join(folder, 'link'))).to.equal('bin/a')
    expect(lstatSync(join(folder, 'pipe')).isFIFO()).to.be.true
    expect(lstatSync(join(folder, 'tmp')).mode & 0o7777).to.equal(0o1777)
    expect(lstatSync(join(folder, 'empty')).size).to.equal(0)
  })

  it('gives the same bytes whatever the order of the entries', () => {
    expect(encodeCpio(entries).equals(encodeCpio([...entries].reverse()))).to.be.true
  })

  it('ends on a multiple of 4 bytes, so that another archive may follow', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd']) {
      expect(encodeCpio([{path: name, type: 'file', mode: 0o644, ...owned, content: Buffer.from(name)}]).length % 4).to.equal(0)
    }
  })

  it('streams bodies that are in files to the same bytes', async () => {
    const file = join(folder, 'bodies')
    writeFileSync(file, 'xxhello\nyy')
    const onDisk = entries.map(entry => ({...entry, size: entry.content?.length ?? 0, ...entry.path === 'bin/a' && {content: {file, offset: 2}}}))
    const chunks: Buffer[] = []
    for await (const chunk of readPieces(cpioPieces(onDisk))) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(encodeCpio(entries))).to.be.true
  })

  it('refuses extended attributes and names the files', () => {
    const ping: CpioEntry = {path: 'bin/ping', type: 'file', mode: 0o755, ...owned, xattrs: {'security.capability': Buffer.alloc(20)}}
    expect(pathsWithXattrs([...entries, ping])).to.deep.equal(['bin/ping'])
    expect(() => encodeCpio([...entries, ping])).to.throw(BrmcError, 'cannot carry').with.property('details').that.deep.equals(['bin/ping'])
  })

  for (const [what, entry, message] of [
    ['a time beyond 32 bits', {path: 'late', type: 'file', mode: 0o644, ...owned, mtime: 2 ** 32}, 'late'],
    ['a hard link to nothing', {path: 'h', type: 'hardlink', target: 'gone', mode: 0o644, ...owned}, 'gone'],
  ] satisfies [string, CpioEntry, string][]) {
    it(`refuses ${what}`, () => {
      expect(() => encodeCpio([entry])).to.throw(BrmcError, message).with.property('code', 'OVERLAY_INVALID')
    })
  }
})
