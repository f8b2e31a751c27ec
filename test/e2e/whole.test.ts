import {createHash} from 'node:crypto'
import {chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf, PACKAGE_ROOT, type Ended} from './command.js'
import {brmcAsAnotherUser} from './other-user.js'

/** The way from an empty folder to packets through the booted image, as a user goes it: only the built command, no insides. */
describe('from brmc.yaml to an image that routes', function () {
  this.timeout(300_000)
  let folder: string
  let project: string
  let made: Ended

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-e2e-'))
    project = join(folder, 'router')
    expect(await brmc(['init', project, '--country', 'PT'], {cwd: folder})).to.include({status: 0, stderr: ''})
    made = await brmc(['image', '--json'], {cwd: project})
  })

  after(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  // What CI keeps of a failure: reports, consoles and captures.
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return
    for (const {name, parentPath} of await readdir(join(project, 'build/images'), {withFileTypes: true, recursive: true})) {
      if (/\.(pcap|txt|json)$/.test(name)) await cp(join(parentPath, name), join(PACKAGE_ROOT, 'build/evidence', this.currentTest.title, relative(project, parentPath), name))
    }
  })

  const proof = async (...args: string[]): Promise<{ended: Ended, report: Report}> => {
    const ended = await brmc(['test', ...args, '--json'], {cwd: project})
    return {ended, report: jsonOf(ended) as Report}
  }

  const failedOf = ({expectations}: Report): string[] => expectations.filter(({passed}) => !passed).map(({title}) => title)

  it('makes an image of each deployment, and prints one object with --json', () => {
    expect(made.status, made.stderr).to.equal(0)
    expect(made.stderr).to.equal('')
    expect((jsonOf(made) as {images: {deployment: string}[]}).images.map(({deployment}) => deployment)).to.deep.equal(['default', 'lab'])
  })

  it('writes the two lines of the post into smcroute.conf', async () => {
    const text = await readFile(join(project, 'br2-external/overlays/deployments/default/etc/smcroute.conf'), 'utf8')
    expect(text.split('\n').filter(line => line !== '' && !/^(#|phyint )/.test(line))).to.deep.equal([
      'mgroup from wlan0 group 225.0.0.1',
      'mroute from wlan0 group 225.0.0.1 to usb0',
    ])
  })

  it('the default project meets every expectation', async () => {
    const {ended, report} = await proof()
    expect(failedOf(report), ended.stderr).to.deep.equal([])
    expect(ended.status).to.equal(0)
    expect(report.expectations).to.have.length.above(10)
  })

  it('routes again after its daemon was killed and after usb0 was pulled and plugged in again, ten times of ten each', async () => {
    const {ended, report} = await proof('--kill-daemon', '--replug', 'usb0')
    const results = report.expectations.filter(({measured}) => measured !== undefined)
    for (const {title, seen} of results) console.log(`      ${title}: ${seen}`)
    for (const note of report.notes) console.log(`      ${note}`)
    expect(failedOf(report), ended.stderr).to.deep.equal([])
    expect(results.map(({id}) => id)).to.deep.equal(['kill-daemon', 'replug-usb0'])
  })

  it('refuses to pull what is not there or what nothing is routed by', async () => {
    expect((await proof('--replug', 'eth7')).ended).to.include({status: 2})
    expect((await proof('lab', '--replug', 'wlan9')).ended).to.include({status: 2})
  })

  it('says how long it took until the first packet was forwarded, beside what the kernel takes to /init', async () => {
    const text = (await brmc(['test'], {cwd: project})).stdout
    expect(text).to.match(/kernel at \/init \d+\.\d\d .*first forwarded packet \d+\.\d\d/)
    expect(text.replaceAll(/\s+/g, ' ')).to.match(/power-on to the first forwarded packet: \d+\.\d\d × what the kernel takes to \/init \(goal: at most 1\.6 ×\)/)
  })

  it('a deployment with an ext4 root and IPv6 does too', async () => {
    const {ended, report} = await proof('lab')
    expect(failedOf(report), ended.stderr).to.deep.equal([])
    expect(report.expectations.map(({title}) => title).join('\n')).to.contain('ff05::4242')
  })

  it('the card of a Raspberry Pi 3 routes on that board too, its root mounted from the SD card', async () => {
    await writeFile(join(project, 'deployments/pi3.yaml'), 'board: raspberrypi3-64\nroot: ext4\n')
    const image = await brmc(['image', 'pi3'], {cwd: project})
    expect(image.status, image.stderr).to.equal(0)
    const {ended, report} = await proof('pi3', '--machine', 'raspi3b')
    expect(failedOf(report), ended.stderr).to.deep.equal([])
  })

  it('without the TTL rule, what was sent with TTL 1 does not arrive, and the report says why', async () => {
    const lifting = await deploymentWithFile('no-lift', 'etc/nftables.conf', text => text.replaceAll(/^.*ip ttl 1 .*\n/gm, ''))
    expect(lifting.status, lifting.stderr).to.equal(0)
    const {ended, report} = await proof('no-lift')
    expect(ended.status).to.equal(40)
    expect(failedOf(report)).to.deep.equal(['225.0.0.1 from wlan0 sent with TTL 1 is lifted and arrives with 63'])
    expect(report.expectations.find(({passed}) => !passed)?.likelyCause).to.match(/TTL/)
  })

  it('with a wrong `to` the delivery fails', async () => {
    const wrong = await deploymentWithFile('wrong-to', 'etc/smcroute.conf', text => text.replace('to usb0', 'to eth0').replace('phyint usb0', 'phyint eth0'), 'interfaces: {eth0: {role: downstream, address: 10.3.0.1/24}}\n')
    expect(wrong.status, wrong.stderr).to.equal(0)
    const {ended, report} = await proof('wrong-to')
    expect(ended.status).to.equal(40)
    expect(failedOf(report)).to.include('225.0.0.1 from wlan0 leaves by usb0, each packet once')
  })

  it('two users in two folders make the same bytes', async () => {
    const elsewhere = await mkdtemp('/var/tmp/brmc-e2e-other-')
    try {
      const other = join(elsewhere, 'a folder with another name')
      await mkdir(other, {recursive: true})
      // What a colleague checks out: everything but build/. Another umask, home, and time zone come with another user.
      for (const name of ['brmc.yaml', 'deployments', 'overlays', 'brmc.lock.json']) await cp(join(project, name), join(other, name), {recursive: true})
      await chmod(elsewhere, 0o755)
      const ended = await brmcAsAnotherUser(['image', '--json'], {cwd: other, home: elsewhere})
      expect(ended.status, ended.stderr).to.equal(0)
      for (const deployment of ['default', 'lab']) {
        const image = join('build/images', deployment, 'sdcard.img')
        expect(await sha256Of(join(other, image)), deployment).to.equal(await sha256Of(join(project, image)))
      }
    } finally {
      await rm(elsewhere, {recursive: true, force: true})
    }
  })

  it('Ctrl-C leaves nothing half-written, and the next run makes the same image', async () => {
    const image = join(project, 'build/images/default/sdcard.img')
    const before = await sha256Of(image)
    const ended = await brmc(['image', 'default'], {cwd: project, onOutput: (text, kill) => { if (text.includes('default: base')) kill('SIGINT') }})
    expect(ended.status).to.equal(130)
    expect(ended.stderr).to.not.match(/\n\s+at /)
    expect((await readdir(join(project, 'build/images/default'))).filter(name => /partial|compose/.test(name))).to.deep.equal([])
    // What is there already would be left as it is.
    await rm(image)
    expect((await brmc(['image', 'default'], {cwd: project})).status).to.equal(0)
    expect(await sha256Of(image)).to.equal(before)
  })

  it('an image that is what it would be made again is left alone, one that somebody touched is not', async () => {
    const image = join(project, 'build/images/default/sdcard.img')
    const {mtimeMs} = await stat(image)
    expect((await brmc(['image', 'default'], {cwd: project})).stderr).to.include('up to date')
    expect((await stat(image)).mtimeMs).to.equal(mtimeMs)
    const before = await sha256Of(image)
    await truncate(image, 1000)
    expect((await brmc(['image', 'default'], {cwd: project})).stderr).to.include('compose').and.not.include('(up to date)')
    expect(await sha256Of(image)).to.equal(before)
  })

  /** A deployment whose overlay has one file of the default's, changed. */
  async function deploymentWithFile(name: string, path: string, change: (text: string) => string, more = ''): Promise<Ended> {
    const text = await readFile(join(project, 'br2-external/overlays/deployments/default', path), 'utf8')
    const target = join(project, 'overlays', name, path)
    await mkdir(join(target, '..'), {recursive: true})
    await writeFile(target, change(text))
    expect(change(text)).to.not.equal(text)
    await writeFile(join(project, 'deployments', `${name}.yaml`), `overlays: [overlays/${name}]\n${more}`)
    return brmc(['image', name], {cwd: project})
  }
})

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256').update(await readFile(file)).digest('hex')
}
