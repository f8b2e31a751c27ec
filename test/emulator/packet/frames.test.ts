import {expect} from 'chai'

import {encodeArp} from '../../../src/emulator/packet/arp.js'
import {DHCP_MESSAGE, DHCP_OPTION, emptyDhcp, encodeDhcp} from '../../../src/emulator/packet/dhcp.js'
import {pointerAnswer, pointerQuestion} from '../../../src/emulator/packet/dns.js'
import {encodeEthernet, ETHER_TYPE} from '../../../src/emulator/packet/ethernet.js'
import {echoFrame, icmpv6Frame, membershipFrame, tcpFrame, udpFrame} from '../../../src/emulator/packet/frame.js'
import {BROADCAST_MAC, linkLocalOf, solicitedNode} from '../../../src/emulator/packet/mac.js'
import {RECORD_TYPE} from '../../../src/emulator/packet/membership.js'
import {address} from '../../lab/deployment.js'
import {judgedByTcpdump} from './tcpdump.js'

const sourceMac = '52:54:00:40:00:01'
const destinationMac = '52:54:00:b0:00:01'
const v4 = {sourceMac, source: address('192.168.2.2'), ttl: 10}
const v6 = {sourceMac, source: address('fd00:2::2'), ttl: 10}
const payload = Buffer.from('brmc!')
const local = linkLocalOf(sourceMac)

const acknowledgement = (): Buffer => encodeDhcp({
  ...emptyDhcp('reply', 0x1234, destinationMac),
  yourAddress: address('10.99.2.2'),
  options: new Map<number, Buffer>([
    [DHCP_OPTION.messageType, Buffer.from([DHCP_MESSAGE.ack])],
    [DHCP_OPTION.router, Buffer.from([10, 99, 2, 1])],
    [DHCP_OPTION.leaseSeconds, Buffer.from([0, 0, 14, 16])],
  ]),
})

/** title, frame, what tcpdump must say. */
const cases: [string, () => Buffer, (string | RegExp)[]][] = [
  ['UDP to an IPv4 group', () => udpFrame({...v4, destination: address('225.129.0.1')}, {sourcePort: 4000, destinationPort: 5000, payload}),
    ['52:54:00:40:00:01 > 01:00:5e:01:00:01', 'ttl 10', 'proto UDP (17), length 33', '192.168.2.2.4000 > 225.129.0.1.5000', '[udp sum ok] UDP, length 5']],
  ['UDP to an IPv6 group', () => udpFrame({...v6, destination: address('ff05::1:4242')}, {sourcePort: 4000, destinationPort: 5000, payload}),
    ['> 33:33:00:01:42:42', 'hlim 10', 'fd00:2::2.4000 > ff05::1:4242.5000', '[udp sum ok] UDP, length 5']],
  ['UDP to one host', () => udpFrame({...v4, destination: address('10.0.0.1'), destinationMac}, {sourcePort: 1, destinationPort: 7, payload: Buffer.alloc(0)}),
    ['> 52:54:00:b0:00:01', '192.168.2.2.1 > 10.0.0.1.7', '[udp sum ok] UDP, length 0']],
  ['a knock at a TCP port', () => tcpFrame({...v4, destination: address('10.0.0.1'), destinationMac}, {sourcePort: 40_000, destinationPort: 22, sequence: 7, syn: true, ack: false, reset: false}),
    ['192.168.2.2.40000 > 10.0.0.1.22: Flags [S], cksum', '(correct), seq 7, win 1024, length 0']],
  ['the same with IPv6', () => tcpFrame({...v6, destination: address('fd00:2::1'), destinationMac}, {sourcePort: 40_000, destinationPort: 22, sequence: 7, syn: true, ack: false, reset: false}),
    ['fd00:2::2.40000 > fd00:2::1.22: Flags [S], cksum', '(correct), seq 7']],
  ['ARP request', () => encodeEthernet({destination: BROADCAST_MAC, source: sourceMac, etherType: ETHER_TYPE.arp,
    payload: encodeArp({operation: 'request', senderMac: sourceMac, sender: address('10.0.0.1'), targetMac: '00:00:00:00:00:00', target: address('10.0.0.2')})}),
  ['Request who-has 10.0.0.2 tell 10.0.0.1, length 46']],
  ['ARP reply', () => encodeEthernet({destination: destinationMac, source: sourceMac, etherType: ETHER_TYPE.arp,
    payload: encodeArp({operation: 'reply', senderMac: sourceMac, sender: address('10.0.0.1'), targetMac: destinationMac, target: address('10.0.0.2')})}),
  ['Reply 10.0.0.1 is-at 52:54:00:40:00:01']],
  ['ICMP echo request', () => echoFrame({...v4, destination: address('225.0.0.1')}, {kind: 'echo request', identifier: 0x4200, sequence: 7, payload}),
    ['ICMP echo request, id 16896, seq 7, length 13']],
  ['ICMP echo reply', () => echoFrame({...v4, destination: address('10.0.0.1'), destinationMac}, {kind: 'echo reply', identifier: 1, sequence: 2, payload}),
    ['ICMP echo reply, id 1, seq 2, length 13']],
  ['ICMPv6 echo request', () => echoFrame({...v6, destination: address('ff05::4242')}, {kind: 'echo request', identifier: 3, sequence: 4, payload}),
    ['[icmp6 sum ok] ICMP6, echo request, id 3, seq 4']],
  ['ICMPv6 echo reply', () => echoFrame({...v6, destination: address('fd00:2::1'), destinationMac}, {kind: 'echo reply', identifier: 3, sequence: 4, payload}),
    ['[icmp6 sum ok] ICMP6, echo reply, id 3, seq 4']],
  ['neighbour solicitation', () => icmpv6Frame({...v6, destination: solicitedNode(address('fd00:2::1')), ttl: 255}, {kind: 'neighbour solicitation', target: address('fd00:2::1'), sourceMac}),
    ['> 33:33:ff:00:00:01', 'ff02::1:ff00:1', '[icmp6 sum ok]', 'neighbor solicitation', 'who has fd00:2::1', 'source link-address option (1), length 8 (1): 52:54:00:40:00:01']],
  ['neighbour advertisement', () => icmpv6Frame({...v6, destination: address('fd00:2::1'), destinationMac, ttl: 255},
    {kind: 'neighbour advertisement', target: address('fd00:2::2'), targetMac: sourceMac, solicited: true, override: true, router: false}),
  ['[icmp6 sum ok]', 'neighbor advertisement', 'tgt is fd00:2::2, Flags [solicited, override]', 'destination link-address option (2), length 8 (1): 52:54:00:40:00:01']],
  ['router solicitation', () => icmpv6Frame({...v6, source: local, destination: address('ff02::2'), ttl: 255}, {kind: 'router solicitation', sourceMac}),
    ['fe80::5054:ff:fe40:1 > ff02::2', '[icmp6 sum ok]', 'router solicitation']],
  ['IGMPv2 report', () => membershipFrame({...v4, destination: address('225.0.0.1')}, {kind: 'report', version: 2, records: [{type: RECORD_TYPE.toExclude, group: address('225.0.0.1'), sources: []}]}),
    ['ttl 1', 'options (RA)', 'igmp v2 report 225.0.0.1']],
  ['IGMPv2 leave', () => membershipFrame({...v4, destination: address('224.0.0.2')}, {kind: 'report', version: 2, records: [{type: RECORD_TYPE.toInclude, group: address('225.0.0.1'), sources: []}]}),
    ['igmp leave 225.0.0.1']],
  ['IGMPv2 query', () => membershipFrame({...v4, destination: address('224.0.0.1')}, {kind: 'query', version: 2, group: address('0.0.0.0'), maxResponseMs: 1000}),
    ['igmp query v2']],
  ['IGMPv3 query', () => membershipFrame({...v4, destination: address('224.0.0.1')}, {kind: 'query', version: 3, group: address('0.0.0.0'), maxResponseMs: 200}),
    ['options (RA)', 'igmp query v3 [max resp time 0.2s]']],
  ['IGMPv3 report of two groups', () => membershipFrame({...v4, destination: address('224.0.0.22')}, {kind: 'report', version: 3, records: [
    {type: RECORD_TYPE.toExclude, group: address('225.0.0.1'), sources: []},
    {type: RECORD_TYPE.allowSources, group: address('232.1.1.1'), sources: [address('192.168.2.77')]},
  ]}), ['igmp v3 report, 2 group record(s) [gaddr 225.0.0.1 to_ex { }] [gaddr 232.1.1.1 allow { 192.168.2.77 }]']],
  ['MLDv1 report', () => membershipFrame({...v6, source: local, destination: address('ff05::4242')}, {kind: 'report', version: 1, records: [{type: RECORD_TYPE.toExclude, group: address('ff05::4242'), sources: []}]}),
    ['hlim 1', 'HBH (rtalert: 0x0000)', '[icmp6 sum ok]', 'multicast listener report', 'resp delay: 0 addr: ff05::4242']],
  ['MLDv2 report', () => membershipFrame({...v6, source: local, destination: address('ff02::16')}, {kind: 'report', version: 2, records: [{type: RECORD_TYPE.toExclude, group: address('ff05::4242'), sources: []}]}),
    ['HBH (rtalert: 0x0000)', '[icmp6 sum ok] ICMP6, multicast listener report v2, 1 group record(s) [gaddr ff05::4242 to_ex { }]']],
  ['MLDv2 query', () => membershipFrame({...v6, source: local, destination: address('ff02::1')}, {kind: 'query', version: 2, group: address('::'), maxResponseMs: 200}),
    ['[icmp6 sum ok] ICMP6, multicast listener query v2 [max resp delay=200]']],
  ['a question of mDNS', () => udpFrame({...v4, ttl: 255, destination: address('224.0.0.251')}, {sourcePort: 5353, destinationPort: 5353, payload: pointerQuestion('_brmc._udp.local')}),
    ['ttl 255', '192.168.2.2.5353 > 224.0.0.251.5353', '[udp sum ok] 0 PTR (QM)? _brmc._udp.local. (34)']],
  ['an announcement of mDNS', () => udpFrame({...v4, ttl: 255, destination: address('224.0.0.251')},
    {sourcePort: 5353, destinationPort: 5353, payload: pointerAnswer('_brmc._udp.local', 'device._brmc._udp.local')}),
  ['[udp sum ok] 0*- [0q] 1/0/0 _brmc._udp.local. [2m] PTR device._brmc._udp.local. (65)']],
  ['DHCP acknowledgement', () => udpFrame(
    {...v4, ttl: 64, destination: address('255.255.255.255'), destinationMac: BROADCAST_MAC},
    {sourcePort: 67, destinationPort: 68, payload: acknowledgement()}),
  ['BOOTP/DHCP, Reply', 'xid 0x1234', 'Your-IP 10.99.2.2', 'Client-Ethernet-Address 52:54:00:b0:00:01', 'DHCP-Message (53), length 1: ACK', 'Lease-Time (51), length 4: 3600', 'Default-Gateway (3), length 4: 10.99.2.1']],
]

describe('frames, judged by tcpdump', () => {
  for (const [title, frame, wanted] of cases) {
    it(title, async () => {
      const said = (await judgedByTcpdump(frame())).replaceAll(/\s+/g, ' ')
      for (const words of wanted) expect(said).to.include(words)
      expect(said).to.not.match(/bad|wrong|incorrect|\[\|/)
    })
  }

  it('captures carry the time they are given, to the microsecond', async () => {
    expect(await judgedByTcpdump(cases[0]?.[1]() ?? Buffer.alloc(0))).to.match(/^1700000000\.123456 /)
  })
})
