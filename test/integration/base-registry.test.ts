import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import {expect} from 'chai'

import type {Bundle} from '../../src/base/bundle.js'
import {exportBundle, type Exported} from '../../src/base/transport/write-export.js'
import {importBundle} from '../../src/base/transport/write-import.js'
import {run} from '../../src/process/run.js'
import {filesOf, KEY, writeSmallBase} from '../base/transport/small-base.js'

/** Debian's docker-registry and skopeo are the judges: neither knows brmc. */
describe('a base in a registry', function () {
  this.timeout(60_000)
  let folder: string
  let base: string
  let bundle: Bundle
  let exported: Exported
  let registry: ChildProcess
  let host: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-registry-'))
    ;({folder: base, bundle} = await writeSmallBase(join(folder, 'bases')))
    exported = await exportBundle(base, bundle, {target: join(folder, 'base.tar'), oci: true, run, signal: new AbortController().signal})
    host = `localhost:${await freePort()}`
    await writeFile(join(folder, 'registry.yml'), JSON.stringify({
      version: 0.1, log: {level: 'error'}, storage: {filesystem: {rootdirectory: join(folder, 'registry')}}, http: {addr: host},
    }))
    registry = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], {stdio: 'ignore'})
    await Promise.race([answers(`http://${host}/v2/`), once(registry, 'exit').then(() => { throw new Error('docker-registry does not run') })])
  })

  after(async () => {
    registry.kill()
    await rm(folder, {recursive: true, force: true})
  })

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, 'localhost')
    await once(server, 'listening')
    const address = server.address()
    server.close()
    await once(server, 'close')
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return address.port
  }

  async function answers(address: string): Promise<void> {
    while (!await globalThis.fetch(address).then(({ok}) => ok, () => false)) await sleep(100)
  }

  async function expectBack(source: string, into: string): Promise<void> {
    const there = await importBundle({source}, {folder: join(folder, into), run, fetch: globalThis.fetch, signal: new AbortController().signal})
    expect(there).to.deep.equal(bundle)
    expect(await readdir(join(folder, into))).to.deep.equal([KEY])
    expect(await filesOf(join(folder, into, KEY))).to.deep.equal(await filesOf(base))
  }

  it('is an artifact to skopeo, with the digest that was told', async () => {
    const {stdout} = await run('skopeo', ['inspect', '--raw', `oci-archive:${exported.target}`])
    expect(JSON.parse(stdout)).to.deep.include({artifactType: 'application/vnd.brmc.base.v1'})
    await writeFile(join(folder, 'manifest'), stdout)
    expect((await run('skopeo', ['manifest-digest', join(folder, 'manifest')])).stdout.trim()).to.equal(exported.digest)
  })

  it('is pushed by skopeo, and comes back byte for byte', async () => {
    await run('skopeo', ['copy', '--dest-tls-verify=false', `oci-archive:${exported.target}`, `docker://${host}/routers/base:v1`])
    await expectBack(`oci://${host}/routers/base@${exported.digest ?? ''}`, 'from-registry')
  })

  it('that skopeo fetched and archived comes from that archive too', async () => {
    await run('skopeo', ['copy', '--src-tls-verify=false', `docker://${host}/routers/base@${exported.digest ?? ''}`, `oci-archive:${join(folder, 'fetched.tar')}`])
    await expectBack(join(folder, 'fetched.tar'), 'from-archive')
  })

  it('is not there under another name', async () => {
    const error: unknown = await importBundle({source: `oci://${host}/routers/other@${exported.digest ?? ''}`}, {
      folder: join(folder, 'none'), run, fetch: globalThis.fetch, signal: new AbortController().signal,
    }).catch((thrown: unknown) => thrown)
    expect(error).to.include({code: 'PACKAGE_UNAVAILABLE'})
    expect(await readdir(join(folder, 'none'))).to.deep.equal([])
  })
})
