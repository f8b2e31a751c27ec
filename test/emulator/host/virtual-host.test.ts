import {expect} from 'chai'

import type {HostState, VirtualHost} from '../../../src/emulator/host/host.js'
import {generalQuery, join, leave} from '../../../src/emulator/host/memberships.js'
import {receive} from '../../../src/emulator/host/virtual-host.js'
import {discover, receiveAsClient} from '../../../src/emulator/host/dhcp-client.js'
import {udpFrame} from '../../../src/emulator/packet/frame.js'
import {isJoin} from '../../../src/emulator/packet/membership.js'
import {formatAddress} from '../../../src/network/address.js'
import {address, prefix} from '../../lab/deployment.js'
import {judgedByTcpdump} from '../packet/tcpdump.js'
import {LINUX, linuxFrame} from './linux-frames.js'

const host: VirtualHost = {
  interface: 'wlan0',
  mac: '52:54:00:40:00:01',
  routerMac: '52:54:00:b0:00:01',
  addresses: [address('192.168.2.2'), address('192.168.2.10'), address('fd00:2::2'), address('fe80::5054:ff:feb0:1')],
}
const nobody: HostState = {groups: []}
const group = address('239.9.9.9')
const said = async (frames: readonly Buffer[]): Promise<string> => (await judgedByTcpdump(...frames)).replaceAll(/\s+/g, ' ')

describe('a virtual host', () => {
  it('answers ARP for its own addresses', async () => {
    const {frames} = receive(host, nobody, linuxFrame('arpRequest'), 1)
    expect(await said(frames)).to.include('52:54:00:40:00:01 > 52:54:00:b0:00:01').and.include('Reply 192.168.2.10 is-at 52:54:00:40:00:01')
  })

  it('does not answer ARP for others', () => {
    expect(receive({...host, addresses: [address('192.168.2.2')]}, nobody, linuxFrame('arpRequest'), 1).frames).to.be.empty
  })

  it('defends its address against a duplicate, to all nodes', async () => {
    const {frames} = receive(host, nobody, linuxFrame('neighbourProbe'), 1)
    expect(await said(frames)).to.include('> ff02::1: [icmp6 sum ok] ICMP6, neighbor advertisement').and.include('tgt is fe80::5054:ff:feb0:1, Flags [override]')
  })

  it('answers a ping of a group only once it has joined', async () => {
    expect(receive(host, nobody, linuxFrame('echoRequest'), 1).frames).to.be.empty
    const {state} = join(host, nobody, group)
    const answer = await said(receive(host, state, linuxFrame('echoRequest'), 1).frames)
    expect(answer).to.include('192.168.2.2 > 10.3.0.2: ICMP echo reply, id 17158, seq 39809, length 27').and.include('> 52:54:00:b0:00:01')
    expect(receive(host, leave(host, state, group).state, linuxFrame('echoRequest'), 1).frames).to.be.empty
  })

  it('sees an echo reply', () => {
    const [seen] = receive(host, nobody, linuxFrame('echoReply'), 1).observations
    expect(seen).to.include({kind: 'echo reply', identifier: 0x4300, sequence: 0x9a0b, ttl: 64, time: 1})
  })

  it('records a datagram with all that a judge needs', () => {
    const [seen] = receive(host, nobody, linuxFrame('datagram'), 5).observations
    expect(seen).to.include({
      kind: 'datagram', time: 5, ttl: 12, sourcePort: 39_000, destinationPort: 39_000, checksumsValid: true,
      sourceMac: '52:54:00:b0:00:01', destinationMac: '01:00:5e:09:09:09',
    })
    if (seen?.kind !== 'datagram') throw new Error('no datagram')
    expect([seen.source, seen.destination].map(formatAddress)).to.deep.equal(['10.3.0.2', '239.9.9.9'])
    expect(seen.payload.toString()).to.match(/^boot\/6\/391 brmc multicast probe .* $/)
  })

  for (const [title, at] of [['payload', 60], ['UDP port', 35], ['TTL', 22]] as const) {
    it(`notices a damaged ${title}`, () => {
      const frame = linuxFrame('datagram')
      frame.writeUInt8(frame.readUInt8(at) ^ 4, at)
      expect(receive(host, nobody, frame, 1).observations[0]).to.include({kind: 'datagram', checksumsValid: false})
    })
  }

  it('echoes a datagram sent to its port 7', async () => {
    const route = {sourceMac: host.routerMac, destinationMac: host.mac, source: address('10.0.0.9'), destination: address('192.168.2.2'), ttl: 63}
    const {frames} = receive(host, nobody, udpFrame(route, {sourcePort: 4444, destinationPort: 7, payload: Buffer.from('hello')}), 1)
    expect(await said(frames)).to.include('192.168.2.2.7 > 10.0.0.9.4444: [udp sum ok] UDP, length 5')
  })

  it('reads what the router joins', () => {
    const joined = (['igmpv3Report', 'mldv2Report'] as const).map(name => {
      const [seen] = receive(host, nobody, linuxFrame(name), 1).observations
      if (seen?.kind !== 'membership') throw new Error('no report')
      return [seen.protocol, ...seen.records.filter(isJoin).map(record => formatAddress(record.group))]
    })
    expect(joined).to.deep.equal([
      ['IGMPv3', '225.0.0.1', '232.1.1.1'],
      ['MLDv2', 'ff02::1:ffb0:1', 'ff02::1:ff00:1', 'ff05::4242', 'ff02::2'],
    ])
  })

  for (const [title, name, at, byte] of [
    ['a report with a TTL above 1', 'igmpv3Report', 22, 2],
    ['a report without router alert', 'igmpv3Report', 34, 0x95],
    ['a report to the group in place of all routers', 'igmpv3Report', 33, 0x17],
    ['an MLD report with a hop limit above 1', 'mldv2Report', 21, 255],
    ['an MLD report without router alert', 'mldv2Report', 56, 1],
  ] as const) {
    it(`does not take ${title} for one, as routers and switches would not`, () => {
      const frame = linuxFrame(name)
      frame.writeUInt8(byte, at)
      expect(receive(host, nobody, frame, 1).observations.map(({kind}) => kind)).to.deep.equal([])
    })
  }

  it('answers nobody who is not on its link, or speaks to another card', () => {
    const {state} = join(host, nobody, group)
    const elsewhere = (name: 'echoRequest' | 'neighbourProbe', mac: string): Buffer => Buffer.concat([Buffer.from(mac.replaceAll(':', ''), 'hex'), linuxFrame(name).subarray(6)])
    expect(receive(host, state, elsewhere('echoRequest', '01:00:5e:09:09:08'), 1).frames).to.be.empty
    expect(receive(host, state, elsewhere('neighbourProbe', '33:33:00:00:00:01'), 1).frames).to.be.empty
    const far = linuxFrame('neighbourProbe')
    far.writeUInt8(254, 21)
    expect(receive(host, state, far, 1).frames).to.be.empty
    const route = {sourceMac: host.routerMac, destinationMac: '52:54:00:40:00:77', source: address('10.0.0.9'), destination: address('192.168.2.2'), ttl: 63}
    const {frames, observations} = receive(host, state, udpFrame(route, {sourcePort: 4444, destinationPort: 7, payload: Buffer.from('hello')}), 1)
    expect([frames.length, observations.length]).to.deep.equal([0, 1])
  })

  it('says what it joins in IGMPv2 and IGMPv3, or in MLDv2', async () => {
    const joined = await said(join(host, nobody, group).frames)
    expect(joined).to.include('igmp v2 report 239.9.9.9').and.include('igmp v3 report, 1 group record(s) [gaddr 239.9.9.9 to_ex { }]')
    expect(await said(join(host, nobody, address('ff05::1')).frames)).to.include('report v2, 1 group record(s) [gaddr ff05::1 to_ex { }]')
    expect(await said(leave(host, {groups: [group]}, group).frames)).to.match(/ > 224\.0\.0\.2: igmp leave 239\.9\.9\.9.*\[gaddr 239\.9\.9\.9 to_in \{ \}\]/)
  })

  it('tells a querier its groups, in the version it is asked in', async () => {
    const state = join(host, join(host, nobody, group).state, address('ff05::1')).state
    const questions = ([4, 6] as const).map(family => generalQuery({...host, mac: host.routerMac}, family, 100) ?? Buffer.alloc(0))
    const answers = questions.flatMap(question => receive(host, state, question, 1).frames)
    expect(await said(answers)).to.match(/igmp v3 report, 1 group record\(s\) \[gaddr 239\.9\.9\.9 is_ex \{ \}\].*\[gaddr ff05::1 is_ex \{ \}\]/)
  })

  it('takes any cut of any frame without harm', () => {
    for (const name of Object.keys(LINUX) as (keyof typeof LINUX)[]) {
      const frame = linuxFrame(name)
      for (let length = 0; length < frame.length; length++) {
        const cut = frame.subarray(0, length)
        expect(() => receive({...host, lease: {prefix: prefix('10.99.2.2/24'), seconds: 60}}, {groups: [group]}, cut, 1)).to.not.throw()
        expect(() => receiveAsClient({mac: host.mac, transaction: 1}, cut, 1)).to.not.throw()
      }
    }
  })
})

describe('a virtual DHCP server', () => {
  const server: VirtualHost = {
    ...host, routerMac: '52:54:00:b0:00:02', addresses: [address('10.99.2.1')], lease: {prefix: prefix('10.99.2.2/24'), seconds: 3600},
  }
  const client = {mac: server.routerMac, transaction: 7}

  it('offers its one address to udhcpc', async () => {
    const {frames} = receive(server, nobody, linuxFrame('dhcpDiscover'), 1)
    const words = ['10.99.2.1.67 > 10.99.2.2.68', '[udp sum ok]', 'xid 0x3aaeee2c', 'Your-IP 10.99.2.2', 'length 1: Offer', 'Server-ID (54), length 4: 10.99.2.1',
      'Lease-Time (51), length 4: 3600', 'Subnet-Mask (1), length 4: 255.255.255.0', 'Default-Gateway (3), length 4: 10.99.2.1', 'Domain-Name-Server (6), length 4: 10.99.2.1']
    for (const word of words) expect(await said(frames)).to.include(word)
  })

  it('lends it, and reports the lease', () => {
    const [offer] = receive(server, nobody, discover(client), 1).frames
    const [request] = receiveAsClient(client, offer ?? Buffer.alloc(0), 2).frames
    const {frames: [acknowledgement], observations} = receive(server, nobody, request ?? Buffer.alloc(0), 3)
    expect(observations.at(-1)).to.deep.equal({kind: 'lease given', time: 3, address: address('10.99.2.2')})
    const {taken} = receiveAsClient(client, acknowledgement ?? Buffer.alloc(0), 4)
    expect(taken).to.deep.include({address: address('10.99.2.2'), routers: [address('10.99.2.1')], seconds: 3600})
  })

  it('refuses another address', async () => {
    const [offer] = receive({...server, lease: {prefix: prefix('10.99.2.3/24'), seconds: 60}}, nobody, discover(client), 1).frames
    const [request] = receiveAsClient(client, offer ?? Buffer.alloc(0), 2).frames
    expect(await said(receive(server, nobody, request ?? Buffer.alloc(0), 3).frames)).to.include('length 1: NACK')
  })

  it('serves the router alone', () => {
    expect(receive({...server, routerMac: '52:54:00:b0:00:09'}, nobody, linuxFrame('dhcpDiscover'), 1).frames).to.be.empty
  })
})

describe('a virtual DHCP client', () => {
  it('accepts the offer of udhcpd', async () => {
    const {frames} = receiveAsClient({mac: '52:54:00:40:c0:01', transaction: 0xb0_0000}, linuxFrame('dhcpOffer'), 1)
    const words = ['xid 0xb00000', 'Flags [Broadcast]', 'length 1: Request', 'Requested-IP (50), length 4: 192.168.2.10', 'Server-ID (54), length 4: 192.168.2.1', '[udp sum ok]']
    for (const word of words) expect(await said(frames)).to.include(word)
  })

  it('leaves the offers of others alone', () => {
    expect(receiveAsClient({mac: '52:54:00:40:c0:02', transaction: 0xb0_0000}, linuxFrame('dhcpOffer'), 1).frames).to.be.empty
    expect(receiveAsClient({mac: '52:54:00:40:c0:01', transaction: 1}, linuxFrame('dhcpOffer'), 1).frames).to.be.empty
  })
})
