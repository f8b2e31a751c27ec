import {expect} from 'chai'
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {fileURLToPath} from 'node:url'

import {formatReport} from '../../src/emulator/format-report.js'
import type {Report} from '../../src/emulator/report.js'
import {proveImage} from '../../src/emulator/run-proof.js'
import {ImageManifestSchema, specOf} from '../../src/image/manifest.js'
import {readBootFileOf} from '../../src/image/read-boot-file.js'
import {run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import {resolveDeployment} from '../../src/spec/resolve.js'
import {makeImages} from '../../src/workflow/make-images.js'

/** Kept between runs below build/, so that packages are downloaded once. */
const PROJECT = fileURLToPath(new URL('../../build/test/emulator', import.meta.url))

const SPEC = `version: 1
name: proof
board: raspberrypi3-64
base: debian
root: ram
system: {hostname: proof}
interfaces:
  wlan0:
    role: downstream
    address: [192.168.2.1/24, 'fd00:2::1/64']
    dhcpServer: {from: 192.168.2.10, to: 192.168.2.50}
  usb0: {role: upstream, address: dhcp}
  eth0: {role: downstream, address: [10.3.0.1/24, 'fd00:3::1/64']}
nat:
  - {from: wlan0, to: usb0, multicast: translate}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0], liftTtl: true}
    - {group: 239.1.0.0/24, from: wlan0, to: [usb0, eth0], join: false}
    - {group: 232.1.1.1, source: 192.168.2.77, from: wlan0, to: [eth0]}
    - {group: 'ff05::4242', from: wlan0, to: [eth0], liftTtl: true}
    - {group: 239.9.9.9, from: eth0, to: [wlan0], ttlThreshold: 5}
`

/** init would start the daemon again: without its program it cannot. */
const NO_DAEMON = ['mount -o bind /dev/null /usr/sbin/smcrouted', 'killall smcrouted', 'sleep 1']

describe('the proof of a real image', function () {
  this.timeout(300_000)
  const {signal} = new AbortController()
  let image: string

  before(async () => {
    await mkdir(PROJECT, {recursive: true})
    await rm(path.join(PROJECT, 'br2-external'), {recursive: true, force: true})
    await rm(path.join(PROJECT, '.brmc'), {recursive: true, force: true})
    await writeFile(path.join(PROJECT, 'brmc.yaml'), SPEC)
    const {images: [made]} = await makeImages({folder: PROJECT, names: [], reporting: {renderer: 'silent', signal}})
    if (!made) throw new Error('no image was made')
    image = made.target
  })

  const prove = async (guestCommands: readonly string[] = []): Promise<Report> => {
    const manifest = ImageManifestSchema.parse(JSON.parse(await readFile(`${image}.json`, 'utf8')))
    const [spec, deployment] = [specOf(manifest, new Map()), manifest.deployment]
    if (!spec) throw new Error('the image depends on a secret')
    return proveImage({
      image, deployment: resolveDeployment(spec, deployment), machine: 'virt', readBootFile: readBootFileOf(image),
      pcapFolder: path.join(PROJECT, 'pcap'), timeoutSeconds: 120, onEvent: () => undefined, run, start, signal, guestCommands,
    })
  }

  const failed = ({expectations}: Report): string[] => expectations.filter(one => !one.passed).map(one => one.id)

  it('is passed by the image as it is made', async () => {
    const report = await prove()
    expect(failed(report), formatReport(report)).to.deep.equal([])
    expect(report.timings.firstForwarded).to.be.greaterThan(0)
    expect(report.timings.guestUptime.ready).to.be.greaterThan(report.timings.guestUptime.init)
    expect(report.guestState.ip_mr_vif).to.match(/wlan0/)
    const {stdout} = await run('tcpdump', ['-nn', '-vv', '-r', path.join(PROJECT, 'pcap/usb0.pcap'), 'udp and dst 225.0.0.1 and ether src 52:54:00:b0:00:02'])
    expect(stdout).to.include('ttl 63').and.include('10.99.2.2').and.not.match(/bad|wrong|192\.168\.2\./)
  })

  it('fails exactly where nftables had a part, without its rules', async () => {
    const report = await prove(['nft flush ruleset'])
    expect(failed(report)).to.deep.equal([
      '225.0.0.1-wlan0-source', '225.0.0.1-wlan0-known-source', '225.0.0.1-wlan0-ttl-1',
      '239.1.0.0-wlan0-source', '239.1.0.0-wlan0-known-source',
      '239.1.0.128-wlan0-source', '239.1.0.128-wlan0-known-source',
      '239.1.0.255-wlan0-source', '239.1.0.255-wlan0-known-source',
      'ff05::4242-wlan0-ttl-1',
      '239.9.9.9-eth0-at-threshold',
      'nat-wlan0-usb0',
      'firewall-usb0-router-ipv4', 'firewall-usb0-wlan0-ipv4', 'firewall-usb0-eth0-ipv4', 'firewall-usb0-wlan0-ipv6', 'firewall-usb0-eth0-ipv6',
    ])
    const causeOf = (id: string) => report.expectations.find(one => one.id === id)?.likelyCause
    expect(causeOf('225.0.0.1-wlan0-source')).to.include('is the nft table loaded')
    expect(causeOf('225.0.0.1-wlan0-ttl-1')).to.include('it arrived with a TTL of 1, which nothing lifted')
  })

  it('fails in every delivery without the daemon, and says why', async () => {
    const report = await prove(NO_DAEMON)
    const failures = failed(report)
    const needDaemon = /-(delivered|source|ttl-2|above-threshold)$|(?<!router)-ping$|^2(25|32|39\.9).*-join$/
    const bitten = report.expectations.map(one => one.id).filter(id => needDaemon.test(id))
    expect(bitten.filter(id => !failures.includes(id))).to.deep.equal([])
    expect(bitten).to.have.length.greaterThan(20)
    expect(report.expectations.find(one => one.id === '225.0.0.1-wlan0-delivered')?.likelyCause).to.include('smcrouted is not running')
    expect(failures).to.not.include('nat-wlan0-usb0')
  })
})
