import {expect} from 'chai'

import {likelyCause} from '../../src/emulator/causes.js'
import {parseCache, parseVifs, type GuestState} from '../../src/emulator/guest-state.js'
import type {Expectation, Fault, Verdict} from '../../src/emulator/expectations/expectation.js'
import {address, labDeployment} from '../lab/deployment.js'

const VIFS = `Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote
 0 wlan0         14100      84      1095       7 00008 00000002 00000000
 1 usb0           1472       8      9470      58 00008 00000003 00000000
`
const CACHE = `Group    Origin   Iif     Pkts    Bytes    Wrong Oifs
010000E1 FE02A8C0 0          3      534        0  1:1
090909EF 0200030A 2          4      424        0  0:5
010000E1 FD02A8C0 -1         0        0        0
010000E1 FC02A8C0 0          1       34        0
010000E1 FB02A8C0 0          1       34        0  1:10
`
const CACHE_6 = `Group                            Origin                           Iif      Pkts  Bytes     Wrong  Oifs
ff05:0000:0000:0000:0000:0000:0000:4242 fd00:0002:0000:0000:0000:0000:0000:0002 0       4      424        0  1:1    2:1
`
const healthy: GuestState = {ip_mr_vif: VIFS, ip_mr_cache: CACHE, processes: '  266 root     smcrouted -n -l info', nftables: 'ip ttl set 64 ip saddr set 10.99.2.2 masquerade', forwarding: '/proc/sys/net/ipv4/ip_forward:1'}

type Failed = Parameters<typeof likelyCause>[0]
type Flow = NonNullable<Expectation['flow']>

const flow: Flow = {from: 'wlan0', to: ['usb0'], source: address('192.168.2.254'), group: address('225.0.0.1'), ttl: 10}
const expectation = (kind: Expectation['kind'], changed: Partial<Flow> = {}): Expectation => ({
  id: 'x', title: 'x', expected: 'x', kind, stimuli: [], flow: {...flow, ...changed}, judge: () => ({passed: false, seen: ''}),
})
const verdict = (...faults: Fault[]): Verdict => ({passed: false, seen: '', faults})
const lost = (changed: Partial<Flow> = {}): Failed => ({expectation: expectation('delivery', changed), verdict: verdict(...(changed.to ?? flow.to).map(on => ({what: 'missing', on} as const)))})
const wrong = (what: Fault['what'], changed: Partial<Flow> = {}): Failed => ({expectation: expectation('delivery', changed), verdict: verdict({what, on: 'usb0'})})
const untold = (kind: Expectation['kind'], changed: Partial<Flow> = {}): Failed => ({expectation: expectation(kind, changed), verdict: {passed: false, seen: ''}})
const setting = (line: string): GuestState => ({...healthy, forwarding: `/proc/sys/${line}`})

describe('the likely cause of a failure', () => {
  const translating = labDeployment({nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]})
  const dropping = 'chain f { type filter hook forward priority 0; policy drop; }'
  const discovery = (id: string): Failed => ({expectation: {...expectation('discovery'), id}, verdict: {passed: false, seen: ''}})
  const cases: [string, Failed, GuestState, RegExp][] = [
    ['the mDNS reflector is dead', discovery('mdns-question-wlan0'), healthy, /^avahi-daemon is not running/],
    ['the mDNS reflector is not let hear', discovery('mdns-question-wlan0'), {...healthy, processes: '  70 avahi    avahi-daemon: running [router.local]'}, /^the reflector runs/],
    ['who searched is not remembered', discovery('ssdp-wlan0-usb0'), healthy, /^nft does not remember who searched/],
    ['answers to a search are dropped', discovery('ssdp-wlan0-usb0'), {...healthy, nftables: 'ip daddr . udp dport @searchers_ipv4 accept'}, /^who searched is remembered/],
    ['a daemon that is gone', lost(), {...healthy, processes: '1 root init', daemonLog: 'smcroute: Failed: Address already in use\n'}, /^smcrouted is not running: "smcroute: Failed: Address already in use": nothing is routed/],
    ['an interface the daemon does not know', lost({to: ['eth0']}), healthy, /^eth0 is not in ip_mr_vif/],
    ['an interface without a link', lost(), {...healthy, addresses: '2: usb0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500\n3: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500'}, /^usb0 is down or not there$/],
    ['a packet that never came', lost({source: address('192.168.2.9')}), healthy, /^ip_mr_cache has no entry for 225\.0\.0\.1 of this sender: the packet did not reach the router's routing$/],
    ['a reverse path filter', lost({source: address('192.168.2.9')}), setting('net/ipv4/conf/all/rp_filter:1'), /routing: net\.ipv4\.conf\.all\.rp_filter is 1$/],
    ['a route that is missing', lost({source: address('192.168.2.253')}), healthy, /the daemon has no route for 225\.0\.0\.1 from wlan0/],
    ['a route that leads nowhere', lost({source: address('192.168.2.252')}), healthy, /the daemon has no route for 225\.0\.0\.1 from wlan0/],
    ['an interface the route does not lead to', lost({to: ['eth1']}), {...healthy, ip_mr_vif: `${VIFS} 3 eth1 0 0 0 0 00008 00000004 00000000\n`}, /^the route in ip_mr_cache does not lead to eth1$/],
    ['a threshold', lost({source: address('192.168.2.251')}), healthy, /^usb0 has a threshold in ip_mr_cache that a TTL of 10 does not pass/],
    ['a firewall', lost(), {...healthy, nftables: dropping}, /has a way out, but a forward chain drops by default/],
    ['IPv6 that is off', lost({group: address('ff05::1')}), setting('net/ipv6/conf/wlan0/disable_ipv6:1'), /^net\.ipv6\.conf\.wlan0\.disable_ipv6 is 1$/],
    ['a lift behind a firewall', lost({ttl: 1}), {...healthy, nftables: `${dropping} ip ttl set`}, /a forward chain drops/],
    ['a lift without nft', lost({ttl: 1}), {...healthy, nftables: ''}, /TTL of 1, which nothing lifted: no nft rule "ip ttl set": is the nft table loaded/],
    ['a lift of another group', lost({ttl: 1}), healthy, /has a rule "ip ttl set", but it does not match/],
    ['a lift to another TTL', wrong('ttl', {ttl: 1}), healthy, /lifts it to another value/],
    ['a TTL that was not to be changed', wrong('ttl', {ttl: 2}), healthy, /changes what was sent with 2/],
    ['an uplink without lease', lost(), {...healthy, nftables: 'chain translate_usb0_ipv4 {\n counter packets 3 bytes 9 drop\n }'}, /^usb0 has no address yet to translate to/],
    ['copies', wrong('copies'), {...healthy, nftables: 'ip daddr 225.0.0.1 dup to "usb0"'}, /nft rule "dup" copies it/],
    ['a stray', wrong('stray'), healthy, /^a route leads to usb0 too/],
    ['NAT without nft', wrong('sender'), {...healthy, nftables: ''}, /^no nft rule "ip saddr set"/],
    ['NAT that nothing leads to', wrong('sender'), {...healthy, nftables: 'ip saddr set 10.99.2.2'}, /^no nft rule leads to the chain translate_usb0_ipv4/],
    ['NAT after conntrack', wrong('sender'), {...healthy, nftables: 'jump translate_usb0_ipv4 ip saddr set 10.99.2.2'}, /conntrack may have seen the flow first/],
    ['NAT where there is to be none', wrong('sender', {from: 'eth0'}), healthy, /^a rule of nft translates multicast: masquerade and snat need "ip daddr != 224\.0\.0\.0\/4"/],
    ['unicast forwarding', untold('ping'), setting('net/ipv4/ip_forward:0'), /^net\.ipv4\.ip_forward is 0/],
    ['unicast forwarding of IPv6', untold('ping', {group: address('ff05::1')}), setting('net/ipv6/conf/all/forwarding:0'), /^net\.ipv6\.conf\.all\.forwarding is 0/],
    ['a ping that was translated', {...untold('ping', {from: 'eth0'}), verdict: verdict({what: 'sender', on: 'usb0'})}, healthy, /translates multicast/],
    ['a router that ignores pings', untold('ping', {to: []}), setting('net/ipv4/icmp_echo_ignore_broadcasts:1'), /^net\.ipv4\.icmp_echo_ignore_broadcasts is 1$/],
    ['no IPv6', untold('ping', {to: [], group: address('ff05::1')}), setting('net/ipv6/conf/wlan0/disable_ipv6:1'), /^net\.ipv6\.conf\.wlan0\.disable_ipv6 is 1$/],
    ['no masquerade', untold('nat'), {...healthy, nftables: 'chain masquerade_clients { }'}, /no masquerade rule/],
    ['no DHCP server', untold('dhcp'), healthy, /^udhcpd is not running/],
    ['no mgroup', untold('membership'), healthy, /mgroup/],
    ['a route that is too wide', wrong('stray', {}), healthy, /wider than the file says/],
    ['a leak', {expectation: expectation('silence'), verdict: verdict({what: 'stray', on: 'usb0'})}, healthy, /wider than the file says \(ip_mr_cache has 2 of this group\)/],
  ]
  for (const [title, failed, state, wanted] of cases) {
    it(title, () => {
      expect(likelyCause(failed, translating, state)).to.match(wanted)
    })
  }

  it('is not made up where the guest said nothing', () => {
    expect(likelyCause(lost(), labDeployment(), {})).to.equal(undefined)
  })
})

describe('the kernel’s multicast tables', () => {
  it('are read with their addresses the right way round', () => {
    expect(parseVifs(VIFS)).to.deep.equal(new Map([['wlan0', 0], ['usb0', 1]]))
    const [first, , unresolved] = parseCache(CACHE, 4)
    expect(first).to.deep.equal({group: address('225.0.0.1').bits, origin: address('192.168.2.254').bits, inbound: 0, packets: 3, wrong: 0, outbound: new Map([[1, 1]])})
    expect(unresolved).to.include({inbound: -1, packets: 0})
  })

  it('are read for IPv6', () => {
    expect(parseCache(CACHE_6, 6)).to.deep.equal([
      {group: address('ff05::4242').bits, origin: address('fd00:2::2').bits, inbound: 0, packets: 4, wrong: 0, outbound: new Map([[1, 1], [2, 1]])},
    ])
  })
})
