import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {canariesIn, filesWithCanaries} from './canaries.js'
import {brmc, PACKAGE_ROOT, type Ended} from './command.js'

interface Manifest {
  commands: Record<string, {args: Record<string, {required?: boolean}>, enableJsonFlag: boolean}>
}

/** Texts with all that escaping may stumble over. */
const CANARIES = {
  wifi: 'canary "pass\\word\' & $x',
  ssid: 'canary ssid é "1"',
  host: 'canary-host-7f3a',
  domain: 'canary domain/9c',
  uplink: '10.213.77.1',
}
/** An address is also where its network is. */
const ALL = {...CANARIES, network: '10.213.77.'}
const VALUES: Record<string, string> = {...CANARIES, uplink: '10.213.77.1/24'}

const PROJECT = `version: 1
name: router
board: virt
base: debian
secrets: {command: [ASK]}
system: {hostname: !secret host, sysctl: {kernel.domainname: !secret domain}}
interfaces:
  wlan0: {role: downstream, address: 192.168.2.1/24, accessPoint: {ssid: !secret ssid, passphrase: !secret wifi, country: PT}}
  eth0: {role: upstream, address: !secret uplink}
nat: [{from: wlan0, to: eth0}]
multicast: {routes: [{group: 225.0.0.1, from: wlan0, to: [eth0], liftTtl: true}]}
values: {domain: !secret domain}
overlays: [overlays/site]
`

/** Said beside the secrets: what goes wrong then, and quotes what it can. */
const BROKEN: readonly (readonly [title: string, text: (project: string) => string, values: Record<string, string>])[] = [
  ['values that the schema refuses', text => text, {wifi: `canary ${'x'.repeat(70)}`, ssid: 'canary-'.repeat(9), host: 'canary host_!', uplink: '10.213.77.1/99'}],
  ['values that rules refuse', text => text.replace('from: wlan0, to: eth0', 'from: !secret host, to: !secret ssid'), {uplink: '10.213.77.0/24', ssid: 'canary9'}],
  ['an address that overlaps another', text => text.replace('192.168.2.1/24', '[10.213.77.9/24, 192.168.2.1/24]').replaceAll('10.213.77.9/24', '!secret uplink'), {}],
  ['secrets where none can be', text => text.replace('name: router', 'name: !secret host').replace('[overlays/site]', '[!secret domain]'), {}],
  ['a key that is none', text => text.replace('ssid: !', 'sid: !').replace('passphrase: !', 'passphrasse: !'), {}],
  ['what is no YAML', text => `${text}x: [!secret wifi\n`, {}],
  ['an overlay that cannot be composed', text => text.replace('overlays/site', 'overlays/fifo'), {}],
  ['a template that cannot print one', text => text.replace('overlays/site', 'overlays/odd'), {}],
  ['a template that takes one for a name', text => text.replace('overlays/site', 'overlays/none'), {}],
  ['a source that fails', text => text, {wifi: ''}],
]

describe('secrets', function () {
  this.timeout(900_000)
  let folder: string
  let project: string
  // A new command is among them by itself.
  const {commands} = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-canary-'))
    project = join(folder, 'router')
    expect(await brmc(['init', 'router', '--country', 'PT'], {cwd: folder})).to.include({status: 0, stderr: ''})
    await mkdir(join(project, 'overlays/site/etc'), {recursive: true})
    await writeFile(join(project, 'overlays/site/etc/motd'), 'hello\n')
    await writeFile(join(project, 'overlays/site/etc/site.conf.ejs'), 'domain=<%= sh(values.domain) %>\nboard=<%= board %>\n')
    await writeFile(join(project, 'overlays/site/etc/board.ejs'), '<%= board %>\n')
    for (const [name, template] of [['odd', '<%= values.domain %>'], ['none', '<%= values.nothing[values.domain] %>']] as const) {
      await mkdir(join(project, `overlays/${name}/etc`), {recursive: true})
      await writeFile(join(project, `overlays/${name}/etc/site.conf.ejs`), template)
    }

    await mkdir(join(project, 'overlays/fifo'), {recursive: true})
    execFileSync('mkfifo', [join(project, 'overlays/fifo/pipe')])
    await rm(join(project, 'deployments/lab.yaml'))
    // One of them comes from the command, which says it on both outputs; the others from the environment.
    await writeFile(join(folder, 'ask'), `#!/bin/sh\n[ -s "$0.$1" ] || { echo '${CANARIES.host}' >&2; exit 1; }\ncat "$0.$1" >&2\ncat "$0.$1"\n`)
    await chmod(join(folder, 'ask'), 0o755)
    await use(text => text, {})
  })

  after(() => rm(folder, {recursive: true, force: true}))

  let environment: Record<string, string> = {}
  async function use(change: (text: string) => string, values: Record<string, string>): Promise<void> {
    const {domain = '', ...others} = {...VALUES, ...values}
    await writeFile(join(project, 'brmc.yaml'), change(PROJECT).replace('ASK', join(folder, 'ask')))
    await writeFile(join(folder, 'ask.domain'), domain)
    environment = Object.fromEntries(Object.entries(others).map(([name, value]) => [`BRMC_SECRET_${name.toUpperCase()}`, value]))
  }

  /** All that the canaries of this state of the project are. */
  const canaries = (values: Record<string, string> = {}): Record<string, string> =>
    ({...ALL, ...Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))})

  async function told(args: readonly string[], values: Record<string, string> = {}): Promise<Ended> {
    const ended = await brmc(args, {cwd: project, env: {...environment, DEBUG: '*', NODE_DEBUG: 'execa'}})
    const found = canariesIn(Buffer.from(`${ended.stdout}\n${ended.stderr}`), canaries(values))
    expect(found, `brmc ${args.join(' ')} tells`).to.deep.equal([])
    return ended
  }

  const isImage = (path: string): boolean => /^build\/images\/[^/]+\/sdcard\.img$/.test(path)
  /** What is on a wire is seen there: the address in every packet, the name in what asks for a lease. */
  const isCapture = (path: string): boolean => path.endsWith('.pcap')

  it('are in the image and in no other file of the project', async () => {
    const made = await told(['image'])
    expect(made.status, made.stderr).to.equal(0)
    const image = await readFile(join(project, 'build/images/default/sdcard.img'))
    expect(canariesIn(image, CANARIES)).to.deep.equal(Object.keys(CANARIES))
    expect(await filesWithCanaries(project, ALL, isImage)).to.deep.equal([])
    // The manifest says which files of the root they went into, templates of overlays among them.
    const {secretFiles} = JSON.parse(await readFile(join(project, 'build/images/default/sdcard.img.json'), 'utf8')) as {secretFiles: string[]}
    expect(secretFiles).to.include('/etc/site.conf').and.include('/etc/hostapd/wlan0.conf').and.not.include('/etc/board')
  })

  it('are told by no command, with or without --json, at any verbosity', async () => {
    for (const [id, {args, enableJsonFlag}] of Object.entries(commands)) {
      // A boot of its own.
      if (id === 'test' || id === 'run') continue
      const wanted = Object.values(args).some(({required}) => required) ? ['default'] : []
      await told([...id.split(':'), ...wanted])
      await told([...id.split(':'), 'default', ...enableJsonFlag ? ['--json'] : ['--nonsense']])
    }

    const more = [
      'check --without-secrets', 'config show --explain', 'config show --explain --json', 'generate --overwrite-all', 'image --root ext4', 'image --release release',
      'diff br2-external/overlays/deployments/default/etc/hostname', 'overlay ls default --json',
      ...['site.conf', 'hostapd/wlan0.conf', 'brmc/interfaces', 'nftables.conf', 'hosts'].map(name => `overlay cat default /etc/${name}`),
      'customize build/images/default/sdcard.img --deployment default --output ../custom.img',
    ]
    for (const line of more) await told(line.split(' '))

    expect(await filesWithCanaries(project, ALL, path => isImage(path) || path.endsWith('.img.xz'))).to.deep.equal([])
  })

  for (const [title, change, values] of BROKEN) {
    it(`are told by no command that fails: ${title}`, async () => {
      await use(change, values)
      const statuses: (number | null)[] = []
      for (const line of ['check', 'check --json', 'check --without-secrets', 'image', 'image --json', 'generate', 'diff', 'config show --json', 'config show --explain', 'test --against default']) {
        statuses.push((await told(line.split(' '), values)).status)
      }

      expect(statuses.some(status => status !== 0 && status !== 70), statuses.join(' ')).to.equal(true)
      expect(await filesWithCanaries(project, canaries(values), path => isImage(path) || path.endsWith('.img.xz'))).to.deep.equal([])
    })
  }

  it('are told by no boot, and the router has them', async () => {
    await use(text => text, {})
    expect((await told(['image', '--root', 'ram'])).status).to.equal(0)
    const proof = await told(['test'])
    expect(proof.status, proof.stdout).to.equal(0)
    await told(['test', '--json', '--timeout', '5'])
    // brmc run goes on until somebody ends it.
    const {stdout, stderr} = spawnSync('timeout', ['--signal=INT', '20', process.execPath, join(PACKAGE_ROOT, 'bin/run.js'), 'run'], {cwd: project, env: {...process.env, ...environment, DEBUG: '*'}})
    expect(canariesIn(Buffer.concat([stdout, stderr]), ALL)).to.deep.equal([])
    expect(await filesWithCanaries(project, ALL, path => isImage(path) || isCapture(path) || path.endsWith('.img.xz'))).to.deep.equal([])
  })

  it('that decide what an image is to do are missed by name', async () => {
    environment = {}
    const {status, stderr} = await told(['test'])
    expect(status).to.equal(2)
    expect(stderr).to.include('interfaces.eth0.address is the secret uplink').and.include('set BRMC_SECRET_UPLINK')
  })
})
