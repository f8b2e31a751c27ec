import {once} from 'node:events'
import {readFile, rm} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {join} from 'node:path'

import {expect} from 'chai'

import {withSharedCache} from '../../src/base/buildroot/run-shared-cache.js'
import {sharedCacheOf} from '../../src/base/buildroot/shared-cache.js'
import {openWorkshop} from '../../src/container/open-workshop.js'
import type {Workshop, WorkshopRequest} from '../../src/container/workshop.js'
import {run} from '../../src/process/run.js'
import {exampleInputs, request} from '../container/request.js'
import {startNginx, startRedis, type CacheServer} from '../lab/cache-servers.js'
import {freePort, importSmallImage, startDockerd, type Dockerd} from '../lab/dockerd.js'

const IMAGE = 'brmc-test/compiling'
const PASSWORD = 'pa ss@w|rd%:/'
/** Prints which networks there are, then the sha256 of what one C file comes to, by ccache. */
const COMPILE = `set -eu
mkdir -p "$1/build"
cd "$1/build"
ls /sys/class/net | tr '\\n' ' '
printf 'int answer(void) { return %s; }\\n' "$2" > one.c
CCACHE_DIR="$1/local-cache" ccache gcc -c one.c -o one.o
sha256sum < one.o`

describe('a shared compile cache', function () {
  this.timeout(300_000)
  let engine: Dockerd
  let place: Awaited<ReturnType<typeof exampleInputs>>
  let contained: Workshop
  let near: Workshop
  let script: string
  const servers: CacheServer[] = []
  /** Arguments that docker was called with. */
  const calls: string[] = []

  before(async () => {
    [engine, place, script] = await Promise.all([startDockerd(), exampleInputs(), readFile('board/builder/shared-cache.py', 'utf8')])
    await importSmallImage(engine, IMAGE, ['python3', 'gcc', 'as', 'ccache'])
    const ask = request({...place, inputs: {...place.inputs, toolchain: '/usr'}}, engine, {name: 'sharing', image: IMAGE})
    const programs: WorkshopRequest['programs'] = {...ask.programs, run: async (file, args, options) => {
      calls.push(args.join(' '))
      return run(file, args, options)
    }}
    contained = await openWorkshop({...ask, programs}, () => undefined)
    near = {...contained, engine: 'none', places: {...contained.places, output: join(place.root, 'output')}, run: async (argv, {input, onLine, accept, signal} = {}) =>
      run('env', argv, {ownGroup: true, ...input !== undefined && {input}, ...onLine && {onLine}, ...accept && {accept}, ...signal && {signal}})}
  })

  after(async () => {
    await Promise.all(servers.map(async server => server.end()))
    await engine.remove()
    await rm(place.root, {recursive: true})
  })

  /** Compiles as a machine that has compiled nothing yet; what was said, and what the compilation printed. */
  async function compiled(address: string, answer: number, workshop = contained): Promise<{notes: string[], printed: string}> {
    const cache = sharedCacheOf(undefined, {BRMC_SHARED_CACHE: address})
    if (!cache) throw new Error('no cache')
    const {output} = workshop.places
    const notes: string[] = []
    await workshop.run(['rm', '-rf', `${output}/local-cache`])
    const {stdout} = await withSharedCache(workshop, {cache, script}, line => notes.push(line), async where => where.run(['sh', '-c', COMPILE, 'sh', output, String(answer)]))
    return {notes, printed: stdout}
  }

  const inAddress = encodeURIComponent(PASSWORD)
  const kinds: [string, () => Promise<{server: CacheServer, address: string, name: string}>][] = [
    ['a Redis with a password', async () => {
      const server = await startRedis(PASSWORD)
      return {server, address: `redis://:${inAddress}@127.0.0.1:${server.port}/2`, name: `redis://127.0.0.1:${server.port}/2`}
    }],
    ['an nginx with a user', async () => {
      const server = await startNginx({user: 'build', password: PASSWORD})
      return {server, address: `http://build:${inAddress}@localhost:${server.port}/router`, name: `http://localhost:${server.port}/router`}
    }],
  ]
  for (const [title, open] of kinds) {
    it(`on ${title} gives a second machine what the first compiled, without a network in either`, async () => {
      const {server, address, name} = await open()
      servers.push(server)
      const first = await compiled(address, 1)
      expect(first.printed).to.match(/^lo [0-9a-f]{64}/)
      expect(first.notes).to.deep.equal([`compiled objects from the shared cache ${name}: 0 of 1 that this machine did not have`])
      const second = await compiled(address, 1)
      expect(second).to.deep.equal({printed: first.printed, notes: [`compiled objects from the shared cache ${name}: 1 of 1 that this machine did not have`]})
      expect((await compiled(address, 2)).notes).to.deep.equal([`compiled objects from the shared cache ${name}: 0 of 1 that this machine did not have`])
    })
  }

  it('is only read where it is to be only read', async () => {
    const server = await startRedis()
    servers.push(server)
    const {notes} = await compiled(`redis://127.0.0.1:${server.port}|read-only`, 3)
    expect(notes).to.deep.equal([`compiled objects from the shared cache redis://127.0.0.1:${server.port}: 0 of 1 that this machine did not have`])
    expect(await server.count()).to.equal(0)
    await compiled(`redis://127.0.0.1:${server.port}`, 3)
    expect(await server.count()).to.be.above(0)
  })

  it('that is not there, is another, or wants another password is said in a line, and costs nothing else', async () => {
    const [redis, nginx, port] = await Promise.all([startRedis(PASSWORD), startNginx({user: 'build', password: PASSWORD}), freePort()])
    servers.push(redis, nginx)
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const cases: [string, string, RegExp][] = [
      [`redis://127.0.0.1:${port}`, `redis://127.0.0.1:${port}`, /refused|Connect call failed/],
      [`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`, 'redis://127.0.0.1', /no answer in time/],
      [`redis://127.0.0.1:${redis.port}`, 'redis://127.0.0.1', /it wants a password/],
      [`redis://wrong@127.0.0.1:${redis.port}`, 'redis://127.0.0.1', /it does not take this password/],
      [`http://build:wrong@127.0.0.1:${nginx.port}/router`, 'http://127.0.0.1', /it does not take this password/],
      [`http://127.0.0.1:${nginx.port}/router`, 'http://127.0.0.1', /it wants a password/],
      [`redis://127.0.0.1:${nginx.port}`, 'redis://127.0.0.1', /it speaks HTTP, not Redis/],
      [`http://127.0.0.1:${redis.port}/`, 'http://127.0.0.1', /it closes the connection|it speaks Redis, not HTTP/],
      ['redis://no-such-host.invalid', 'redis://no-such-host.invalid', /not known|resolution/],
    ]
    silent.unref()
    for (const [address, name, why] of cases) {
      const begun = performance.now()
      const {notes: [note = '', ...more], printed} = await compiled(address, 4, near)
      expect(printed, address).to.match(/ [0-9a-f]{64} /)
      expect(more, address).to.deep.equal([])
      expect(note, address).to.include(`the shared cache ${name}`).and.match(/is not used, the build goes on without it: /).and.match(why)
      expect(performance.now() - begun, address).to.be.below(60_000)
    }

    silent.close()
  })

  it('that goes away while it is used is said once, and the rest is compiled here', async () => {
    const server = await startRedis()
    const cache = sharedCacheOf(`redis://127.0.0.1:${server.port}`, {})
    if (!cache) throw new Error('no cache')
    const {output} = near.places
    const notes: string[] = []
    await withSharedCache(near, {cache, script}, line => notes.push(line), async where => {
      await where.run(['sh', '-c', COMPILE, 'sh', output, '5'])
      await server.end()
      for (const answer of ['6', '7', '8']) await where.run(['sh', '-c', COMPILE, 'sh', output, answer])
    })
    expect(notes.filter(note => note.includes('does not answer any more'))).to.have.length(1)
  })

  it('is reached by a password that no argument of a program holds, and leaves no container behind', async () => {
    const server = await startRedis(PASSWORD)
    servers.push(server)
    calls.splice(0)
    await compiled(`redis://:${inAddress}@127.0.0.1:${server.port}`, 9)
    expect(calls.filter(call => call.includes('exec python3 -c'))).to.have.length(1)
    for (const form of [PASSWORD, inAddress, JSON.stringify(PASSWORD).slice(1, -1)]) expect(calls.filter(call => call.includes(form)), form).to.deep.equal([])
    expect(await engine.call('ps', '--all', '--quiet')).to.equal('')
  })
})
