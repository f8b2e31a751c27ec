import {expect} from 'chai'

import {labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'
import {probe} from '../lab/probe.js'

const GROUP = '225.0.0.1'

/** VLANs are tried on a booted image (test/e2e/links.test.ts): not every kernel that runs this has them. */
const deployment = labDeployment({
  interfaces: [
    networkInterface('br0', ['10.1.0.1/24'], {bridge: {ports: ['lan1', 'lan2'], snooping: true, querier: true}}),
    networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream'}),
  ],
  ports: [{name: 'lan1', bridge: 'br0'}, {name: 'lan2', bridge: 'br0'}],
  routes: [route(GROUP, {from: 'br0', liftTtl: true}), route('239.1.1.0/24', {from: 'usb0', to: ['br0']})],
})

describe('a bridge, on a router booted in namespaces', function () {
  this.timeout(90_000)
  let guest: Guest

  before(async () => {
    guest = await bootGuest(deployment, 'quiet brmc.ifname=02:00:00:00:02:00=usb0', {cards: ['lan1', 'lan2']})
    for (const [host, address] of [['lan1', '10.1.0.2/24'], ['lan2', '10.1.0.3/24'], ['far', '10.2.0.2/24']] as const) {
      await guest.on(host, 'ip', 'addr', 'add', address, 'dev', 'eth0')
    }

    await eventually('vifs', async () => {
      const seen = await guest.inside('cat /proc/net/ip_mr_vif')
      return ['br0', 'usb0'].every(name => seen.includes(` ${name} `))
    }, guest.console)
  })
  after(async () => guest.stop())

  const attribute = async (name: string): Promise<string> => (await guest.inside(`cat /sys/class/net/${name}`)).trim()
  const count = async (way: Parameters<typeof probe>[1]): Promise<Record<string, number>> =>
    Object.fromEntries(Object.entries(await probe(guest, way)).map(([host, packets]) => [host, packets.length]))

  it('is made, with its ports and its address, and nothing is refused', async () => {
    expect(guest.console()).to.not.match(/refused|error|No such|not found/)
    expect(await guest.inside('ls /sys/class/net/br0/brif')).to.equal('lan1\nlan2\n')
    expect(await guest.inside('ip -o -4 addr show dev br0')).to.include('inet 10.1.0.1/24')
  })

  it('routes multicast by whichever port it comes, lifted, and sends it to both', async () => {
    for (const [from, source] of [['lan1', '10.1.0.2'], ['lan2', '10.1.0.3']] as const) {
      const seen = await probe(guest, {group: GROUP, from, source, to: ['far'], ttl: 1})
      expect(seen.far?.map(({source: sender, ttl}) => ({sender, ttl}))).to.deep.equal(Array(5).fill({sender: source, ttl: 63}))
    }

    expect(await count({group: '239.1.1.1', from: 'far', source: '10.2.0.2', to: ['lan1', 'lan2']})).to.deep.equal({lan1: 5, lan2: 5})
  })

  it('snoops with a querier: a group goes where it was asked for', async () => {
    expect(await attribute('br0/bridge/multicast_snooping')).to.equal('1')
    expect(await attribute('br0/bridge/multicast_querier')).to.equal('1')
    // A bridge that has just become a querier floods for ten seconds: who joined before has not been asked yet (br_multicast_querier_exists).
    await eventually('group that goes to its member alone', async () => {
      const before = Number(await attribute('lan2/statistics/tx_packets'))
      expect(await count({group: '239.1.1.2', from: 'far', source: '10.2.0.2', to: ['lan1'], count: 50})).to.deep.equal({lan1: 50})
      return Number(await attribute('lan2/statistics/tx_packets')) - before < 25
    }, guest.console, 30_000)
  })

  it('has the address of a port, and keeps it when ports come and go', async () => {
    const mac = await attribute('br0/address')
    expect(mac).to.equal(await attribute('lan1/address'))
    await guest.on('guest', 'ip', 'link', 'del', 'lan1')
    await eventually('end of lan1', async () => await guest.inside('ls /sys/class/net/br0/brif') === 'lan2\n', guest.console)
    expect(await attribute('br0/address')).to.equal(mac)
    await guest.on('guest', 'ip', 'link', 'add', 'lan1', 'address', '02:00:00:00:00:01', 'type', 'veth', 'peer', 'name', 'other0')
    await eventually('lan1', async () => await guest.inside('ls /sys/class/net/br0/brif') === 'lan1\nlan2\n', guest.console)
    expect(await attribute('br0/address')).to.equal(mac)
    expect(await guest.inside('ip -o link show dev lan1')).to.match(/[<,]UP[,>]/)
    expect(await count({group: GROUP, from: 'lan2', source: '10.1.0.3', to: ['far']})).to.deep.equal({far: 5})
  })
})
