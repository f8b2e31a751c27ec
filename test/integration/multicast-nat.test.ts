import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {start} from '../../src/process/start.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'
import {probe, type Received} from '../lab/probe.js'

const COMMAND_LINE = 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0'
const GROUP = '225.0.0.1'
/** Links on the receivers' side: the first is usb0, with the host `far`. */
const CARDS = ['eth0', 'eth1', 'eth2', 'eth3']
const LEASE = '10.2.0.50'
const COUNT = 10

const hostOf = (card: string): string => card === 'usb0' ? 'far' : card

/** A sender behind wlan0, and so many links with receivers, each of which is to see the router's address on it. */
class Scenario {
  readonly ways: readonly string[]
  private readonly server = new AbortController()
  private folder = ''

  constructor(readonly links: number, readonly uplink: 'static' | 'DHCP') {
    this.ways = ['usb0', ...CARDS.slice(0, links - 1)]
  }

  addressOn(card: string): string {
    return card === 'usb0' && this.uplink === 'DHCP' ? LEASE : `10.${this.ways.indexOf(card) + 2}.0.1`
  }

  /** Each receiver saw all packets, from the address that is wanted on its link. */
  allFrom(wanted: (card: string) => string): Record<string, string[]> {
    return Object.fromEntries(this.ways.map(card => [hostOf(card), Array<string>(COUNT).fill(wanted(card))]))
  }

  async boot(): Promise<Guest> {
    const interfaces = this.ways.map((card, index) => card === 'usb0' && this.uplink === 'DHCP'
      ? networkInterface(card, [], {role: 'upstream', dhcp: true})
      : networkInterface(card, [`10.${index + 2}.0.1/24`], {role: 'upstream'}))
    const guest = await bootGuest(labDeployment({
      interfaces: [networkInterface('wlan0', ['10.1.0.1/24']), ...interfaces],
      nat: this.ways.map(to => ({from: 'wlan0', to, multicast: 'translate' as const})),
      routes: [route(GROUP, {to: this.ways})],
    }), COMMAND_LINE, {cards: this.ways.slice(1)})
    await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
    for (const [index, card] of this.ways.entries()) await guest.on(hostOf(card), 'ip', 'addr', 'add', `10.${index + 2}.0.2/24`, 'dev', 'eth0')
    if (this.uplink === 'DHCP') await this.lend(guest)
    await eventually('vifs', async () => {
      const vifs = await guest.inside('cat /proc/net/ip_mr_vif')
      return this.ways.every(card => vifs.includes(` ${card} `))
    }, guest.console)
    return guest
  }

  private async lend(guest: Guest): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'brmc-nat-'))
    await writeFile(join(this.folder, 'leases'), '')
    await writeFile(join(this.folder, 'udhcpd.conf'), [
      'interface eth0', `start ${LEASE}`, `end ${LEASE}`, 'max_leases 1', `lease_file ${this.folder}/leases`, `pidfile ${this.folder}/pid`,
      'option subnet 255.255.255.0', 'option lease 600', '',
    ].join('\n'))
    const netns = (await guest.on('far', 'ip', 'netns', 'identify')).stdout.trim()
    start('ip', ['netns', 'exec', netns, 'busybox', 'udhcpd', '-f', join(this.folder, 'udhcpd.conf')], {stdio: 'piped', signal: this.server.signal})
    await eventually('lease', async () => (await guest.inside('ip addr show dev usb0; nft list chain inet brmc translate_usb0_ipv4')).includes(`saddr set ${LEASE}`), guest.console)
  }

  async end(guest: Guest): Promise<void> {
    this.server.abort()
    await guest.stop()
    if (this.folder !== '') await rm(this.folder, {recursive: true})
  }

  /** A new flow of a sender that the kernel has no route for yet: which sources each receiver saw, in order. */
  async send(guest: Guest): Promise<Record<string, string[]>> {
    await guest.inside('killall smcrouted')
    await eventually('vifs', async () => (await guest.inside('cat /proc/net/ip_mr_vif')).includes(` ${this.ways.at(-1) ?? ''} `), guest.console)
    const seen = await probe(guest, {group: GROUP, from: 'near', source: '10.1.0.2', to: this.ways.map(hostOf), count: COUNT})
    return Object.fromEntries(Object.entries(seen).map(([host, packets]: [string, Received[]]) => [host, packets.map(({source}) => source)]))
  }
}

const MASQUERADE = (ways: readonly string[]): string => `nft delete table inet brmc; nft 'table ip old { chain p { type nat hook postrouting priority 100; ${
  ways.map(card => `oifname "${card}" masquerade; `).join('')}}; }'`

describe('NAT of multicast, on a router booted in namespaces (issue 4, done when 2)', function () {
  this.timeout(180_000)
  for (const links of [1, 2, 5]) {
    for (const uplink of ['static', 'DHCP'] as const) {
      describe(`${links} downstream link${links > 1 ? 's' : ''}, ${uplink} uplink`, () => {
        const scenario = new Scenario(links, uplink)
        let guest: Guest
        before(async () => {
          guest = await scenario.boot()
        })
        after(() => scenario.end(guest))

        it('receivers see the promised address from packet 1 on', async () => {
          expect(await scenario.send(guest)).to.deep.equal(scenario.allFrom(card => scenario.addressOn(card)))
        })

        it('with MASQUERADE in its place all packets keep the address of their sender, as measured', async () => {
          await guest.inside(MASQUERADE(scenario.ways))
          expect(await scenario.send(guest)).to.deep.equal(scenario.allFrom(() => '10.1.0.2'))
        })

        if (links > 1) {
          it('with MASQUERADE and no membership of the router every link but one gets 0 of 10 packets, as measured', async () => {
            await guest.inside("sed -i '/^mgroup/d' /etc/smcroute.conf")
            // The copy for the last vif decides for the flow; which link that is, the order of the vifs says.
            const counts = Object.values(await scenario.send(guest)).map(packets => packets.length).sort((one, other) => one - other)
            expect(counts).to.deep.equal([...Array<number>(links - 1).fill(0), COUNT])
          })
        }
      })
    }
  }
})
