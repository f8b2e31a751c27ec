import {expect} from 'chai'

import {likelyCause} from '../../src/emulator/causes.js'
import {parseCache, parseVifs, type GuestState} from '../../src/emulator/guest-state.js'
import type {Expectation} from '../../src/emulator/expectations/expectation.js'
import {address, labDeployment} from '../lab/deployment.js'

const VIFS = `Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote
 0 wlan0         14100      84      1095       7 00008 00000002 00000000
 1 usb0           1472       8      9470      58 00008 00000003 00000000
`
const CACHE = `Group    Origin   Iif     Pkts    Bytes    Wrong Oifs
010000E1 FE02A8C0 0          3      534        0  1:1
090909EF 0200030A 2          4      424        0  0:5
010000E1 FD02A8C0 -1         0        0        0
`
const CACHE_6 = `Group                            Origin                           Iif      Pkts  Bytes     Wrong  Oifs
ff05:0000:0000:0000:0000:0000:0000:4242 fd00:0002:0000:0000:0000:0000:0000:0002 0       4      424        0  1:1    2:1
`
const healthy: GuestState = {ip_mr_vif: VIFS, ip_mr_cache: CACHE, processes: '  266 root     smcrouted -n -l info', nftables: 'ip ttl set 64 ip saddr set 10.99.2.2 masquerade', forwarding: 'ip_forward:1'}

const expectation = (kind: Expectation['kind'], source = '192.168.2.254', to = ['usb0']): Expectation => ({
  id: 'x', title: 'x', expected: 'x', kind, stimuli: [], flow: {from: 'wlan0', to, source: address(source), group: address('225.0.0.1')}, judge: () => ({passed: false, seen: ''}),
})

describe('the likely cause of a failure', () => {
  const cases: [string, Expectation, GuestState, RegExp][] = [
    ['a daemon that is gone', expectation('delivery'), {...healthy, processes: '1 root init', daemonLog: 'smcroute: Failed: Address already in use\n'}, /^smcrouted is not running: "smcroute: Failed: Address already in use": nothing is routed/],
    ['an interface the daemon does not know', expectation('delivery', '192.168.2.254', ['eth0']), healthy, /^eth0 is not in ip_mr_vif/],
    ['a packet that never came', expectation('delivery', '192.168.2.9'), healthy, /^ip_mr_cache has no entry for 225\.0\.0\.1/],
    ['a route that is missing', expectation('delivery', '192.168.2.253'), healthy, /the daemon has no route for 225\.0\.0\.1/],
    ['a firewall', expectation('delivery'), {...healthy, nftables: 'chain f { type filter hook forward priority 0; policy drop; }'}, /counts 3.*a forward chain drops by default/],
    ['TTL without nft', expectation('ttl'), {...healthy, nftables: ''}, /counts 3\) but did not leave with the right TTL: no nft rule "ip ttl set": is the nft table loaded/],
    ['NAT without nft', expectation('source'), {...healthy, nftables: ''}, /^no nft rule "ip saddr set"/],
    ['NAT after conntrack', expectation('source'), healthy, /conntrack may have seen the flow first/],
    ['unicast forwarding', expectation('ping'), {...healthy, forwarding: '/proc/sys/net/ipv4/ip_forward:0'}, /ip_forward is 0/],
    ['no masquerade', expectation('nat'), {...healthy, nftables: ''}, /no masquerade rule/],
    ['no DHCP server', expectation('dhcp'), healthy, /^udhcpd is not running/],
    ['no mgroup', expectation('membership'), healthy, /mgroup/],
    ['a route that is too wide', expectation('silence'), healthy, /holds 2 entries for 225\.0\.0\.1/],
  ]
  for (const [title, failed, state, wanted] of cases) {
    it(title, () => {
      expect(likelyCause(failed, labDeployment(), state)).to.match(wanted)
    })
  }

  it('is not made up where the guest said nothing', () => {
    expect(likelyCause(expectation('delivery'), labDeployment(), {})).to.equal(undefined)
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
