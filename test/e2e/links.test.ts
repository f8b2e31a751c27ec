import {execFile} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'

import {expect} from 'chai'

import type {Report} from '../../src/emulator/report.js'
import {brmc, jsonOf} from './command.js'
import {onAir} from './on-air.js'

const ROUTER = `version: 1
name: links
board: virt
base: debian
system: {hostname: links}
interfaces:
  br0:
    role: downstream
    address: [10.1.0.1/24, 'fd00:1::1/64']
    bridge: {ports: [eth0, eth1]}
    dhcpServer: {from: 10.1.0.10, to: 10.1.0.20}
  vlan7: {role: upstream, address: dhcp, vlan: {parent: eth2, id: 7}}
  guests: {role: downstream, address: [10.9.0.1/24, 'fd00:9::1/64'], vlan: {parent: eth2, id: 9}}
nat:
  - {from: br0, to: vlan7, multicast: translate}
multicast:
  routes:
    - {group: 225.0.0.1, from: br0, to: [vlan7], liftTtl: true}
    - {group: 239.1.2.3, from: vlan7, to: [br0, guests]}
    - {group: 'ff05::4242', from: br0, to: [guests], liftTtl: true}
statusPage: {}
`

describe('bridges, VLANs, names by place and the status page, through a booted image', function () {
  this.timeout(300_000)
  let project: string
  let image: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-links-'))
    image = join(project, 'build/images/default/sdcard.img')
    await writeFile(join(project, 'brmc.yaml'), ROUTER)
    const made = await brmc(['image'], {cwd: project})
    expect(made.status, made.stderr).to.equal(0)
  })

  after(async () => rm(project, {recursive: true, force: true}))

  it('routes between a bridge and two VLANs of one cable, one of which has its address by DHCP', async () => {
    const proof = await brmc(['test', '--json'], {cwd: project})
    const {expectations, notes} = jsonOf(proof) as Report
    expect(expectations.filter(({passed}) => !passed).map(({title}) => title)).to.deep.equal([])
    expect(expectations.map(({title}) => title)).to.include.members([
      '225.0.0.1 from br0 leaves as 10.99.2.2 (translated) by vlan7, from the first packet on',
      '239.1.2.3 from vlan7 leaves by br0 and guests, each packet once',
      'ff05::4242 from br0 sent with hop limit 1 is lifted and arrives with 63',
    ])
    expect(notes).to.include('br0: a wire leads to its first port, eth0, alone')
  })

  it('has the tags of both on the cable, as another program reads them, and no frame without', async () => {
    const wire = join(project, 'build/images/default/evidence-virt/eth2.pcap')
    const read = async (filter: string): Promise<string[]> =>
      (await promisify(execFile)('tcpdump', ['-n', '-e', '-r', wire, ...filter.split(' ')], {maxBuffer: 1 << 26})).stdout.split('\n').filter(Boolean)
    expect(await read('vlan 7 and dst host 225.0.0.1 and udp')).to.not.deep.equal([])
    expect(await read('vlan 9 and dst host 239.1.2.3 and udp')).to.not.deep.equal([])
    expect(await read('ip and host 225.0.0.1')).to.deep.equal([])
  })

  it('has its status page on the addresses of the inside, and on no other', async () => {
    await onAir(image, async ({console}) => {
      const read = async (address: string): Promise<string> => (await console.command(`busybox wget -q -T 5 -O - http://${address}/cgi-bin/status.json || echo none`, 20_000)).output
      let seen = await read('10.1.0.1')
      // Nobody reads, nobody looks: the first answer is that the router is looking at itself.
      for (let tries = 0; tries < 20 && !seen.includes('"interfaces"'); tries++) {
        await sleep(1000)
        seen = await read('10.1.0.1')
      }

      expect(seen).to.include('"interfaces"').and.include('vlan7').and.include('225.0.0.1')
      expect(await read('10.9.0.1')).to.include('"interfaces"')
      const leased = /inet ([\d.]+)/.exec((await console.command('ip -4 addr show dev vlan7')).output)?.[1] ?? ''
      expect(await read(leased)).to.include('none')
    })
  })

  it('names a card by its driver, its place on PCI or on USB, or its place without a bus', async () => {
    await onAir(image, async ({console}) => {
      const command = async (text: string): Promise<string> => (await console.command(text)).output
      // As if nothing had told the router which card is which: the proof does, on the kernel's command line.
      await command(': >/tmp/command-line; mount --bind /tmp/command-line /proc/cmdline; rm /run/brmc/interfaces/*; ip link del br0')
      const pci = /(\S+)\/virtio\d+\s*$/.exec((await command('readlink -f /sys/class/net/eth0/device')).trim())?.[1]?.split('/').at(-1) ?? ''
      const usb = /([\d.-]+):1\.0\s*$/.exec((await command('readlink -f /sys/class/net/eth2/device')).trim())?.[1] ?? ''
      expect(pci).to.match(/^0000:00:/)
      expect(usb).to.match(/^\d-\d$/)
      const table = [`cable place ${pci}`, `plug place ${usb}`, 'air driver mac80211_hwsim', 'other place hwsim1'].map(line => `${line}\\n`).join('')
      await command(`printf '${table}' >/etc/brmc/interfaces; modprobe mac80211_hwsim radios=2; /usr/libexec/brmc/interface-event`)
      const cards = (await command('sleep 1; for card in cable plug air other; do echo "$card $(readlink -f /sys/class/net/$card/device)"; done')).replaceAll('\r', '')
      expect(cards).to.match(new RegExp(`^cable \\S+/${pci}/virtio\\d+$`, 'm')).and.match(new RegExp(`^plug \\S+/${usb}/${usb}:1\\.0$`, 'm'))
        .and.match(/^air \S+\/hwsim0$/m).and.match(/^other \S+\/hwsim1$/m)
    }, ['vlan7'])
  })
})
