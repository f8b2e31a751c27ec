import {execFileSync} from 'node:child_process'
import {chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {applyStaging} from '../../../src/base/buildroot/apply-staging.js'
import {readBuildrootIdentity, readFolderIdentities} from '../../../src/base/buildroot/read-folder-identity.js'
import {BrmcError} from '../../../src/errors.js'
import {run} from '../../../src/process/run.js'

const LONG_AGO = new Date('2001-01-01T00:00:00Z')

describe('folders of a build', () => {
  let place: string
  beforeEach(async () => { place = await mkdtemp(join(tmpdir(), 'brmc folders ')) })
  afterEach(async () => { await rm(place, {recursive: true, force: true}) })

  describe('that are staged', () => {
    it('hold what they are to hold, and nothing else', async () => {
      await applyStaging(place, [{path: 'a/b', content: 'x', executable: true}, {path: 'c', content: 'y'}])
      await writeFile(join(place, 'a/old'), '')
      await applyStaging(place, [{path: 'a/b', content: 'x'}, {path: 'd', content: Buffer.from('z')}])
      expect((await readdir(place, {recursive: true})).sort()).to.deep.equal(['a', 'a/b', 'd'])
      expect((await stat(join(place, 'a/b'))).mode & 0o777).to.equal(0o644)
    })

    it('keep the times of what did not change: make compares them', async () => {
      const files = [{path: 'a/b', content: 'x'}, {path: 'c', content: 'y'}]
      await applyStaging(place, files)
      for (const {path} of files) await utimes(join(place, path), LONG_AGO, LONG_AGO)
      await applyStaging(place, [{path: 'a/b', content: 'x'}, {path: 'c', content: 'changed'}])
      expect((await stat(join(place, 'a/b'))).mtime).to.deep.equal(LONG_AGO)
      expect((await stat(join(place, 'c'))).mtimeMs).to.be.above(LONG_AGO.getTime())
      expect(await readFile(join(place, 'c'), 'utf8')).to.equal('changed')
    })

    it('may get a folder where a file was, and a file where a folder was', async () => {
      await applyStaging(place, [{path: 'a', content: 'x'}, {path: 'b/c', content: 'y'}])
      await applyStaging(place, [{path: 'a/x', content: 'x'}, {path: 'b', content: 'y'}])
      expect((await readdir(place, {recursive: true})).sort()).to.deep.equal(['a', 'a/x', 'b'])
    })
  })

  describe('of the user\'s own', () => {
    const identity = async (): Promise<string | undefined> => (await readFolderIdentities({'buildroot.override.x': place}, run))['buildroot.override.x']
    const changes: [string, () => Promise<void>, boolean][] = [
      ['nothing', async () => { /* as it was */ }, false],
      ['git\'s own files', async () => { await mkdir(join(place, '.git')).then(() => writeFile(join(place, '.git/index'), 'x')) }, false],
      ['a file\'s content', async () => { await writeFile(join(place, 'a'), 'longer') }, true],
      ['a file\'s time', async () => { await utimes(join(place, 'a'), new Date(), new Date()) }, true],
      ['a file\'s mode', async () => { await chmod(join(place, 'a'), 0o755) }, true],
      ['a file more', async () => { await writeFile(join(place, 'new'), '') }, true],
      ['a file less', async () => { await rm(join(place, 'a')) }, true],
      ['where a link points', async () => { await rm(join(place, 'l')).then(() => symlink('else', join(place, 'l'))) }, true],
    ]
    for (const [title, change, moves] of changes) {
      it(`${moves ? 'are others' : 'are the same'} after: ${title}`, async () => {
        await writeFile(join(place, 'a'), 'text')
        await symlink('a', join(place, 'l'))
        await utimes(join(place, 'a'), LONG_AGO, LONG_AGO)
        const before = await identity()
        await change()
        expect(await identity() === before).to.equal(!moves)
      })
    }

    it('that are not there are told with the key that names them', async () => {
      await rm(place, {recursive: true})
      expect(await identity().catch((error: unknown) => error)).to.be.instanceOf(BrmcError).with.property('message').that.includes(`buildroot.override.x: there is no folder ${place}`)
    })
  })

  describe('with Buildroot', () => {
    const git = (...args: string[]): string => execFileSync('git', ['-c', `safe.directory=${place}`, '-C', place, '-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {encoding: 'utf8'}).trim()
    const checkout = (): string => {
      git('init', '-q')
      git('add', '.')
      git('commit', '-qm', 'x')
      return git('rev-parse', 'HEAD')
    }
    beforeEach(async () => { await writeFile(join(place, 'Makefile'), 'export BR2_VERSION := 2026.02.3\n') })

    it('are a commit where nothing was changed', async () => {
      const commit = checkout()
      expect(await readBuildrootIdentity(place, run)).to.deep.equal({version: '2026.02.3', commit})
    })

    for (const [title, path] of [['changed', 'Makefile'], ['not yet in git', 'new.mk']] as const) {
      it(`are their files where something is ${title}`, async () => {
        checkout()
        await writeFile(join(place, path), 'export BR2_VERSION := 2026.02.3\n# mine\n')
        expect(await readBuildrootIdentity(place, run)).to.have.all.keys('version', 'folder')
      })
    }

    it('are a commit though somebody else owns them', async function () {
      const commit = checkout()
      // Only root can give files away; for others git has no doubts to get over.
      if (process.getuid?.() === 0) await Promise.all(['', 'Makefile', '.git'].map(path => chown(join(place, path), 12_345, 12_345)))
      expect(await readBuildrootIdentity(place, run)).to.have.property('commit', commit)
    })

    it('are their files where there is no git, or only around them', async () => {
      expect(await readBuildrootIdentity(place, run)).to.have.all.keys('version', 'folder')
      await mkdir(join(place, 'inner'))
      await writeFile(join(place, 'inner/Makefile'), 'export BR2_VERSION := 2026.02.3\n')
      checkout()
      expect(await readBuildrootIdentity(join(place, 'inner'), run)).to.have.all.keys('version', 'folder')
    })

    it('are refused where it is not Buildroot', async () => {
      await writeFile(join(place, 'Makefile'), 'all:\n')
      expect(await readBuildrootIdentity(place, run).catch((error: unknown) => error)).to.be.instanceOf(BrmcError).with.property('code', 'USAGE')
    })
  })
})
