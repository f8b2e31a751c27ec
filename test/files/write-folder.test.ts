import {mkdtemp, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {makeFolder} from '../../src/files/write-folder.js'

describe('a folder that a user names', () => {
  let place: string

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'brmc-folder-'))
  })

  afterEach(async () => {
    await rm(place, {recursive: true, force: true})
  })

  const failure = async (path: string): Promise<unknown> => makeFolder(path).then(() => undefined, (error: unknown) => (error as NodeJS.ErrnoException).code)

  it('is made with all above it, and is no error where it is there', async () => {
    expect(await makeFolder(join(place, 'a/b/c'))).to.equal(join(place, 'a'))
    expect(await makeFolder(join(place, 'a/b/c'))).to.equal(undefined)
    await symlink('a', join(place, 'link'))
    expect(await makeFolder(join(place, 'link'))).to.equal(undefined)
    expect((await stat(join(place, 'a/b/c'))).isDirectory()).to.equal(true)
  })

  it('is refused where something else is in the way, and below /proc', async () => {
    await writeFile(join(place, 'file'), '')
    await symlink('nowhere', join(place, 'dangling'))
    expect(await failure(join(place, 'file'))).to.equal('EEXIST')
    expect(await failure(join(place, 'file/below'))).to.equal('ENOTDIR')
    expect(await failure(join(place, 'dangling'))).to.equal('EEXIST')
    expect(await failure('/proc/brmc/below')).to.equal('ENOENT')
  })
})
