import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf} from './command.js'

/** Every way of writing a route, on four interfaces with two uplinks. */
const ROUTER = `version: 1
name: routes
board: virt
base: debian
system: {hostname: routes}
interfaces:
  wlan0: {role: downstream, address: [192.168.2.1/24, 'fd00:2::1/64']}
  eth0: {role: downstream, address: [10.3.0.1/24, 'fd00:3::1/64'], mac: '02:00:00:00:00:e0'}
  eth1: {role: upstream, address: [10.4.0.1/24, 'fd00:4::1/64'], gateway: [10.4.0.254]}
  usb0: {role: upstream, address: dhcp}
nat:
  - {from: wlan0, to: usb0, multicast: translate}
  - {from: wlan0, to: eth1, multicast: translate}
  - {from: eth0, to: usb0, multicast: keep}
multicast:
  routes:
    - {group: 225.0.0.1, from: wlan0, to: [usb0, eth1, eth0], liftTtl: true}
    - {group: 239.1.0.0/24, from: wlan0, to: [usb0]}
    - {group: 239.1.0.128/25, from: wlan0, to: [eth0], ttlThreshold: 9}
    - {group: 226.1.1.1, from: eth0, to: [usb0], ttlThreshold: 16, join: false}
    - {group: 232.1.1.1, source: 10.4.0.7, from: eth1, to: [wlan0]}
    - {group: 233.1.1.1, source: 10.4.0.0/24, from: eth1, to: [wlan0, eth0]}
    - {group: 'ff05::4242', from: wlan0, to: [eth0, eth1], liftTtl: true}
    - {group: 'ff05::1:0/120', from: eth0, to: [wlan0]}
    - {group: 'ff05::1:80', from: eth0, to: [eth1], ttlThreshold: 20}
    - {group: 'ff35::1:1', source: 'fd00:4::7', from: eth1, to: [wlan0, eth0]}
`

describe('routes of every kind, through a booted image', function () {
  this.timeout(120_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-routes-'))
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    expect(await brmc(['generate'], {cwd: project})).to.include({status: 0})
    // The rule that everybody writes who writes NAT by hand, and a setting that everybody copies.
    await changed('by-hand', 'etc/nftables.conf', text => text.replace(/iifname "eth0" oifname "usb0" ip daddr != \S+ counter/, 'oifname "usb0" counter'))
    await changed('by-hand', 'etc/sysctl.d/zz.conf', () => 'net.ipv4.conf.all.rp_filter = 1\n')
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  it('all go where the file says', async () => {
    const {failed, all} = await proof('default')
    expect(failed).to.deep.equal([])
    expect(all).to.include.members([
      '225.0.0.1 from wlan0 leaves as 10.99.4.2 (translated) by usb0 and as 10.4.0.1 (translated) by eth1 and with its sender\'s address by eth0, from the first packet on',
      '239.1.0.128 from wlan0 sent with TTL 9, a threshold, is forwarded, by usb0 alone',
      '226.1.1.1 from eth0 leaves with its sender\'s address by usb0 where its sender is known already',
      'the router joins 232.1.1.1 of 10.4.0.7 on eth1 (IGMPv3)',
      '233.1.1.1 from eth1 of another sender (203.0.113.77) is not forwarded',
      '233.1.1.1 of 10.4.0.254 from eth1 leaves by wlan0 and eth0, each packet once',
      'ff05::1:80 from eth0 sent with hop limit 20, a threshold, is forwarded, by wlan0 alone',
    ])
  })

  it('and where a rule translates what is to be kept, or a filter drops senders, just that is told, with its cause', async () => {
    const {failed, causes} = await proof('by-hand')
    expect(failed.filter(title => !/\bping\b/.test(title)).map(title => title.replace(/ \(203\.0\.113\.\d+\)/, ''))).to.deep.equal([
      '226.1.1.1 from eth0 leaves with its sender\'s address by usb0, from the first packet on',
      '226.1.1.1 from eth0 leaves with its sender\'s address by usb0 where its sender is known already',
      '225.0.0.1 from wlan0 of a sender in another network is forwarded too',
      '226.1.1.1 from eth0 of a sender in another network is forwarded too',
    ])
    expect(causes.join('\n')).to.match(/a rule of nft translates multicast/).and.match(/net\.ipv4\.conf\.all\.rp_filter is 1/)
  })

  async function proof(name: string): Promise<{failed: string[], all: string[], causes: string[]}> {
    const {expectations} = jsonOf(await brmc(['test', name, '--json'], {cwd: project})) as Report
    const failed = expectations.filter(({passed}) => !passed)
    return {failed: failed.map(({title}) => title), all: expectations.map(({title}) => title), causes: failed.flatMap(({likelyCause}) => likelyCause ?? [])}
  }

  /** A deployment whose overlay has the default's file, changed. */
  async function changed(name: string, path: string, change: (text: string) => string): Promise<void> {
    const text = await readFile(join(project, 'br2-external/overlays/deployments/default', path), 'utf8').catch(() => '')
    expect(change(text)).to.not.equal(text)
    const target = join(project, 'overlays', name, path)
    await mkdir(dirname(target), {recursive: true})
    await mkdir(join(project, 'deployments'), {recursive: true})
    await writeFile(target, change(text))
    await writeFile(join(project, 'deployments', `${name}.yaml`), `overlays: [overlays/${name}]\n`)
  }
})
