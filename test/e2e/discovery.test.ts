import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf} from './command.js'

const ROUTER = `version: 1
name: finder
board: virt
base: debian
system: {hostname: finder}
interfaces:
  wlan0: {role: downstream, address: 192.168.2.1/24}
  eth0: {role: downstream, address: [192.168.3.1/24, 'fd00:3::1/64']}
  usb0: {role: upstream, address: dhcp}
nat: [{from: wlan0, to: usb0, multicast: translate}, {from: eth0, to: usb0, multicast: translate}]
multicast: {discovery: [mdns, ssdp]}
`
const QUESTIONS = ['wlan0', 'eth0', 'usb0'].map((from, _, all) => `a question of mDNS from ${from} is asked on ${all.filter(name => name !== from).join(' and ')}`)
const ANNOUNCEMENTS = ['wlan0', 'eth0', 'usb0'].map((on, _, all) => `a device that tells of itself by mDNS on ${on} is heard on ${all.filter(name => name !== on).join(' and ')}`)
const UPSTREAM = [['wlan0', '192.168.2.2'], ['eth0', '192.168.3.2']].map(([from = '', to = '']) =>
  `a search by SSDP from ${from} finds a device on usb0: its answer to 10.99.3.2 comes back to ${to}`)

describe('discovery: [mdns, ssdp], through a booted image', function () {
  this.timeout(300_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-finder-'))
    await put('brmc.yaml', ROUTER)
    expect(await brmc(['generate'], {cwd: project})).to.include({status: 0})
    const rules = await readFile(join(project, 'br2-external/overlays/deployments/default/etc/nftables.conf'), 'utf8')
    await put('overlays/without/etc/nftables.conf', rules.replaceAll(/^.*(@searchers_ipv4 accept|dnat ip to udp dport map).*\n/gm, ''))
    await put('overlays/without/etc/init.d/S60mdns-reflector', '#!/bin/sh\n')
    await chmod(join(project, 'overlays/without/etc/init.d/S60mdns-reflector'), 0o755)
    await put('deployments/without.yaml', 'overlays: [overlays/without]\n')
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  it('devices of each side are found from the others', async () => {
    const {failed, all} = await proof('default')
    expect(failed).to.deep.equal([])
    expect(all).to.include.members([
      ...QUESTIONS, ...ANNOUNCEMENTS, ...UPSTREAM,
      '239.255.255.250 from wlan0 leaves by eth0 and usb0, each packet once',
      '239.255.255.250 from wlan0 of a sender in another network (203.0.113.10) is not forwarded: the router would not answer it there',
    ])
  })

  it('and without the reflector, and the rules for answers, they are not', async () => {
    expect((await proof('without')).failed).to.have.members([...QUESTIONS, ...ANNOUNCEMENTS, ...UPSTREAM])
  })

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(project, path)), {recursive: true})
    await writeFile(join(project, path), text)
  }

  async function proof(name: string): Promise<{failed: string[], all: string[]}> {
    const {expectations} = jsonOf(await brmc(['test', name, '--json'], {cwd: project})) as Report
    const titled = expectations.map(({title, passed}) => ({passed, title: title.replace(/203\.0\.113\.\d+|198\.51\.100\.\d+/, '203.0.113.10')}))
    return {failed: titled.filter(({passed}) => !passed).map(({title}) => title), all: titled.map(({title}) => title)}
  }
})
