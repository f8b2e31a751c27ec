import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {readTarEntries} from '../../src/archive/read-tar.js'
import {writeTar} from '../../src/archive/write-tar.js'
import {BrmcError} from '../../src/errors.js'
import type {RootEntry} from '../../src/overlay/entry.js'

const owned = {uid: 0, gid: 0, mtime: 1_700_000_000}
const capability = Buffer.from('0100000200200080ff00000000000000deadbeef', 'hex')
const longName = `${'d'.repeat(200)}/${'f'.repeat(255)}`

const entries: RootEntry[] = [
  {path: 'bin/b', type: 'file', mode: 0o4755, ...owned, uid: 3_000_000_000, size: 6, content: Buffer.from('hello\n')},
  {path: 'bin/a', type: 'hardlink', target: 'bin/b', mode: 0o4755, ...owned, size: 0},
  {path: 'bin', type: 'directory', mode: 0o750, ...owned, size: 0},
  {path: '', type: 'directory', mode: 0o755, ...owned, size: 0},
  {path: 'bin/ping', type: 'file', mode: 0o755, ...owned, size: 1, content: Buffer.from('p'), xattrs: {'security.capability': capability, 'user.note': Buffer.from('a=b\nc')}},
  {path: 'secret', type: 'file', mode: 0, ...owned, size: 0},
  {path: 'link', type: 'symlink', mode: 0o777, target: `../${'t'.repeat(150)}`, ...owned, size: 0},
  {path: 'console', type: 'character', mode: 0o600, device: {major: 5, minor: 1}, ...owned, size: 0},
  {path: 'pipe', type: 'fifo', mode: 0o644, ...owned, size: 0},
  {path: longName, type: 'file', mode: 0o644, ...owned, size: 3, content: Buffer.from('abc')},
]

describe('archive/tar', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'brmc-tar-'))
    file = join(folder, 'root.tar')
  })
  afterEach(() => { rmSync(folder, {recursive: true}) })

  const tar = (...args: string[]): string => execFileSync('tar', args, {cwd: folder, env: {...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8'}}).toString()

  it('is listed by GNU tar with types, modes, owners and links', async () => {
    await writeTar(file, entries)
    const listing = tar('--numeric-owner', '--xattrs', '--xattrs-include=*', '-tvvf', file)
    expect(listing).to.match(/^-rwsr-xr-x +3000000000\/0 +6 +2023-11-14 22:13 \.\/bin\/a$/m)
    expect(listing).to.match(/^hrwsr-xr-x +3000000000\/0 +0 2023-11-14 22:13 \.\/bin\/b link to \.\/bin\/a$/m)
    expect(listing).to.match(/^-rwxr-xr-x\*? +0\/0 +1 .* \.\/bin\/ping$/m)
    expect(listing).to.match(/^ +x: +\d+ security\.capability$/m)
    expect(listing).to.match(/^crw------- +0\/0 + *5,1 .* \.\/console$/m)
    expect(listing).to.include(longName)
    expect(tar('-xOf', file, './bin/b', './bin/a')).to.equal('hello\n')
  })

  it('reads back what it wrote, binary attributes and mode 0 included', async () => {
    await writeTar(file, entries)
    const read = new Map(readTarEntries(file).map(entry => [entry.path, entry]))
    expect([...read.keys()]).to.deep.equal(['', 'bin', 'bin/a', 'bin/b', 'bin/ping', 'console', longName, 'link', 'pipe', 'secret'])
    expect(read.get('bin/ping')?.xattrs).to.deep.equal({'security.capability': capability, 'user.note': Buffer.from('a=b\nc')})
    expect(read.get('secret')).to.include({mode: 0, size: 0, type: 'file'})
    expect(read.get('bin/a')).to.include({type: 'file', uid: 3_000_000_000, mode: 0o4755})
    expect(read.get('bin/b')).to.include({type: 'hardlink', target: 'bin/a'})
    expect(read.get('console')?.device).to.deep.equal({major: 5, minor: 1})
    expect(read.get('link')?.target).to.equal(`../${'t'.repeat(150)}`)
  })

  it('gives the same bytes whatever the order of the entries', async () => {
    await writeTar(file, entries)
    const first = readFileSync(file)
    await writeTar(file, [...entries].reverse())
    expect(readFileSync(file).equals(first)).to.be.true
  })

  for (const format of ['gnu', 'posix', 'ustar', 'v7'] as const) {
    it(`reads the ${format} format of GNU tar`, () => {
      const deep = format === 'ustar' || format === 'v7' ? 'deep/name' : `deep/${'n'.repeat(180)}`
      mkdirSync(join(folder, 'tree/deep'), {recursive: true})
      writeFileSync(join(folder, 'tree', deep), 'content')
      tar('--format', format, '--owner=33', '--group=44', '--mtime=@1234567890', '-C', 'tree', '-cf', file, '.')
      const found = readTarEntries(file).find(entry => entry.path === deep)
      expect(found).to.include({type: 'file', uid: 33, gid: 44, mtime: 1_234_567_890, size: 7})
      const {offset} = found?.content as {offset: number}
      expect(readFileSync(file).toString('utf8', offset, offset + 7)).to.equal('content')
    })
  }

  it('refuses a member that leaves the root', () => {
    mkdirSync(join(folder, 'in'))
    writeFileSync(join(folder, 'evil'), 'x')
    tar('-C', 'in', '-Pcf', file, '../evil')
    expect(() => readTarEntries(file)).to.throw(BrmcError, 'leaves the root')
  })

  it('says when an archive was cut short, and when it is none', () => {
    writeFileSync(join(folder, 'big'), Buffer.alloc(100_000, 'x'))
    tar('-cf', file, 'big')
    truncateSync(file, 50_000)
    expect(() => readTarEntries(file)).to.throw(BrmcError, 'cut short').with.property('code', 'OVERLAY_INVALID')
    writeFileSync(file, Buffer.alloc(2048, 'no tar'))
    expect(() => readTarEntries(file)).to.throw(BrmcError, 'checksum').with.property('message').that.includes(file)
  })

  it('leaves nothing behind when it fails', async () => {
    const missing: RootEntry = {path: 'x', type: 'file', mode: 0o644, ...owned, size: 5, content: {file: join(folder, 'gone'), offset: 0}}
    await writeTar(file, [missing]).then(() => expect.fail('it should fail'), (error: unknown) => expect(error).to.have.property('code', 'ENOENT'))
    expect(statSync(file, {throwIfNoEntry: false})).to.equal(undefined)
    expect(statSync(`${file}.partial`, {throwIfNoEntry: false})).to.equal(undefined)
  })
})
