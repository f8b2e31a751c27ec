import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {cp, mkdir, mkdtemp, readdir, rm} from 'node:fs/promises'
import {createServer} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {layoutOf} from '../../src/base/transport/oci.js'
import {readHashedFiles} from '../../src/base/transport/read-files.js'
import {filesOf, KEY, writeSmallBase} from '../base/transport/small-base.js'
import {brmc, jsonOf, PACKAGE_ROOT} from './command.js'

interface Listed {
  bases: {key: string, usedBy: string[], provider: string}[]
  damaged: string[]
}

describe('bases that travel', function () {
  this.timeout(300_000)
  let folder: string
  let project: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-bases-'))
    project = join(folder, 'router')
    expect(await brmc(['init', project, '--country', 'PT'], {cwd: folder})).to.include({status: 0})
  })

  afterEach(() => rm(join(project, 'build'), {recursive: true, force: true}))
  after(() => rm(folder, {recursive: true, force: true}))

  it('one made here is exported, and an image there is composed from it', async () => {
    const made = await brmc(['image', 'default', '--json'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
    const {bases: [base]} = jsonOf(await brmc(['base', 'ls', '--json'], {cwd: project})) as Listed
    expect(base).to.include({provider: 'debian'}).and.to.deep.include({usedBy: ['default']})
    const key = base?.key ?? ''
    expect((await brmc(['base', 'ls'], {cwd: project})).stdout).to.match(new RegExp(`^KEY .*\\n${key.slice(0, 12)} +debian .* default\\n$`))
    const exported = await brmc(['base', 'export', '--deployment', 'default', '-o', 'out/base.tar.zst'], {cwd: project})
    expect(exported.status, exported.stderr).to.equal(0)
    expect(exported.stdout).to.match(/^[0-9a-f]{64} {2}\S+\/out\/base\.tar\.zst\n$/)

    const there = join(folder, 'there')
    await mkdir(there, {recursive: true})
    for (const name of ['brmc.yaml', 'brmc.lock.json', 'deployments', 'overlays', 'br2-external', '.brmc']) await cp(join(project, name), join(there, name), {recursive: true})
    const imported = await brmc(['base', 'import', join(project, 'out/base.tar.zst')], {cwd: there})
    expect(imported).to.deep.include({status: 0, stdout: `${key}\n`})
    const image = await brmc(['image', 'default'], {cwd: there})
    expect(image.status, image.stderr).to.equal(0)
    expect(image.stderr).to.contain(`as made before: ${key.slice(0, 12)}`)
    expect(await readdir(join(there, 'build'))).to.have.members(['bases', 'images'])
    expect((await filesOf(join(there, 'build/images/default')))['sdcard.img']?.equals((await filesOf(join(project, 'build/images/default')))['sdcard.img'] ?? Buffer.alloc(0))).to.equal(true)
  })

  it('a file that is none is refused with its status', async () => {
    const ended = await brmc(['base', 'import', 'brmc.yaml'], {cwd: project})
    expect(ended).to.include({status: 33, stdout: ''})
    expect(ended.stderr).to.match(/^.*PACKAGE_CORRUPT: brmc\.yaml cannot be imported: .*not a tar archive/m)
    expect(await brmc(['base', 'export'], {cwd: project})).to.include({status: 2})
    expect((await brmc(['base', 'import', 'https://example.org/base.tar'], {cwd: project})).stderr).to.contain('needs the sha256')
  })

  for (const [signal, left] of [['SIGKILL', ['import.partial']], ['SIGINT', []]] as const) {
    it(`${signal} in the middle leaves no base, and the next import ends well`, async () => {
      const {folder: base, bundle} = await writeSmallBase(join(folder, 'small'))
      const {archive, digest} = layoutOf(await readHashedFiles(base, bundle), 0)
      const rootfs = (await readHashedFiles(base, bundle)).find(({path}) => path === 'rootfs.tar')?.sha256 ?? ''
      let reached: () => void = () => undefined
      const middle = new Promise<void>(resolve => { reached = resolve })
      let stalls = true
      const server = createServer(({url = ''}, response) => {
        const [, hex = ''] = /sha256:([0-9a-f]{64})$/.exec(url) ?? []
        const body = archive.find(({path}) => path.endsWith(hex))?.body
        if (stalls && hex === rootfs) {
          response.write('x')
          reached()
        } else if (Buffer.isBuffer(body)) response.end(body)
        else void filesOf(base).then(files => response.end(Object.entries(files).find(([path]) => body?.file.endsWith(path))?.[1]))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const source = `oci://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/x@${digest}`
      const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'bin/run.js'), 'base', 'import', source], {cwd: project, stdio: 'ignore'})
      const ended = once(child, 'exit')
      await middle
      child.kill(signal)
      await ended
      expect(await readdir(join(project, 'build/bases'))).to.deep.equal(left)
      expect(jsonOf(await brmc(['base', 'ls', '--json'], {cwd: project}))).to.deep.equal({bases: [], damaged: []})
      stalls = false
      const again = await brmc(['base', 'import', source], {cwd: project})
      expect(again.status, again.stderr).to.equal(0)
      expect(again.stderr).to.contain('no deployment of this project is for virt with base buildroot')
      expect(await readdir(join(project, 'build/bases'))).to.deep.equal([KEY])
      server.closeAllConnections()
      server.close()
    })
  }
})
