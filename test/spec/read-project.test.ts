import {mkdir, mkdtemp, realpath, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {checkProject} from '../../src/spec/check-project.js'
import {readProject} from '../../src/spec/read-project.js'

describe('readProject', () => {
  let root = ''
  beforeEach(async () => { root = await realpath(await mkdtemp(join(tmpdir(), 'brmc-read-'))) })
  afterEach(() => rm(root, {recursive: true}))

  async function write(files: Record<string, string | Buffer>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), {recursive: true})
      await writeFile(join(root, path), content)
    }
  }

  it('finds the project from a folder below it', async () => {
    await write({'brmc.yaml': 'version: 1\n', 'overlays/site/etc/motd': 'hi\n'})
    const project = await readProject(join(root, 'overlays/site/etc'))
    expect(project).to.deep.equal({folder: root, project: {file: 'brmc.yaml', text: 'version: 1\n'}, deployments: [], shared: [], overlays: {}, texts: [], hasLock: false})
  })

  it('says so where there is none', async () => {
    const error = await readProject(root).then(() => undefined, (thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'PROJECT_MISSING')
    expect(error).to.have.property('message').that.includes(root)
  })

  it('reads deployments, overlays that are named, fragments, and whether there is a lock', async () => {
    await write({
      'brmc.yaml': 'overlays: [overlays/site/, overlays/none, site.tar]\n',
      'brmc.lock.json': '{}',
      'site.tar': 'x',
      'deployments/lab.yaml': 'overlays: [overlays/lab]\n',
      'deployments/b.yml': '',
      'deployments/notes.txt': 'no',
      'overlays/site/etc/smcroute.conf': 'mgroup from wlan0 group 225.0.0.1\n',
      'overlays/site/etc/init.d/S90x': '#!/bin/sh\n',
      'overlays/site/srv/data.txt': 'not configuration',
      'overlays/lab/etc/sysctl.d/1.conf': 'a.b=1\n',
      'overlays/unnamed/etc/motd': 'no',
      'overlays/board/linux-site.fragment': 'CONFIG_IPV6=y\n',
      'overlays/board/notes.md': 'no',
    })
    const {deployments, overlays, texts, hasLock} = await readProject(root)
    expect(deployments.map(({file}) => file)).to.deep.equal(['deployments/b.yml', 'deployments/lab.yaml'])
    expect(overlays).to.deep.equal({'overlays/lab': 'directory', 'overlays/none': 'missing', 'overlays/site': 'directory', 'site.tar': 'file'})
    expect(texts.map(({overlay, path, file}) => [overlay, path, file])).to.deep.equal([
      ['overlays/lab', 'etc/sysctl.d/1.conf', 'overlays/lab/etc/sysctl.d/1.conf'],
      ['overlays/site', 'etc/smcroute.conf', 'overlays/site/etc/smcroute.conf'],
      ['overlays/site', 'etc/init.d/S90x', 'overlays/site/etc/init.d/S90x'],
      ['', 'overlays/board/linux-site.fragment', 'overlays/board/linux-site.fragment'],
    ])
    expect(hasLock).to.equal(true)
  })

  it('leaves binary and large files alone', async () => {
    await write({
      'brmc.yaml': 'overlays: [o]\n',
      'o/etc/binary': Buffer.from([0x7f, 0x45, 0, 1]),
      'o/etc/large': 'x'.repeat(256 * 1024 + 1),
      'o/etc/fits': 'x'.repeat(256 * 1024),
    })
    expect((await readProject(root)).texts.map(({path}) => path)).to.deep.equal(['etc/fits'])
  })

  it('reads the whiteouts that take folders away in which it looks, and no others', async () => {
    await write({'brmc.yaml': 'overlays: [o]\n', 'o/.wh.etc': '', 'o/.wh..wh..opq': '', 'o/usr/.wh.local': '', 'o/usr/local/.wh.bin': '', 'o/motd': 'x', 'o/usr/share/.wh.x': ''})
    expect((await readProject(root)).texts.map(({path}) => path)).to.deep.equal(['.wh..wh..opq', '.wh.etc', 'usr/.wh.local', 'usr/local/.wh.bin'])
  })

  it('does not leave the project, neither by .. nor by a link', async () => {
    await write({'project/brmc.yaml': 'overlays: [../outside, link, o, /etc]\n', 'outside/etc/secret.conf': 'x', 'project/o/etc/real': 'x'})
    await symlink('../outside', join(root, 'project/link'))
    await symlink('../../../outside/etc/secret.conf', join(root, 'project/o/etc/linked'))
    await symlink('../../outside', join(root, 'project/o/usr'))
    await write({'outside/libexec/script': 'x', 'outside/.wh.local': ''})
    const project = await readProject(join(root, 'project'))
    expect(project.overlays).to.deep.equal({'../outside': 'other', '/etc': 'other', 'link': 'outside', 'o': 'directory'})
    expect(project.texts.map(({file}) => file)).to.deep.equal(['o/etc/real'])
  })

  it('reads what checkProject takes, however broken it is', async () => {
    await write({'brmc.yaml': 'overlays: {a: [1\n', 'deployments/x.yaml': 'overlays: 7\n'})
    expect(checkProject(await readProject(root)).findings.map(({rule}) => rule)).to.include('yaml')
  })
})
