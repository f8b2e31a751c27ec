import {execFileSync, spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'

import {expect} from 'chai'
import {parse} from 'yaml'

import type {Report} from '../../src/emulator/report.js'
import type {MadeFleet} from '../../src/workflow/fleet/make-fleet.js'
import type {MadeSite} from '../../src/workflow/fleet/make-sites.js'
import {brmc, jsonOf, PACKAGE_ROOT, type Ended} from './command.js'

const SITES = 1000
const COLUMNS = ['site', 'system.hostname', 'interfaces.wlan0.address', 'interfaces.wlan0.dhcpServer.from', 'interfaces.wlan0.dhcpServer.to',
  'interfaces.wlan0.accessPoint.ssid', 'interfaces.wlan0.accessPoint.passphrase', 'values.serial']

const name = (number: number): string => `site-${String(number).padStart(4, '0')}`

function row(number: number): string {
  const network = `10.${1 + Math.floor(number / 250)}.${number % 250}`
  return [name(number), name(number), `${network}.1/24`, `${network}.10`, `${network}.50`, `Café ${number}`, `passphrase-${number}`, String(number).padStart(6, '0')].join(',')
}

/** Folders of a file system that shares blocks between files: a thousand images would not fit otherwise. */
async function mounted(folder: string): Promise<string> {
  const place = join(folder, 'xfs')
  await mkdir(place)
  execFileSync('truncate', ['-s', '4G', join(folder, 'xfs.img')])
  execFileSync('/usr/sbin/mkfs.xfs', ['-q', '-m', 'reflink=1', join(folder, 'xfs.img')])
  execFileSync('mount', ['-o', 'loop', join(folder, 'xfs.img'), place])
  return place
}

interface Lines {
  sites: MadeSite[]
  summary?: MadeFleet
}

function linesOf(stdout: string): Lines {
  const lines = stdout.split('\n').filter(line => line.endsWith('}')).map(line => JSON.parse(line) as MadeSite | {summary: MadeFleet})
  const summary = lines.flatMap(line => 'summary' in line ? [line.summary] : [])[0]
  return {sites: lines.flatMap(line => 'summary' in line ? [] : [line]), ...summary && {summary}}
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

interface JobManifest {
  spec: {completions: number, template: {spec: {containers: {command: string[], args: string[], volumeMounts: {mountPath: string}[]}[]}}}
}

describe('a thousand sites from one CSV', function () {
  this.timeout(300_000)
  let folder: string
  let project: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-fleet-'))
    project = join(await mounted(folder), 'router')
    expect(await brmc(['init', project, '--country', 'PT'], {cwd: folder})).to.include({status: 0, stderr: ''})
    await writeFile(join(project, 'sites.csv'), `${[COLUMNS.join(','), ...Array.from({length: SITES}, (_, number) => row(number))].join('\n')}\n`)
    // A file that is rendered of each site.
    await mkdir(join(project, 'overlays/all/etc'), {recursive: true})
    await writeFile(join(project, 'overlays/all/etc/site.conf.ejs'), 'site=<%= deployment %>\nserial=<%= values.serial %>\nnetwork=<%= sh(interfaces.wlan0.accessPoint?.ssid ?? "none") %>\n')
    await writeFile(join(project, 'brmc.yaml'), (await readFile(join(project, 'brmc.yaml'), 'utf8')).replace(/^overlays:.*$/m, 'overlays: [overlays/all]\nvalues: {serial: none}'))
    const made = await brmc(['image', 'default'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => {
    execFileSync('umount', [join(folder, 'xfs')])
    await rm(folder, {recursive: true, force: true})
  })

  const images = async (...args: string[]): Promise<Ended> => brmc(['image', '--inventory', 'sites.csv', '--json-lines', ...args], {cwd: project})

  it('killed in the middle, goes on where it was, and makes nothing twice that it had told of', async () => {
    const told = await killedAfter(200)
    expect(told.length).to.be.within(200, SITES - 1)
    const before = new Map(await Promise.all(told.map(async ({path}) => [path, await stat(path)] as const)))
    const again = await images('--jobs', '2')
    expect(again.status, again.stderr).to.equal(0)
    const {sites, summary} = linesOf(again.stdout)
    const {made = 0, unchanged = 0} = summary ?? {}
    expect([summary?.rows, made + unchanged]).to.deep.equal([SITES, SITES])
    // A thread writes down what it made and then tells of it: a kill in between leaves what nobody was told of.
    expect(unchanged).to.be.at.least(told.length)
    expect(made).to.be.above(0)
    expect(new Set(sites.map(({site}) => site)).size).to.equal(SITES)
    for (const [path, {ino, mtimeMs}] of before) expect(await stat(path), path).to.include({ino, mtimeMs})
    expect(linesOf((await images()).stdout).summary).to.include({made: 0, unchanged: SITES})
    // Nothing of the killed run is left.
    const left = (await readdir(join(project, 'build/images'), {recursive: true})).filter(entry => /\.partial$|\.sites-|\.compose-/.test(entry))
    expect(left).to.deep.equal([])
  })

  /** Runs until so many sites were told of, and kills with what nobody can catch. */
  async function killedAfter(count: number): Promise<MadeSite[]> {
    const child = spawn(process.execPath, [`${PACKAGE_ROOT}/bin/run.js`, 'image', '--inventory', 'sites.csv', '--json-lines', '--jobs', '2'], {cwd: project, stdio: ['ignore', 'pipe', 'ignore']})
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (linesOf(stdout.slice(0, stdout.lastIndexOf('\n') + 1)).sites.length >= count) child.kill('SIGKILL')
    })
    const [status, signal] = await new Promise<[number | null, string | null]>(resolve => { child.on('close', (...ended) => { resolve(ended) }) })
    expect([status, signal]).to.deep.equal([null, 'SIGKILL'])
    return linesOf(stdout.slice(0, stdout.lastIndexOf('\n') + 1)).sites
  }

  it('has the same bytes with one thread and with two, and by two pods of the Kubernetes job exactly the union of both', async () => {
    const one = await images('--packs', '--jobs', '1', '--output', 'one')
    const two = await images('--packs', '--jobs', '2', '--output', 'two')
    expect([one.status, two.status], one.stderr + two.stderr).to.deep.equal([0, 0])
    const pods = await bothPods()
    expect(pods.map(({status}) => status), pods.map(({stderr}) => stderr).join('')).to.deep.equal([0, 0])
    const shards = pods.map(({stdout}) => linesOf(stdout).sites.map(({site}) => site))
    expect(shards[0]?.filter(site => shards[1]?.includes(site))).to.deep.equal([])
    expect(shards.flat().sort()).to.deep.equal(Array.from({length: SITES}, (_, number) => name(number)))

    const packs = async (place: string): Promise<string[]> => (await readdir(join(project, place))).filter(entry => entry.endsWith('.brmcpack')).sort()
    expect(await packs('one')).to.have.length(SITES).and.to.deep.equal(await packs('two'))
    expect(await packs('build/packs')).to.deep.equal(await packs('one'))
    for (const pack of await packs('one')) {
      const [first, ...others] = await Promise.all(['one', 'two', 'build/packs'].map(async place => readFile(join(project, place, pack))))
      for (const other of others) expect(first?.equals(other), pack).to.equal(true)
    }
  })

  /** The command of the manifest in each of two pods, as kubelet starts it: $(NAME) replaced by the pod's environment; the volume is the project. */
  async function bothPods(): Promise<Ended[]> {
    const manifest = await brmc(['ci', 'kubernetes', '--inventory', 'sites.csv', '--shards', '2', '--image', 'brmc', '--claim', 'project', '--packs'], {cwd: project})
    const {spec: {completions, template: {spec: {containers: [container]}}}} = parse(manifest.stdout) as JobManifest
    expect(container?.command).to.deep.equal(['brmc'])
    const mountPath = container?.volumeMounts[0]?.mountPath ?? ''
    return Promise.all(Array.from({length: completions}, async (_, index) => brmc(container?.args.map(argument => argument
      .replaceAll('$(JOB_COMPLETION_INDEX)', String(index)).replaceAll('$$', '$').replace(mountPath, project)) ?? [], {cwd: folder})))
  }

  it('are what a deployment file with the same values would be, from its pack too; and route', async () => {
    const number = 417
    const [site, address, from, to, ssid, passphrase, serial] = row(number).split(',').slice(1)
    await writeFile(join(project, `deployments/${name(number)}.yaml`),
      `system: {hostname: ${site ?? ''}}\ninterfaces: {wlan0: {address: ${address ?? ''}, dhcpServer: {from: ${from ?? ''}, to: ${to ?? ''}}, accessPoint: {ssid: ${ssid ?? ''}, passphrase: ${passphrase ?? ''}}}}\nvalues: {serial: '${serial ?? ''}'}\n`)
    const image = join(project, 'build/images', name(number), 'sdcard.img')
    const made = join(folder, 'from-inventory.img')
    await copyFile(image, made)
    await rm(join(project, 'build/images', name(number)), {recursive: true})
    const alone = await brmc(['image', name(number)], {cwd: project})
    expect(alone.status, alone.stderr).to.equal(0)
    const rendered = await brmc(['overlay', 'cat', name(number), '/etc/site.conf'], {cwd: project})
    expect(rendered.stdout).to.equal(`site=${name(number)}\nserial=${serial ?? ''}\nnetwork='${ssid ?? ''}'\n`)
    await rm(join(project, `deployments/${name(number)}.yaml`))
    const fromPack = await brmc(['image', '--from-pack', `build/packs/${name(number)}.brmcpack`, '--output', 'cards'], {cwd: project})
    expect(fromPack.status, fromPack.stderr).to.equal(0)
    const sums = await Promise.all([image, made, join(project, 'cards', name(number), 'sdcard.img')].map(sha256Of))
    expect(new Set(sums).size).to.equal(1)

    const proof = await brmc(['test', image, '--json'], {cwd: project})
    const {expectations} = jsonOf(proof) as Report
    expect(expectations.filter(({passed}) => !passed).map(({title}) => title), proof.stderr).to.deep.equal([])
  })

  it('says where a row is wrong before anything is made', async () => {
    await writeFile(join(project, 'wrong.csv'), `${COLUMNS.join(',')}\n${row(1)}\n${row(2).replace('.1/24', '.1/99')}\n`)
    const ended = await brmc(['image', '--inventory', 'wrong.csv', '--output', 'never'], {cwd: project})
    expect(ended).to.include({status: 10, stdout: ''})
    expect(ended.stderr).to.match(/wrong\.csv:3:21/).and.not.include('passphrase-2')
    expect(await readdir(project)).not.to.include('never')
    expect(await brmc(['check', '--inventory', 'wrong.csv'], {cwd: project})).to.include({status: 10})
    const sound = await brmc(['check', '--inventory', 'sites.csv'], {cwd: project})
    expect(sound.status, sound.stdout).to.equal(0)
  })

  it('takes secrets by name, a site each, and puts them nowhere but into its image', async () => {
    const secrets = {BRMC_SECRET_WIFI_ONE: 'canary-of-one', BRMC_SECRET_WIFI_TWO: 'canary-of-two'}
    await writeFile(join(project, 'secret.csv'), 'site,interfaces.wlan0.accessPoint.passphrase\none,!secret wifi-one\ntwo,!secret wifi-two\n')
    const told = await Promise.all([['check'], ['image', '--output', 'with-secrets'], ['image', '--json-lines', '--output', 'again']].map(async ([command = '', ...args]) =>
      brmc([command, '--inventory', 'secret.csv', ...args], {cwd: project, env: {...secrets, DEBUG: '*'}})))
    expect(told.map(({status}) => status), told.map(({stderr}) => stderr).join('')).to.deep.equal([0, 0, 0])
    expect(told.map(({stdout, stderr}) => stdout + stderr).join('')).not.to.include('canary')
    // There are a thousand other images, of a hundred megabytes each.
    expect(execFileSync('bash', ['-c', 'grep -rlaF --exclude=sdcard.img canary-of . || true'], {cwd: project, encoding: 'utf8'})).to.equal('')
    for (const output of ['with-secrets', 'again']) {
      const [one, two] = await Promise.all(['one', 'two'].map(async site => readFile(join(project, output, site, 'sdcard.img'))))
      expect([one?.includes('canary-of-one'), one?.includes('canary-of-two')]).to.deep.equal([true, false])
      expect([two?.includes('canary-of-one'), two?.includes('canary-of-two')]).to.deep.equal([false, true])
    }

    const without = await brmc(['image', '--inventory', 'secret.csv', '--output', 'never'], {cwd: project})
    expect(without).to.include({status: 10, stdout: ''})
    expect(without.stderr).to.match(/secret\.csv:2:5[\s\S]*wifi-one/)
  })

  it('refuses a pack that was made for another stem, and makes nothing of it', async () => {
    const pack = `build/packs/${name(3)}.brmcpack`
    const ended = await brmc(['image', '--from-pack', pack, '--stem', `build/images/${name(4)}/sdcard.img`, '--output', 'other'], {cwd: project})
    expect(ended).to.include({status: 36, stdout: ''})
    expect(ended.stderr).to.include('was made for another image')
    expect(await readdir(project)).not.to.include('other')
  })

  it('refuses to render sites past what somebody changed in the files of their deployment', async () => {
    const file = join(project, 'br2-external/overlays/deployments/default/etc/hostname')
    const before = await readFile(file)
    await writeFile(file, 'changed\n')
    const ended = await images('--packs')
    await writeFile(file, before)
    expect(ended.status).to.equal(11)
    expect(ended.stderr).to.include('etc/hostname')
  })
})
