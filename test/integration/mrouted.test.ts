import {setTimeout} from 'node:timers/promises'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {address, labDeployment, networkInterface} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'
import {probe} from '../lab/probe.js'

const COMMAND_LINE = 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0'
const GROUP = '239.1.1.1'
const PEER = '10.2.0.9'
const STRANGER = '10.2.0.8'
const isThere = process.env['BRMC_TEST_MROUTED'] !== undefined
if (!isThere) console.log('mrouted is not run: BRMC_TEST_MROUTED names no program')

const router = (network: number, options: Partial<Deployment>): Deployment => labDeployment({
  interfaces: [
    networkInterface('wlan0', [`10.${network}.0.1/24`]),
    networkInterface('usb0', [`10.${network + 1}.0.1/24`], {role: 'upstream', gateways: [address(`10.${network + 1}.0.2`)]}),
  ],
  daemon: 'mrouted',
  routes: [],
  ...options,
})
const tunnelTo = (remote: string): Deployment['mrouted'] => ({staticGroups: [], tunnels: [{on: 'usb0', remote: address(remote), metric: 1, ttlThreshold: 1}]})

/** Raw packets to the router: SOURCE,PROTOCOL,TTL … */
const KNOCK = `import socket,sys
for one in sys.argv[2:]:
  source,protocol,ttl=one.split(",")
  s=socket.socket(socket.AF_INET,socket.SOCK_RAW,int(protocol));s.bind((source,0));s.setsockopt(socket.IPPROTO_IP,socket.IP_TTL,int(ttl))
  s.sendto(bytes.fromhex("1301ecfe00000000"),(sys.argv[1],0))`
/** What passed the firewall's chain. */
const PASSED = `table ip passed {
  set came { typeof ip saddr . ip protocol . ip ttl; flags dynamic; counter; }
  chain input { type filter hook input priority 10; iifname "usb0" ip daddr 10.2.0.1 update @came { ip saddr . ip protocol . ip ttl }; }
}`

describe('the firewall of a router that runs mrouted, in namespaces', function () {
  this.timeout(60_000)
  let guest: Guest
  afterEach(() => guest.stop())

  /** Of IP in IP (4) and DVMRP (2), from the peer and from a stranger, what got in. */
  async function gotIn(mrouted: Deployment['mrouted']): Promise<string[]> {
    guest = await bootGuest(router(1, {mrouted}), COMMAND_LINE)
    for (const source of [PEER, STRANGER]) await guest.on('far', 'ip', 'addr', 'add', `${source}/24`, 'dev', 'eth0')
    await guest.on('guest', 'nft', PASSED)
    const packets = [PEER, STRANGER].flatMap(source => [`${source},4,64`, `${source},2,64`, `${source},2,255`])
    await guest.on('far', '/usr/bin/python3', '-c', KNOCK, '10.2.0.1', ...packets)
    await setTimeout(300)
    const {stdout} = await guest.on('guest', 'nft', '--numeric-protocol', 'list set ip passed came')
    return [...stdout.matchAll(/([\d.]+) \. (\d+|ipv4|ipencap|igmp) \. (\d+) counter packets 1 /g)]
      .map(([, source, protocol = '', ttl]) => `${source ?? ''} ${/^(2|igmp)$/.test(protocol) ? 'DVMRP' : 'IP in IP'} ${ttl ?? ''}`).sort()
  }

  it('with a tunnel: IP in IP and DVMRP of the peer get in, of others DVMRP from the link alone', async () => {
    expect(await gotIn(tunnelTo(PEER))).to.deep.equal([`${STRANGER} DVMRP 255`, `${PEER} DVMRP 255`, `${PEER} DVMRP 64`, `${PEER} IP in IP 64`])
  })

  it('without one: DVMRP from the link alone', async () => {
    expect(await gotIn({staticGroups: [], tunnels: []})).to.deep.equal([`${STRANGER} DVMRP 255`, `${PEER} DVMRP 255`])
  })
})

if (isThere) {
  describe('static groups of mrouted, in namespaces', function () {
    this.timeout(60_000)
    let guest: Guest
    after(() => guest.stop())

    it('go where the file says though nobody asks, and no other group does', async () => {
      guest = await bootGuest(router(1, {mrouted: {staticGroups: [{group: address(GROUP), on: 'usb0'}], tunnels: []}}), COMMAND_LINE)
      await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
      await guest.on('far', 'nft', 'table ip seen { set groups { typeof ip daddr; flags dynamic; counter; }; chain arrive { type filter hook prerouting priority raw; udp dport 5000 update @groups { ip daddr }; }; }')
      await eventually('vifs', async () => / usb0 /.test(await guest.inside('cat /proc/net/ip_mr_vif')), guest.console)
      for (const group of [GROUP, '239.1.1.2']) await probe(guest, {group, from: 'near', source: '10.1.0.2', to: [], count: 20})
      const {stdout} = await guest.on('far', 'nft', 'list set ip seen groups')
      expect([...stdout.matchAll(/([\d.]+) counter packets (\d+)/g)].map(([, group, packets]) => [group, packets])).to.deep.equal([[GROUP, '20']])
    })
  })
}

/** Does this machine's kernel make tunnels of IP in IP? Those of mrouted are made by it. */
const knowsTunnels = (await run('sh', ['-c', 'modprobe -q ipip || true; [ -d /sys/module/ipip ] || ip link show tunl0'], {accept: [0, 1]})).exitCode === 0
if (!knowsTunnels) console.log('tunnels of mrouted carry nothing here: the kernel has no ipip')

if (isThere && knowsTunnels) {
  describe('two routers with a tunnel of mrouted through a network that routes no multicast, in namespaces', function () {
    this.timeout(300_000)
    let here: Guest
    let there: Guest
    before(async () => {
      here = await bootGuest(router(1, {mrouted: tunnelTo('10.6.0.1')}), COMMAND_LINE)
      there = await bootGuest(router(5, {mrouted: tunnelTo('10.2.0.1')}), COMMAND_LINE)
      await here.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
      await there.on('near', 'ip', 'addr', 'add', '10.5.0.2/24', 'dev', 'eth0')
      // The two hosts far are routers of the network between.
      const beyond = (await there.on('far', 'ip', 'netns', 'identify')).stdout.trim()
      await here.on('far', 'ip', 'link', 'add', 'middle', 'type', 'veth', 'peer', 'name', 'middle', 'netns', beyond)
      const sides: [Guest, number, number][] = [[here, 2, 6], [there, 6, 2]]
      for (const [guest, own, other] of sides) {
        await guest.on('far', 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        await guest.on('far', 'ip', 'addr', 'add', `10.${own}.0.2/24`, 'dev', 'eth0')
        await guest.on('far', 'ip', 'addr', 'add', `10.9.0.${own}/24`, 'dev', 'middle')
        await guest.on('far', 'ip', 'link', 'set', 'middle', 'up')
        await guest.on('far', 'ip', 'route', 'add', `10.${other}.0.0/24`, 'via', `10.9.0.${other}`)
      }
    })
    after(async () => {
      await here.stop()
      await there.stop()
    })

    /** Numbers of packets that a receiver behind the other router saw. */
    async function carried(count: number): Promise<number[]> {
      const netns = async (guest: Guest): Promise<string> => (await guest.on('near', 'ip', 'netns', 'identify')).stdout.trim()
      const receiver = await netns(there)
      const sees: Guest = {...here, on: (host, ...command) => host === receiver ? there.on('near', ...command) : here.on(host, ...command)}
      return ((await probe(sees, {group: GROUP, from: 'near', source: '10.1.0.2', to: [receiver], count}))[receiver] ?? []).map(({number}) => number)
    }

    it('carry a group end to end, through the firewalls of both', async () => {
      const explain = () => `${here.console()}\n${there.console()}`
      // Neighbours find each other by probes every 10 s, and tell their networks after that.
      await eventually('packets', async () => (await carried(5)).length > 0, explain, 200_000)
      expect(await carried(20)).to.have.length.above(17)
      expect(await there.inside('mroute show')).to.include(GROUP)
    })

    it('and not without what the firewall lets in from the peer', async () => {
      const handle = /ip saddr 10\.2\.0\.1 .*# handle (\d+)/.exec(await there.inside('nft -a list chain inet brmc firewall_input'))?.[1] ?? ''
      await there.inside(`nft delete rule inet brmc firewall_input handle ${handle}; nft flush chain inet brmc firewall_forward`)
      expect(await carried(20)).to.deep.equal([])
    })
  })
}
