import type {Router} from '../spec/rules/checked.js'

/** One run of test/lab/mcast-lab: src(eth0) -- wlan0 [router] usb0 -- rx1, eth0 -- rx2. */
export interface LabRun {
  /** smcroute.conf. */
  conf: string
  /** Loaded in the router before the daemon starts. */
  nft?: string
  /** Shell in the router before the daemon starts; $1 is the file of `conf`, $src the namespace of the source. A failing command fails the run. */
  shell?: string
  /** Options that smcrouted gets besides. */
  options?: string
  /** Deliveries that are to be seen, as mcast-lab has them. */
  checks: readonly string[]
  /** What smcrouted says meanwhile; nothing of it where it is absent. */
  complaint?: RegExp
}

export interface Scenario {
  rule: string
  title: string
  /** A router that the rule finds fault with: in the same words as `wrong`, where a file of an overlay holds them. */
  found: Router
  wrong: LabRun
  right: LabRun
}

const conf = (...lines: string[]): string => lines.map(line => `${line}\n`).join('')
const mroute = (group: string, to = 'usb0', from = 'wlan0'): string => `mroute from ${from} group ${group} to ${to}`
const mgroup = (group: string): string => `mgroup from wlan0 group ${group}`
const POST = conf(mgroup('225.0.0.1'), mroute('225.0.0.1'))
const ofOneSource = (to: string): string => conf(`mroute from wlan0 source 10.1.0.2 group 225.0.0.1 to ${to}`)
const TWO_LINKS = conf(mgroup('225.0.0.1'), mroute('225.0.0.1', 'usb0 eth0'))

const table = (...chains: string[]): string => `table inet claim {\n${chains.join('\n')}\n}\n`
const chain = (hook: string, priority: string, ...rules: string[]): string =>
  `chain ${hook} {\ntype filter hook ${hook} priority ${priority}; policy accept;\n${rules.join('\n')}\n}`
const files = (path: string, text: string, spec: Record<string, unknown> = {}): Router => ({files: {[path]: text}, spec})
const smcroute = (text: string): Router => files('etc/smcroute.conf', text)
const nftables = (text: string): Router => files('etc/nftables.conf', text)
const script = (text: string, spec: Record<string, unknown> = {}): Router => files('etc/init.d/S90site', `#!/bin/sh\n${text}\n`, spec)
const routes = (...list: Record<string, unknown>[]): Record<string, unknown> => ({multicast: {routes: list.map(route => ({from: 'wlan0', to: ['usb0'], ...route}))}})

const bothWays = (name: string, value: number): string => `echo ${value} >/proc/sys/net/ipv4/conf/${name}/rp_filter`
const FOREIGN = 'ip -n "$src" addr add 192.0.2.9/32 dev eth0'
const PING = 'ping() { ip netns exec "$src" busybox ping -c 1 -W 2 "$@" >/dev/null; }'
const MASQUERADE = (oif: string, ...more: string[]): string => ['iptables -t nat -A POSTROUTING -o', oif, ...more, '-j MASQUERADE'].join(' ')
const BRIDGE = `ip link add br0 type bridge mcast_snooping 0
ip addr flush dev wlan0
ip link set wlan0 master br0
ip addr add 10.1.0.1/24 dev br0
ip link set br0 up
echo 0 >/proc/sys/net/ipv4/conf/br0/rp_filter`
const UNTRACKED = table(
  chain('prerouting', 'raw', 'iifname "wlan0" ip daddr 225.0.0.1 meta l4proto udp notrack'),
  chain('postrouting', 'srcnat', 'oifname "usb0" ip daddr 225.0.0.1 ip saddr set 10.2.0.1', 'oifname "eth0" ip daddr 225.0.0.1 ip saddr set 10.3.0.1'),
)
const liftedAt = (hook: string): string => table(chain(hook, 'mangle', 'iifname "wlan0" ip daddr 225.0.0.1 ip ttl 1 ip ttl set 64'))

/** What becomes of packets where a rule is broken, with the real smcrouted and kernel; and where it is kept. */
export const scenarios: readonly Scenario[] = [
  {
    rule: 'M01', title: 'a group of 224.0.0.0/24 is taken without a word and never forwarded; one of 224.0.1.0/24 is',
    found: smcroute(conf(mroute('224.0.0.5'))),
    wrong: {conf: conf(mroute('224.0.0.5')), checks: ['224.0.0.5,ttl=64,to=none']},
    right: {conf: conf(mroute('224.0.1.5')), checks: ['224.0.1.5']},
  },
  {
    rule: 'M01', title: 'ff02:: never leaves its link, ff05:: does',
    found: smcroute(conf(mroute('ff02::4242'))),
    wrong: {conf: conf(mroute('ff02::4242')), checks: ['ff02::4242,ttl=64,to=none']},
    right: {conf: conf(mroute('ff05::4242')), checks: ['ff05::4242']},
  },
  {
    rule: 'M02', title: 'a range beyond multicast is taken without a word, and routes every group there is',
    found: smcroute(conf(mroute('225.0.0.0/3'))),
    wrong: {conf: conf(mroute('225.0.0.0/3')), checks: ['239.9.9.9']},
    right: {conf: conf(mroute('225.0.0.0/8')), checks: ['225.9.9.9', '239.9.9.9,to=none']},
  },
  {
    rule: 'M03', title: 'SSDP comes with TTL 1 and is not forwarded; lifted it is',
    found: {spec: routes({group: '239.255.255.250'})},
    wrong: {conf: conf(mroute('239.255.255.250')), checks: ['239.255.255.250,ttl=1,to=none']},
    right: {
      conf: conf(mroute('239.255.255.250')), checks: ['239.255.255.250,ttl=1,want_ttl=63'],
      nft: table(chain('prerouting', 'mangle', 'iifname "wlan0" ip daddr 239.255.255.250 ip ttl 1 ip ttl set 64')),
    },
  },
  {
    rule: 'M04', title: 'a TTL that is raised in the forward hook comes too late',
    found: nftables(liftedAt('forward')),
    wrong: {conf: POST, nft: liftedAt('forward'), checks: ['225.0.0.1,ttl=1,to=none']},
    right: {conf: POST, nft: liftedAt('prerouting'), checks: ['225.0.0.1,ttl=1,want_ttl=63']},
  },
  {
    rule: 'M05', title: 'a TTL rule without a group lets unicast with TTL 1 through as well; with one it does not',
    found: script('iptables -t mangle -A PREROUTING -i wlan0 -j TTL --ttl-set 64'),
    wrong: {conf: POST, shell: `iptables -t mangle -A PREROUTING -i wlan0 -j TTL --ttl-set 64\n${PING}\nping -t 1 10.2.0.2`, checks: ['225.0.0.1,ttl=1,want_ttl=63']},
    right: {conf: POST, shell: `iptables -t mangle -A PREROUTING -i wlan0 -d 225.0.0.1 -j TTL --ttl-set 64\n${PING}\n! ping -t 1 10.2.0.2`, checks: ['225.0.0.1,ttl=1,want_ttl=63']},
  },
  {
    rule: 'M06', title: 'a ttl-threshold that no TTL is above lets nothing pass',
    found: smcroute(conf('phyint wlan0 enable', 'phyint usb0 enable ttl-threshold 255', mroute('225.0.0.1'))),
    wrong: {conf: conf('phyint wlan0 enable', 'phyint usb0 enable ttl-threshold 255', mroute('225.0.0.1')), checks: ['225.0.0.1,ttl=255,to=none']},
    right: {conf: conf('phyint wlan0 enable', 'phyint usb0 enable ttl-threshold 10', mroute('225.0.0.1')), checks: ['225.0.0.1,ttl=11', '225.0.0.1,ttl=10,to=none']},
  },
  {
    rule: 'M08', title: 'packets of a bridge port arrive on the bridge: a route from the port gets none',
    found: {...script('ip link set wlan0 master br0'), spec: {...routes({group: '225.0.0.1'}), overlays: ['overlays/site']}},
    wrong: {conf: conf(mroute('225.0.0.1')), shell: BRIDGE, checks: ['225.0.0.1,to=none']},
    right: {conf: conf(mroute('225.0.0.1', 'usb0', 'br0')), shell: BRIDGE, checks: ['225.0.0.1']},
  },
  {
    rule: 'M12', title: 'with phyint lines (-N), an interface that none names is not known, and nothing passes',
    found: smcroute(conf('phyint wlan0 enable', mroute('225.0.0.1'))),
    wrong: {conf: conf('phyint wlan0 enable', mroute('225.0.0.1')), checks: ['225.0.0.1,to=none'], complaint: /usb0 is not a known phyint/},
    right: {conf: conf('phyint wlan0 enable', 'phyint usb0 enable', mroute('225.0.0.1')), checks: ['225.0.0.1']},
  },
  {
    rule: 'M13', title: 'the second owner of the table stays up and routes nothing, IPv6 neither',
    found: {...smcroute(POST), files: {'etc/smcroute.conf': POST, 'etc/mrouted.conf': ''}},
    wrong: {
      conf: conf(mroute('225.0.0.1'), mroute('ff05::4242')), checks: ['225.0.0.1,to=none', 'ff05::4242,to=none'], complaint: /already in use/,
      shell: 'smcrouted -n -f /dev/null -P "$1.first.pid" -u "$1.first.sock" >/dev/null 2>&1 & until [ -S "$1.first.sock" ]; do sleep 0.1; done',
    },
    right: {conf: conf(mroute('225.0.0.1'), mroute('ff05::4242')), checks: ['225.0.0.1', 'ff05::4242']},
  },
  {
    rule: 'M14', title: 'a table of its own (-t) that no rule leads to is never looked at',
    found: script('smcrouted -t 5 -f /etc/smcroute.conf'),
    wrong: {conf: POST, options: '-t 5', checks: ['225.0.0.1,to=none']},
    right: {conf: POST, options: '-t 5', shell: 'ip mrule add from all lookup 5 pref 100', checks: ['225.0.0.1']},
  },
  {
    rule: 'M15', title: 'of overlapping (*,G) lines the first counts alone',
    found: smcroute(conf(mroute('225.0.0.0/24'), mroute('225.0.0.3', 'eth0'))),
    wrong: {conf: conf(mroute('225.0.0.0/24'), mroute('225.0.0.3', 'eth0')), checks: ['225.0.0.3,to=usb0']},
    right: {conf: conf(mroute('225.0.0.3', 'usb0 eth0'), mroute('225.0.0.0/24')), checks: ['225.0.0.3,to=usb0+eth0', '225.0.0.4,to=usb0']},
  },
  {
    rule: 'M16', title: 'an (S,G) line hides the range that holds its group',
    found: smcroute(conf(mroute('225.0.0.0/24'), 'mroute from wlan0 source 10.1.0.2 group 225.0.0.3 to eth0')),
    wrong: {conf: conf(mroute('225.0.0.0/24'), 'mroute from wlan0 source 10.1.0.2 group 225.0.0.3 to eth0'), checks: ['225.0.0.3,to=eth0']},
    right: {conf: conf(mroute('225.0.0.0/24'), 'mroute from wlan0 source 10.1.0.2 group 225.0.0.3 to eth0 usb0'), checks: ['225.0.0.3,to=usb0+eth0']},
  },
  {
    rule: 'M17', title: 'masquerading on two outgoing interfaces loses every packet of the first',
    found: script(`${MASQUERADE('usb0')}\n${MASQUERADE('eth0')}`, routes({group: '225.0.0.1', to: ['usb0', 'eth0'], source: '10.1.0.2'})),
    wrong: {conf: conf(mroute('225.0.0.1', 'usb0 eth0')), shell: `${MASQUERADE('usb0')}\n${MASQUERADE('eth0')}`, checks: ['225.0.0.1,to=eth0,n=10']},
    right: {conf: TWO_LINKS, nft: UNTRACKED, checks: ['225.0.0.1,to=usb0+eth0,n=10,from_usb0=10.2.0.1,from_eth0=10.3.0.1']},
  },
  {
    rule: 'M18', title: 'translating on one of two outgoing interfaces: its address is seen on both, or on none',
    found: script('iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 10.3.0.1', routes({group: '225.0.0.1', to: ['usb0', 'eth0'], source: '10.1.0.2'})),
    wrong: {
      conf: conf(mroute('225.0.0.1', 'usb0 eth0')), shell: 'iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 10.3.0.1',
      checks: ['225.0.0.1,to=usb0+eth0,from_usb0=10.3.0.1,from_eth0=10.3.0.1'],
    },
    right: {conf: TWO_LINKS, nft: UNTRACKED, checks: ['225.0.0.1,to=usb0+eth0,from_usb0=10.2.0.1,from_eth0=10.3.0.1']},
  },
  {
    rule: 'M19', title: 'masquerade meets a router that joined: the flow leaves untranslated; without conntrack it is translated from the first packet on',
    found: script(MASQUERADE('usb0'), routes({group: '225.0.0.1'})),
    wrong: {conf: POST, shell: MASQUERADE('usb0'), checks: ['225.0.0.1,from=10.1.0.2']},
    right: {conf: POST, nft: UNTRACKED, checks: ['225.0.0.1,from=10.2.0.1']},
  },
  {
    rule: 'M20', title: 'a masquerade that does not leave multicast alone translates it by accident',
    found: script(MASQUERADE('usb0'), {...routes({group: '225.0.0.1', join: false}), nat: []}),
    wrong: {conf: conf(mroute('225.0.0.1')), shell: MASQUERADE('usb0'), checks: ['225.0.0.1,from=10.2.0.1']},
    right: {conf: conf(mroute('225.0.0.1')), shell: MASQUERADE('usb0', '! -d 224.0.0.0/4'), checks: ['225.0.0.1,from=10.1.0.2']},
  },
  {
    rule: 'M21', title: 'a forward policy of drop stops what is routed, for its packets are never established',
    found: script('iptables -P FORWARD DROP\niptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'),
    wrong: {conf: POST, shell: 'iptables -P FORWARD DROP\niptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', checks: ['225.0.0.1,to=none']},
    right: {conf: POST, shell: 'iptables -P FORWARD DROP\niptables -A FORWARD -d 224.0.0.0/4 -j ACCEPT', checks: ['225.0.0.1']},
  },
  {
    rule: 'M22', title: 'with rp_filter=1 a sender of another subnet gets nothing through',
    found: {spec: {system: {sysctl: {'net.ipv4.conf.all.rp_filter': 1}}}},
    wrong: {conf: POST, shell: `${FOREIGN}\n${bothWays('all', 1)}`, checks: ['225.0.0.1,src=192.0.2.9,to=none', '225.0.0.1']},
    right: {conf: POST, shell: `${FOREIGN}\n${bothWays('all', 0)}\n${bothWays('wlan0', 0)}`, checks: ['225.0.0.1,src=192.0.2.9']},
  },
  {
    rule: 'M23', title: 'with ip_forward=0 multicast is routed all the same, and only answers die',
    found: {spec: {system: {sysctl: {'net.ipv4.ip_forward': 0}}}},
    wrong: {conf: POST, shell: `echo 0 >/proc/sys/net/ipv4/ip_forward\n${PING}\n! ping 10.2.0.2`, checks: ['225.0.0.1']},
    right: {conf: POST, shell: `${PING}\nping 10.2.0.2`, checks: ['225.0.0.1']},
  },
  {
    rule: 'M24', title: 'disable_ipv6=1 on the incoming interface: no IPv6 group is routed, and smcroute says nothing',
    found: {spec: {...routes({group: 'ff05::4242'}), system: {sysctl: {'net.ipv6.conf.wlan0.disable_ipv6': 1}}}},
    wrong: {conf: conf(mroute('ff05::4242')), shell: 'echo 1 >/proc/sys/net/ipv6/conf/wlan0/disable_ipv6', checks: ['ff05::4242,to=none']},
    right: {conf: conf(mroute('ff05::4242')), checks: ['ff05::4242']},
  },
  {
    rule: 'M26', title: 'mc_forwarding cannot be written: the daemon sets it',
    found: {spec: {system: {sysctl: {'net.ipv4.conf.all.mc_forwarding': 1}}}},
    wrong: {conf: '', shell: '! sh -c "echo 1 >/proc/sys/net/ipv4/conf/all/mc_forwarding" 2>/dev/null', checks: ['225.0.0.1,to=none']},
    right: {conf: POST, checks: ['225.0.0.1']},
  },
  {
    rule: 'M27', title: 'words after # on a line are taken as interfaces',
    found: smcroute(conf(`${mroute('225.0.0.1')} # not eth0`)),
    wrong: {conf: conf(`${mroute('225.0.0.1')} # not eth0`), checks: ['225.0.0.1,to=usb0+eth0'], complaint: /not is not a known phyint/},
    right: {conf: conf('# not eth0', mroute('225.0.0.1')), checks: ['225.0.0.1,to=usb0']},
  },
  {
    rule: 'M28', title: 'after a reload a route leaves by the interface it had before as well; after a fresh start it does not',
    found: script('killall -HUP smcrouted'),
    wrong: {
      conf: ofOneSource('usb0'), checks: ['225.0.0.1,to=usb0+eth0'],
      // Once the route is in the kernel.
      shell: `(
until [ "$(wc -l </proc/net/ip_mr_cache)" -gt 1 ]; do sleep 0.1; done
sed -i 's/ usb0$/ eth0/' "$1"
kill -HUP $(ip netns pids "$(ip netns identify)" | xargs ps -o pid=,comm= -p | sed -n 's/ *\\([0-9]*\\) smcrouted$/\\1/p')
) >/dev/null 2>&1 &`,
    },
    right: {conf: ofOneSource('eth0'), checks: ['225.0.0.1,to=eth0']},
  },
  {
    rule: 'M31', title: 'mDNS is not routed, lifted or not: its group never leaves the link',
    found: smcroute(conf(mroute('224.0.0.251'))),
    wrong: {
      conf: conf(mroute('224.0.0.251')), checks: ['224.0.0.251,ttl=1,to=none', '224.0.0.251,ttl=255,to=none'],
      nft: table(chain('prerouting', 'mangle', 'iifname "wlan0" ip daddr 224.0.0.251 ip ttl set 64')),
    },
    right: {conf: conf(mroute('224.0.1.251')), checks: ['224.0.1.251']},
  },
  {
    rule: 'M36', title: 'one (S,G) on two incoming interfaces: the second line takes the route from the first',
    found: smcroute(conf('mroute from wlan0 source 10.1.0.2 group 225.0.0.1 to usb0', 'mroute from eth0 source 10.1.0.2 group 225.0.0.1 to usb0')),
    wrong: {conf: conf('mroute from wlan0 source 10.1.0.2 group 225.0.0.1 to usb0', 'mroute from eth0 source 10.1.0.2 group 225.0.0.1 to usb0'), checks: ['225.0.0.1,to=none']},
    right: {conf: conf('mroute from wlan0 source 10.1.0.2 group 225.0.0.1 to usb0'), checks: ['225.0.0.1']},
  },
]
