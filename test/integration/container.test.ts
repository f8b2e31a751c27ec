import {once} from 'node:events'
import {chmod, mkdir, rm, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {spawn} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'

import {expect} from 'chai'

import {openWorkshop} from '../../src/container/open-workshop.js'
import type {Workshop, WorkshopRequest} from '../../src/container/workshop.js'
import {BrmcError} from '../../src/errors.js'
import {exampleInputs, request} from '../container/request.js'
import {importSmallImage, startDockerd, type Dockerd, type LabEngine} from '../lab/dockerd.js'
import {startPodman} from '../lab/podman.js'
import {startSshServer} from '../lab/ssh-server.js'

const IMAGE = 'brmc-test/small'

async function failureOf(promise: Promise<unknown>): Promise<BrmcError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown)
  if (error instanceof BrmcError) return error
  throw new Error('it did not fail as it should', {cause: error})
}

async function eventually(holds: () => Promise<boolean>, seconds: number): Promise<void> {
  for (const until = performance.now() + seconds * 1000; !await holds();) {
    if (performance.now() > until) throw new Error(`not within ${seconds} seconds`)
    await sleep(100)
  }
}

const engines: Readonly<Record<string, () => Promise<LabEngine & {folder?: string}>>> = {'docker': startDockerd, 'podman, of a user without rights': startPodman}
for (const [title, startEngine] of Object.entries(engines)) describe(`a workshop in a container of ${title}`, function () {
  this.timeout(60_000)
  let engine: Awaited<ReturnType<typeof startEngine>>
  let place: Awaited<ReturnType<typeof exampleInputs>>
  let workshop: Workshop
  const progress: string[] = []

  const running = async (): Promise<string> => engine.call('ps', '--quiet', '--filter=label=brmc.output')
  const ask = (changes: Partial<WorkshopRequest> = {}, name = 'first'): WorkshopRequest => ({...request(place, engine, {name, image: IMAGE}), ...changes})
  const sh = async (script: string): Promise<string> => (await workshop.run(['sh', '-c', script])).stdout

  before(async () => {
    [engine, place] = await Promise.all([startEngine(), exampleInputs()])
    await importSmallImage(engine, IMAGE)
    workshop = await openWorkshop(ask(), line => progress.push(line))
  })

  after(async () => {
    await engine.remove()
    await rm(place.root, {recursive: true})
  })

  it('has an image of its own, made once', async () => {
    expect(progress.join('\n')).to.match(/making the builder image brmc-builder:[0-9a-f]{16}/)
    const again: string[] = []
    await openWorkshop(ask(), line => again.push(line))
    expect(again).to.deep.equal([])
  })

  it('runs as the user, who may do nothing and become nobody', async () => {
    expect(await sh('id -u; id -g; grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)" /proc/self/status | tr -d "\\t"')).to.equal([
      engine.user.uid, engine.user.gid, ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(name => `${name}:0000000000000000`), 'NoNewPrivs:1', '',
    ].join('\n'))
  })

  it('has no network but its own loopback', async () => {
    expect((await sh('ls /sys/class/net')).trim()).to.equal('lo')
    const {stdout} = await workshop.run(['ls', '/sys/class/net'], {network: true})
    expect(stdout.trim().split('\n')).to.have.length.above(1)
  })

  it('reads what it is given, whatever the folder is called, and changes none of it', async () => {
    const {buildroot, overrides} = workshop.places
    expect(await sh(`cat "${buildroot}/in buildroot.txt" "${overrides['smcroute'] ?? ''}/"*`)).to.equal('buildroot\nodd, "name": here\n')
    const tries = [workshop.places.tree, workshop.places.settings, buildroot, overrides['smcroute'], '', '/etc', '/brmc'].map(folder => `touch "${folder ?? ''}/new"`)
    expect(await sh(`for one in ${tries.map(text => `'${text}'`).join(' ')}; do ! sh -c "$one" 2>/dev/null || echo "$one"; done`)).to.equal('')
  })

  it('writes its stores, and leaves no file of root behind', async () => {
    const {output, downloads, ccache} = workshop.places
    expect(await sh(`for place in ${output} ${downloads} ${ccache}; do mkdir -p $place/a && echo x > $place/a/b; done; find ${output} ${downloads} ${ccache} ! -user ${engine.user.uid} -o ! -group ${engine.user.gid}`)).to.equal('')
    expect(await sh(`cat ${output}/a/b ${downloads}/a/b`), 'from the next container').to.equal('x\nx\n')
  })

  it('knows a folder of this machine in place of a volume', async () => {
    const out = join(place.root, 'out')
    const other = await openWorkshop(ask({stores: {...ask().stores, output: {folder: out}}}), () => undefined)
    await other.run(['sh', '-c', `echo y > ${other.places.output}/y; chmod 640 ${other.places.output}/y`])
    const {uid, gid, mode} = await stat(join(out, 'y'))
    expect([uid, gid, mode & 0o777]).to.deep.equal([engine.user.uid, engine.user.gid, 0o640])
    expect(other.toHostPaths('/brmc/output/build/x.c:3: see /brmc/tree, not /brmc/outputs')).to.equal(`${out}/build/x.c:3: see ${place.inputs.tree}, not /brmc/outputs`)
  })

  it('inherits nothing of the environment', async () => {
    const {stdout} = await workshop.run(['env'], {environment: {ASKED: 'for $HOME "it"'}})
    expect(stdout.trim().split('\n').filter(line => !/^(HOSTNAME|PWD|SHLVL|TERM|container)=/.test(line)).sort()).to.deep.equal([
      'ASKED=for $HOME "it"', 'HOME=/tmp', 'LANG=C.UTF-8', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ])
  })

  it('gives a program its input and each line of its output, and tells its failure by its name', async () => {
    const lines: string[] = []
    await workshop.run(['sh', '-c', 'cat; echo end >&2'], {input: 'one\ntwo\n', onLine: line => lines.push(line)})
    // Standard error comes by a way of its own.
    expect(lines.filter(line => line !== 'end')).to.deep.equal(['one', 'two'])
    expect(lines).to.include('end')
    const error = await failureOf(workshop.run(['sh', '-c', 'echo why; exit 3']))
    expect([error.code, error.message, error.details]).to.deep.equal(['TOOL_FAILED', 'sh failed with status 3', ['why']])
    expect((await workshop.run(['sh', '-c', 'exit 3'], {accept: [3]})).exitCode).to.equal(3)
  })

  it('stops within seconds when interrupted', async () => {
    const abort = new AbortController()
    const error = failureOf(workshop.run(['sh', '-c', 'sleep 300 & echo up; sleep 300'], {signal: abort.signal, onLine: () => { abort.abort() }}))
    const begun = performance.now()
    expect((await error).code).to.equal('INTERRUPTED')
    expect(performance.now() - begun).to.be.below(8000)
    expect(await running()).to.equal('')
  })

  it('is told of as such when somebody else ends it', async () => {
    const kill = async (): Promise<void> => {
      let id = ''
      await eventually(async () => (id = (await running()).trim()) !== '', 20)
      await engine.call('kill', id)
    }
    const error = await failureOf(workshop.run(['sh', '-c', 'echo up; sleep 300'], {onLine: () => { void kill() }}))
    expect([error.code, error.message]).to.deep.equal(['BUILD_FAILED', 'the container in which sh ran was ended by somebody else (status 137)'])
  })

  it('leaves nothing running when brmc is killed', async () => {
    const brmc = spawn(process.execPath, ['--import', 'tsx', 'test/container/sleeper.ts', JSON.stringify({place, name: 'killed', image: IMAGE, folder: engine.folder})], {
      env: engine.environment, stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(brmc.stdout, 'data')
    // What it prints may be here before the daemon has it down as running.
    await eventually(async () => await running() !== '', 8)
    brmc.kill('SIGKILL')
    await eventually(async () => await running() === '', 8)
  })

  it('ends what was left on its output before it begins', async () => {
    const label = (await openAndReadLabel()).trim()
    await engine.call('run', '--detach', '--rm', '--network=none', '--entrypoint=/usr/bin/tini', `--label=brmc.output=${label}`, IMAGE, '--', 'sleep', '300')
    const lines: string[] = []
    await openWorkshop(ask(), line => lines.push(line))
    expect(lines).to.deep.equal(['ended what an earlier run had left running'])
    expect(await running()).to.equal('')
  })

  async function openAndReadLabel(): Promise<string> {
    let label = ''
    const seen = new AbortController()
    const readLabel = async (): Promise<void> => {
      await eventually(async () => await running() !== '', 20)
      label = await engine.call('inspect', '--format={{index .Config.Labels "brmc.output"}}', (await running()).trim())
      seen.abort()
    }
    const ended = failureOf(workshop.run(['sh', '-c', 'echo up; sleep 30'], {signal: seen.signal, onLine: () => { void readLabel() }}))
    expect((await ended).code).to.equal('INTERRUPTED')
    return label
  }

  it('is refused in words where the output cannot be written, or lets no program run', async () => {
    const out = join(place.root, 'foreign')
    await mkdir(out)
    const foreign = await failureOf(openWorkshop(ask({stores: {...ask().stores, output: {folder: out}}}), () => undefined))
    expect([foreign.code, foreign.message]).to.deep.equal(['USAGE', `buildroot.output: ${out} belongs to ${engine.name === 'docker' ? 'user 0' : 'somebody else'} and cannot be written by user ${engine.user.uid}, as whom the build runs`])
  })
})

describe('a workshop whose docker is root\'s', function () {
  this.timeout(120_000)
  let engine: Dockerd
  let place: Awaited<ReturnType<typeof exampleInputs>>

  before(async () => {
    [engine, place] = await Promise.all([startDockerd(), exampleInputs()])
    await importSmallImage(engine, IMAGE)
  })

  after(async () => {
    await engine.remove()
    await rm(place.root, {recursive: true})
  })

  it('has copies of folders that its user may not read, and root does', async () => {
    const secret = join(place.root, 'secret')
    await mkdir(secret)
    await writeFile(join(secret, 'file'), 'for all, once it is there\n')
    await chmod(secret, 0o700)
    const lines: string[] = []
    const ask = request(place, engine, {name: 'copied', image: IMAGE})
    const workshop = await openWorkshop({...ask, inputs: {...place.inputs, toolchain: secret}}, line => lines.push(line))
    expect(lines).to.include(`the engine does not see ${secret}: a copy is sent to it`)
    expect((await workshop.run(['cat', `${workshop.places.toolchain ?? ''}/file`])).stdout).to.equal('for all, once it is there\n')
  })

  it('is reached by ssh as well', async () => {
    const server = await startSshServer(engine.environment['DOCKER_HOST'] ?? '')
    try {
      const caller = {...engine, environment: {...engine.environment, DOCKER_HOST: server.address, PATH: server.path}}
      const workshop = await openWorkshop(request(place, caller, {name: 'by-ssh', image: IMAGE}), () => undefined)
      const {tree} = workshop.places
      let size = 0
      await workshop.run(['sh', '-c', `cat ${tree}/* && head -c 3000000 /dev/zero`], {consume: async bytes => { for await (const chunk of bytes) size += chunk.length }})
      expect(size).to.equal('tree\n'.length + 3_000_000)
      const abort = new AbortController()
      const ended = failureOf(workshop.run(['sh', '-c', 'echo up; sleep 300'], {signal: abort.signal, onLine: () => { abort.abort() }}))
      expect((await ended).code).to.equal('INTERRUPTED')
      expect(await engine.call('ps', '--quiet')).to.equal('')
    } finally {
      await server.end()
    }
  })

  it('goes on when the daemon was stopped and is there again', async () => {
    const open = async (): Promise<Workshop> => openWorkshop(request(place, engine, {name: 'stopped', image: IMAGE}), () => undefined)
    const workshop = await open()
    let stopped: Promise<void> | undefined
    const error = await failureOf(workshop.run(['sh', '-c', 'echo up; sleep 300'], {onLine: line => { if (line === 'up') stopped = engine.stop() }}))
    await stopped
    expect(['ENGINE_UNAVAILABLE', 'BUILD_FAILED'], error.message).to.include(error.code)
    const dead = await failureOf(open())
    expect([dead.code, dead.message]).to.deep.equal(['ENGINE_UNAVAILABLE', 'the docker daemon does not answer: it is not running, or not where docker looks for it'])
  })
})

describe('a workshop on another machine\'s engine', function () {
  this.timeout(60_000)
  let engine: Dockerd
  let place: Awaited<ReturnType<typeof exampleInputs>>

  before(async () => {
    place = await exampleInputs()
    engine = await startDockerd({blindFor: place.root})
    await importSmallImage(engine, IMAGE)
  })

  after(async () => {
    await engine.remove()
    await rm(place.root, {recursive: true})
  })

  it('has copies of what it reads, sent once, and again when something changed', async () => {
    const lines: string[] = []
    const open = async (): Promise<Workshop> => openWorkshop(request(place, engine, {name: 'far', image: IMAGE}), line => lines.push(line))
    const sent = (): number => lines.splice(0).filter(line => line.includes('a copy is sent')).length
    const workshop = await open()
    const {tree, overrides, output} = workshop.places
    expect(sent()).to.equal(4)
    const {stdout} = await workshop.run(['sh', '-c', `cat ${tree}/*; cat ${overrides['smcroute'] ?? ''}/*; ! touch ${tree}/new 2>/dev/null && echo kept; echo z >${output}/z && cat ${output}/z`])
    expect(stdout).to.equal('tree\nodd, "name": here\nkept\nz\n')
    await writeFile(join(place.inputs.tree, 'in tree.txt'), 'another tree\n')
    const next = await open()
    expect((await next.run(['sh', '-c', `cat ${tree}/* ${output}/z`])).stdout).to.equal('another tree\nz\n')
    const kept = (await engine.call('volume', 'ls', '--quiet', '--filter=label=brmc.input')).trim().split('\n')
    expect(kept).to.have.length(2 * 4)
  })

  it('cannot keep the build in a folder here, and says so', async () => {
    const ask = request(place, engine, {name: 'far', image: IMAGE})
    const error = await failureOf(openWorkshop({...ask, stores: {...ask.stores, output: {folder: join(place.root, 'out')}}}, () => undefined))
    expect([error.code, error.message]).to.deep.equal([
      'USAGE', `docker runs where the folders of this machine are not seen, so the build cannot be kept in ${join(place.root, 'out')}`,
    ])
  })
})
