import {execFileSync} from 'node:child_process'
import {mkdtemp, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {readSha256} from '../../src/files/read-sha256.js'
import {readTextIfThere} from '../../src/files/read-text.js'
import {sha256} from '../../src/files/sha256.js'
import {writeWhole, writeWholeBy} from '../../src/files/write-whole.js'

describe('files', () => {
  let folder: string
  const on = (name: string): string => join(folder, name)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-files-'))
  })
  afterEach(async () => rm(folder, {recursive: true}))

  it('replaces a file and gives it its mode', async () => {
    await writeFile(on('a'), 'old')
    await writeWhole(on('a'), 'new', 0o600)
    expect(await readFile(on('a'), 'utf8')).to.equal('new')
    expect((await stat(on('a'))).mode & 0o777).to.equal(0o600)
    expect(await readdir(folder)).to.deep.equal(['a'])
  })

  it('leaves the old file, and nothing else, where writing fails', async () => {
    await writeFile(on('a'), 'old')
    const failed = await writeWholeBy(on('a'), async file => {
      await file.writeFile('ha')
      throw new RangeError('enough')
    }).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(RangeError)
    expect(await readFile(on('a'), 'utf8')).to.equal('old')
    expect(await readdir(folder)).to.deep.equal(['a'])
  })

  it('says in words that the disk is full', async () => {
    const failed = await writeWholeBy(on('a'), async () => Promise.reject(Object.assign(new Error('write'), {code: 'ENOSPC'}))).catch((error: unknown) => error)
    expect(failed).to.include({code: 'DISK_FULL'})
    expect(failed).to.have.property('message').that.includes(on('a'))
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('does not write through a link that stands where it writes', async () => {
    await writeFile(on('victim'), 'mine')
    await symlink(on('victim'), on('a.partial'))
    await writeWhole(on('a'), 'new')
    expect(await readFile(on('victim'), 'utf8')).to.equal('mine')
    expect((await readdir(folder)).sort()).to.deep.equal(['a', 'victim'])
  })

  it('hashes as sha256sum does, from memory and from disk', async () => {
    const content = Buffer.alloc(3 * 1024 * 1024 + 7, 'brmc')
    await writeFile(on('a'), content)
    const [judged] = execFileSync('sha256sum', [on('a')], {encoding: 'utf8'}).split(' ')
    expect(sha256(content)).to.equal(judged)
    expect(await readSha256(on('a'))).to.equal(judged)
  })

  it('tells a missing file from one that cannot be read', async () => {
    await writeFile(on('a'), 'text')
    expect(await readTextIfThere(on('a'))).to.equal('text')
    expect(await readTextIfThere(on('b'))).to.equal(undefined)
    expect(await readTextIfThere(on('a/below'))).to.equal(undefined)
    expect(await readTextIfThere(folder).catch((error: unknown) => error)).to.have.property('code', 'EISDIR')
  })
})
