import {expect} from 'chai'

import type {Deployment} from '../../src/spec/deployment.js'
import {resolveDeployment} from '../../src/spec/resolve.js'
import {SpecSchema, type WrittenSpec} from '../../src/spec/schema.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'
import {ask, startResponder} from '../lab/mdns.js'
import {probe} from '../lab/probe.js'
import {search} from '../lab/search.js'

const COMMAND_LINE = 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0'

/** near is behind wlan0, which is downstream, far behind usb0, which is upstream. */
const spec = ({multicast, ...more}: Partial<WrittenSpec>): Deployment => resolveDeployment(SpecSchema.parse({
  version: 1,
  name: 'router',
  board: 'virt',
  base: 'debian',
  system: {hostname: 'router'},
  interfaces: {
    wlan0: {role: 'downstream', address: ['10.1.0.1/24', 'fd01::1/64']},
    usb0: {role: 'upstream', address: ['10.2.0.1/24', 'fd02::1/64']},
  },
  multicast: {...multicast},
  ...more,
} satisfies WrittenSpec), 'default')

async function boot(deployment: Deployment): Promise<Guest> {
  const guest = await bootGuest(deployment, COMMAND_LINE)
  for (const [host, network] of [['near', 1], ['far', 2]] as const) {
    await guest.on(host, 'ip', 'addr', 'add', `10.${network}.0.2/24`, 'dev', 'eth0')
    await guest.on(host, 'ip', '-6', 'addr', 'add', `fd0${network}::2/64`, 'dev', 'eth0', 'nodad')
    await guest.on(host, 'ip', 'route', 'add', 'default', 'via', `10.${network}.0.1`)
    await guest.on(host, 'ip', '-6', 'route', 'add', 'default', 'via', `fd0${network}::1`)
  }
  await eventually('vifs', async () => / usb0 /.test(await guest.inside('cat /proc/net/ip_mr_vif')), guest.console)
  return guest
}

describe('discovery: [ssdp], on a router booted in namespaces', function () {
  this.timeout(120_000)
  let guest: Guest
  before(async () => {
    guest = await boot(spec({multicast: {discovery: ['ssdp']}}))
  })
  after(() => guest.stop())

  for (const ttl of [1, 2, 4]) {
    it(`a search with TTL ${ttl} finds devices on both sides, and their answers come back through the firewall`, async () => {
      const left = ttl === 1 ? 63 : ttl - 1
      expect(await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 1900}, ttl})).to.deep.equal({heard: {far: ['10.1.0.2', left]}, answers: [['10.2.0.2', 1900]]})
      expect(await search(guest, {from: 'far', source: '10.2.0.2', devices: {near: 1900}, ttl})).to.deep.equal({heard: {near: ['10.2.0.2', left]}, answers: [['10.1.0.2', 1900]]})
    })
  }

  it('answers may come from any port, and for half a minute', async () => {
    const {answers} = await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 0}})
    expect(answers.map(([address]) => address)).to.deep.equal(['10.2.0.2'])
    expect(await guest.inside('nft list set inet brmc searchers_ipv4')).to.match(/10\.1\.0\.2 \. \d+ expires \d+s/)
  })

  it('WS-Discovery, which shares the group, works alike, and IPv6', async () => {
    const found = await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 3702}, says: 'ws-discovery', ttl: 1})
    expect(found).to.deep.equal({heard: {far: ['10.1.0.2', 63]}, answers: [['10.2.0.2', 3702]]})
    const six = await search(guest, {from: 'near', source: 'fd01::2', devices: {far: 1900}, group: 'ff05::c', ttl: 2})
    expect(six).to.deep.equal({heard: {far: ['fd01::2', 1]}, answers: [['fd02::2', 1900]]})
  })

  it('the firewall is what the answers come through: without that rule they do not', async () => {
    const rules = await guest.inside('nft -a list chain inet brmc firewall_forward')
    const handle = /searchers_ipv4 accept # handle (\d+)/.exec(rules)?.[1] ?? ''
    await guest.inside(`nft delete rule inet brmc firewall_forward handle ${handle}`)
    const {heard, answers} = await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 1900}})
    expect([Object.keys(heard), answers]).to.deep.equal([['far'], []])
    await guest.inside('nft -f /etc/nftables.conf')
  })

  it('a sender that the router would not answer there is not passed on', async () => {
    await guest.on('near', 'ip', 'addr', 'add', '10.2.0.77/32', 'dev', 'eth0')
    const [said, {heard}] = await Promise.all([guest.inside('mroute doctor --seconds 4 || true'), search(guest, {from: 'near', source: '10.2.0.77', devices: {far: 1900}, seconds: 8})])
    expect(heard).to.deep.equal({})
    expect(said).to.match(/^wrong: 239\.255\.255\.250 of 10\.2\.0\.77 arrives on wlan0 and is dropped: no route leads to this sender by wlan0/m)
    await guest.inside('nft flush chain inet brmc multicast_lift_ttl')
    expect(Object.keys((await search(guest, {from: 'near', source: '10.2.0.77', devices: {far: 1900}})).heard)).to.deep.equal(['far'])
    await guest.inside('nft -f /etc/nftables.conf')
  })
})

describe('discovery: [ssdp] behind NAT', function () {
  this.timeout(120_000)
  let guest: Guest
  afterEach(() => guest.stop())

  /** Upstream nobody knows the way to the inside. */
  async function bootBehind(multicast: 'keep' | 'translate'): Promise<void> {
    guest = await boot(spec({multicast: {discovery: ['ssdp']}, nat: [{from: 'wlan0', to: 'usb0', multicast}]}))
    await guest.on('far', 'ip', 'route', 'del', 'default')
  }

  it("a search from the inside leaves with the router's address, and the answers find who searched", async () => {
    await bootBehind('translate')
    for (const port of [1900, 0]) {
      const {heard, answers} = await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: port}, ttl: 1})
      expect([heard, answers.map(([address]) => address)]).to.deep.equal([{far: ['10.2.0.1', 63]}, ['10.2.0.2']])
    }

    // The other way round a device is found, by the router's address; that of its description is not reached.
    expect((await search(guest, {from: 'far', source: '10.2.0.2', devices: {near: 1900}})).answers).to.deep.equal([['10.2.0.1', 1900]])
  })

  it('what was translated does not come back as if it were of the other side', async () => {
    await bootBehind('translate')
    const hear = async (): Promise<string[]> => [...new Set((await probe(guest, {group: '239.255.255.250', from: 'near', source: '10.1.0.2', to: ['near']})).near?.map(({source}) => source))]
    expect(await hear()).to.deep.equal(['10.1.0.2'])
    await guest.inside('nft flush chain inet brmc multicast_lift_ttl')
    expect(await hear()).to.have.members(['10.1.0.2', '10.2.0.1'])
  })

  it('it is the chain answers_to_searches that gives them back: without it nobody is found', async () => {
    await bootBehind('translate')
    await guest.inside('nft flush chain inet brmc answers_to_searches')
    expect(await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 1900}})).to.deep.equal({heard: {far: ['10.2.0.1', 1]}, answers: []})
  })

  it('with multicast: keep the device does not know where to answer', async () => {
    await bootBehind('keep')
    expect(await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 1900}})).to.deep.equal({heard: {far: ['10.1.0.2', 1]}, answers: []})
  })
})

describe('discovery: [mdns], on a router booted in namespaces', function () {
  this.timeout(120_000)
  const NEAR = 'near-printer._ipp._tcp.local'
  const FAR = 'far-printer._ipp._tcp.local'
  let guest: Guest
  const responders: (() => Promise<void>)[] = []
  const reflects = async (): Promise<boolean> => (await ask(guest, 'near', {until: FAR})).names.includes(FAR)
  before(async () => {
    guest = await boot(spec({multicast: {discovery: ['mdns'], routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0']}]}}))
    responders.push(await startResponder(guest, 'far', 'far-printer'), await startResponder(guest, 'near', 'near-printer'))
    await eventually('reflector', reflects, guest.console)
  })
  after(async () => {
    await Promise.all(responders.map(end => end()))
    await guest.stop()
  })

  for (const [how, family] of [['multicast', 4], ['multicast', 6], ['one-shot', 4], ['one-shot', 6]] as const) {
    it(`what is asked on one side (${how}, IPv${family}) a device of the other answers`, async () => {
      expect((await ask(guest, 'near', {how, family, until: FAR})).names).to.include(FAR)
      expect((await ask(guest, 'far', {how, family, until: NEAR})).names).to.include(NEAR)
    })
  }

  it('the firewall lets in what is reflected: without those rules nobody upstream is heard', async () => {
    for (const set of ['dport 5353', '@mdns_one_shots']) {
      const handle = new RegExp(`${set}.* # handle (\\d+)`).exec(await guest.inside('nft -a list chain inet brmc firewall_input'))?.[1] ?? ''
      await guest.inside(`nft delete rule inet brmc firewall_input handle ${handle}`)
    }

    // It remembers for an hour what it has heard.
    await guest.inside('killall avahi-daemon')
    expect((await ask(guest, 'near', {how: 'one-shot'})).names).to.not.include(FAR)
    expect((await ask(guest, 'near', {how: 'multicast'})).names).to.not.include(FAR)
    await guest.inside('nft -f /etc/nftables.conf')
    expect((await ask(guest, 'near', {until: FAR})).names).to.include(FAR)
  })

  it('tells nothing of the router itself, and has no rights', async () => {
    expect((await ask(guest, 'near', {name: 'far-printer.local'})).names).to.deep.equal(['10.2.0.2'])
    expect((await ask(guest, 'near', {name: 'router.local', seconds: 2})).names).to.deep.equal([])
    for (const pid of (await guest.inside('pidof avahi-daemon')).trim().split(' ')) {
      const status = await guest.inside(`cat /proc/${pid}/status`)
      expect(status).to.match(/^Uid:\t102\t102\t102\t102$/m)
      expect(status).to.match(/^CapEff:\t0+$/m)
    }

    expect(await guest.inside('netstat -ln')).to.not.match(/dbus/)
  })

  it('is started again when it is killed', async () => {
    await guest.inside('killall -9 avahi-daemon')
    await eventually('reflector', reflects, guest.console)
  })

  it('mroute doctor finds nothing wrong, and says so where it does not run', async () => {
    const doctor = async (): Promise<string> => guest.inside('mroute doctor || true')
    expect(await doctor()).to.match(/Nothing is wrong here\.\n$/)
    await guest.inside('mv /usr/sbin/avahi-daemon /usr/sbin/away; killall avahi-daemon; sleep 2')
    expect(await doctor()).to.match(/^wrong: avahi-daemon is not running: nothing of mDNS is passed on; it said last: ".*avahi-daemon: not found"$/m)
    await guest.inside('mv /usr/sbin/away /usr/sbin/avahi-daemon')
    await eventually('reflector', reflects, guest.console)
  })

  it('takes up a card that comes late or again', async () => {
    const netns = (await guest.on('near', 'ip', 'netns', 'identify')).stdout.trim()
    await guest.on('guest', 'ip', 'link', 'del', 'wlan0')
    await guest.on('guest', 'ip', 'link', 'add', 'eth7', 'address', '02:00:00:00:01:00', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns)
    await guest.on('near', 'ip', 'link', 'set', 'eth0', 'up')
    await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
    await eventually('reflector', reflects, guest.console)
  })
})

describe('without discovery', function () {
  this.timeout(60_000)
  it('no reflector runs, and neither mDNS nor SSDP passes', async () => {
    const guest = await boot(spec({multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0']}]}}))
    const end = await startResponder(guest, 'far', 'far-printer')
    try {
      await eventually('responder', async () => (await ask(guest, 'far', {name: 'far-printer.local', seconds: 1.5})).names.length > 0)
      expect((await ask(guest, 'near', {seconds: 2})).names).to.deep.equal([])
      expect(await search(guest, {from: 'near', source: '10.1.0.2', devices: {far: 1900}, ttl: 4})).to.deep.equal({heard: {}, answers: []})
      expect(await guest.inside('ps')).to.not.match(/avahi|mdns/)
    } finally {
      await end()
      await guest.stop()
    }
  })
})
