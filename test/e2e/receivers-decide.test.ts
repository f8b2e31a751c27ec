import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf} from './command.js'

const ROUTER = `version: 1
name: proxy
board: virt
base: debian
system: {hostname: proxy}
interfaces:
  usb0: {role: upstream, address: dhcp}
  wlan0: {role: downstream, address: 192.168.2.1/24}
  eth0: {role: downstream, address: [192.168.3.1/24, 'fd00:3::1/64']}
multicast: {daemon: igmpproxy}
`
const LISTED = `multicast:
  routes:
    - {group: 239.1.2.0/24, from: usb0, to: [wlan0, eth0], liftTtl: true}
    - {group: 239.5.5.5, from: usb0, to: [eth0], ttlThreshold: 9}
`
const IPV6 = `multicast:
  routes:
    - {group: 'ff15::4242', from: usb0, to: [eth0], liftTtl: true}
`

describe('igmpproxy, where receivers decide, through a booted image', function () {
  this.timeout(300_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-proxy-'))
    await mkdir(join(project, 'deployments'))
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    await writeFile(join(project, 'deployments/listed.yaml'), LISTED)
    expect(await brmc(['generate'], {cwd: project})).to.include({status: 0})
    // What stands in the manuals, and what is left when the list of groups is forgotten.
    await put('overlays/short/etc/igmpproxy.conf', (await proxyConf('default')).replace(/\taltnet.*\n/, ''))
    await put('deployments/short.yaml', 'overlays: [overlays/short]\n')
    await put('overlays/open/etc/igmpproxy.conf', (await proxyConf('listed')).replaceAll(/\twhitelist.*\n/g, ''))
    await put('deployments/open.yaml', `${LISTED}overlays: [overlays/open]\n`)
    await put('deployments/both.yaml', IPV6)
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  it('they get what they ask for, of any sender upstream, and the router asks upstream for it', async () => {
    const {failed, all} = await proof('default')
    expect(failed).to.deep.equal([])
    expect(all).to.include.members([
      'the router joins 239.255.42.1 on usb0 for a receiver on wlan0 (IGMPv3)',
      'the router does not join 239.255.77.77 on usb0, which no receiver asked for (IGMPv3)',
      '239.255.42.1 from usb0 leaves by wlan0 and eth0, each packet once',
      '239.255.42.1 from usb0 of a sender in another network (203.0.113.10) is forwarded too',
      '239.255.77.77, which no receiver asked for, is not forwarded from usb0',
    ])
  })

  it('they get groups of the list alone, where the file has routes', async () => {
    const {failed, all} = await proof('listed')
    expect(failed).to.deep.equal([])
    expect(all).to.include.members([
      '239.1.2.128 from usb0 sent with TTL 1 is lifted and arrives with 63',
      '239.5.5.5 from usb0 leaves by eth0, each packet once',
      '239.255.77.77, which is in no route, is not forwarded from usb0, though receivers ask for it',
    ])
  })

  it('and without altnet the sender of another network is lost, without the list a group too many is routed', async () => {
    expect((await proof('short')).failed).to.deep.equal(['239.255.42.1 from usb0 of a sender in another network (203.0.113.10) is forwarded too'])
    expect((await proof('open')).failed).to.include('239.255.77.77, which is in no route, is not forwarded from usb0, though receivers ask for it')
  })

  it('IPv6 is routed beside it, by smcroute in a table of its own, and not without the rule that leads there', async () => {
    const {failed, all} = await proof('both')
    expect(failed).to.deep.equal([])
    expect(all).to.include.members([
      'the router joins ff15::4242 on usb0 (MLDv2)',
      'ff15::4242 from usb0 leaves by eth0, each packet once',
      'ff15::4242 from usb0 sent with hop limit 1 is lifted and arrives with 63',
      '239.255.42.1 from usb0 leaves by wlan0 and eth0, each packet once',
    ])
    // An edit of a generated file stays.
    const script = 'br2-external/overlays/router/usr/libexec/brmc/multicast-daemon'
    await put(script, (await readFile(join(project, script), 'utf8')).replace(/.* -6 mrule add .*\n/, ''))
    const again = await brmc(['image', 'both'], {cwd: project})
    expect(again.status, again.stderr).to.equal(0)
    expect((await proof('both')).failed).to.deep.equal([
      'ff15::4242 from usb0 leaves by eth0, each packet once',
      'ff15::4242 from usb0 sent with hop limit 1 is lifted and arrives with 63',
      'ff15::4242 from usb0 sent with hop limit 2 arrives with 1',
    ])
  })

  async function proof(name: string): Promise<{failed: string[], all: string[]}> {
    const {expectations} = jsonOf(await brmc(['test', name, '--json'], {cwd: project})) as Report
    const titled = expectations.map(({title, passed}) => ({passed, title: title.replace(/203\.0\.113\.\d+|198\.51\.100\.\d+/, '203.0.113.10')}))
    return {failed: titled.filter(({passed}) => !passed).map(({title}) => title), all: titled.map(({title}) => title)}
  }

  const proxyConf = (name: string): Promise<string> => readFile(join(project, 'br2-external/overlays/deployments', name, 'etc/igmpproxy.conf'), 'utf8')

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(project, path)), {recursive: true})
    await writeFile(join(project, path), text)
  }
})
