import type {Router} from './checked.js'

interface Case {
  wrong: Router
  right: Router | Router[]
  /** Path in the spec, dotted, or file:line:column of the first finding. */
  at: string
  count?: number
  severity?: 'error' | 'warning'
}

type Route = Record<string, unknown>

const routes = (...list: Route[]): Router => ({spec: {multicast: {routes: list.map(route => ({from: 'wlan0', to: ['usb0'], ...route}))}}})
const group = (text: string, more: Route = {}): Router => routes({group: text, ...more})
const file = (path: string, text: string, spec: Record<string, unknown> = {}): Router => ({files: {[path]: text}, spec})
const conf = (text: string): Router => file('etc/smcroute.conf', text)
const script = (text: string, spec: Record<string, unknown> = {}): Router => file('etc/init.d/S90site', `#!/bin/sh\n${text}\n`, spec)
const meta = (text: string): Router => ({metas: {'overlays/site.meta.yaml': text}})
/** Layers of a root, and what they say they replace. */
const layers = (files: Record<string, Record<string, string | number>>, replaces: Record<string, string[]> = {}): Router => ({
  spec: {overlays: Object.keys(files).filter(name => name !== 'router')},
  overlays: Object.fromEntries(Object.keys(files).map(name => [name, name.endsWith('.tar') ? 'file' : 'directory'])),
  layers: Object.fromEntries(Object.entries(files).map(([name, below]) => [name, {files: below, replaces: replaces[name] ?? []}])),
})
const onCard = (size: number): Router => ({...layers({'overlays/site': {'srv/film': size}}), spec: {root: 'ext4', overlays: ['overlays/site']}})
const hundred = (text: string): Record<string, string> => Object.fromEntries(Array.from({length: 100}, (_, index) => [`srv/${index}`, text]))
const CONF = 'overlays/site/etc/smcroute.conf'
const SCRIPT = 'overlays/site/etc/init.d/S90site'
const nft = (text: string): Router => file('etc/nftables.conf', text)
const NFT = 'overlays/site/etc/nftables.conf'
const twoOifs = {multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0', 'eth0'], source: '10.1.0.2'}]}}
const wlan0 = (more: Record<string, unknown>): Router => ({spec: {interfaces: {wlan0: more}}})
const accessPoint = (more: Record<string, unknown> = {}): Record<string, unknown> => ({accessPoint: {ssid: 'pi', passphrase: 'raspberry pi', country: 'PT', ...more}})
const sysctl = (name: string, value: string | number): Router => ({spec: {system: {sysctl: {[name]: value}}}})
const keys = (...authorizedKeys: string[]): Router => ({spec: {root: 'ext4', system: {ssh: {authorizedKeys}}}})
const starter = (text: string): Pick<Router, 'files'> => ({files: {'usr/libexec/brmc/multicast-daemon': `#!/bin/sh\n${text}\n`}})
/** mrouted, with its settings. */
const dvmrp = (mrouted: Record<string, unknown>, daemon = 'mrouted'): Router => ({spec: {multicast: {daemon, mrouted, routes: []}}})
/** usb0 upstream, wlan0 and eth0 downstream. */
const proxy = (more: Record<string, unknown> = {}, ...list: Route[]): Router => ({spec: {
  interfaces: {eth0: {role: 'downstream'}, ...more},
  multicast: {daemon: 'igmpproxy', routes: list.map(route => ({from: 'usb0', to: ['wlan0'], ...route}))},
}})
/** br0 with the port eth1, beside the router's own. */
const bridge = (more: Record<string, unknown> = {}, others: Record<string, unknown> = {}): Router => ({spec: {
  interfaces: {br0: {role: 'downstream', address: '10.4.0.1/24', bridge: {ports: ['eth1'], ...more}}, ...others},
}})
const vlan = (more: Record<string, unknown> = {}, others: Record<string, unknown> = {}): Router => ({spec: {
  interfaces: {vlan7: {role: 'downstream', address: '10.7.0.1/24', vlan: {parent: 'eth0', id: 7}, ...more}, ...others},
}})
const statusPage = (more: Record<string, unknown> = {}, spec: Record<string, unknown> = {}): Router => ({spec: {statusPage: more, ...spec}})
const mrouted = (...list: Route[]): Router => ({spec: {multicast: {daemon: 'mrouted', routes: list.map(route => ({from: 'wlan0', to: ['usb0'], ...route}))}}})

const discovery = (what: unknown, spec: Record<string, unknown> = {}, daemon = 'smcroute'): Router => ({spec: {...spec, multicast: {daemon, discovery: what, routes: []}}})
const firewall = (more: Record<string, unknown>): Router => ({spec: {firewall: more}})

function blob(...strings: (string | Buffer)[]): string {
  return Buffer.concat(strings.flatMap(part => {
    const bytes = Buffer.from(part)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })).toString('base64')
}

const PASSWORD_HASH = `$6$saltstring$${'a'.repeat(86)}`
const ED25519 = blob('ssh-ed25519', Buffer.alloc(32, 7))
const interfaces = (length: number): Record<string, unknown> => Object.fromEntries(
  Array.from({length}, (_, index) => [`eth${index + 1}`, {role: 'upstream', address: `10.9.${index}.1/24`}]),
)

/** [rule, what is wrong, the case]: a router that breaks the rule, and one near it that does not. */
export const cases: readonly (readonly [id: string, title: string, test: Case])[] = [
  ['M01', 'local network control block', {wrong: group('224.0.0.5'), right: [group('224.0.1.5'), group('239.255.255.250')], at: 'multicast.routes.0.group'}],
  ['M01', 'link-local IPv6, whatever its flags', {wrong: group('ff12::4242'), right: group('ff15::4242'), at: 'multicast.routes.0.group'}],
  ['M01', 'interface-local IPv6', {wrong: group('ff01::1'), right: group('ff05::1'), at: 'multicast.routes.0.group'}],
  ['M01', "an overlay's smcroute.conf", {wrong: conf('mroute from wlan0 group 224.0.0.5 to usb0\n'), right: conf('mroute from wlan0 group 225.0.0.5 to usb0\n'), at: `${CONF}:1:25`}],
  ['M02', 'a unicast address', {wrong: group('192.168.2.7'), right: group('225.0.0.0/24', {join: false}), at: 'multicast.routes.0.group'}],
  ['M02', 'a range beyond multicast', {wrong: group('225.0.0.0/3', {join: false}), right: group('224.0.0.0/4', {join: false}), at: 'multicast.routes.0.group'}],
  ['M02', 'a group that is no address', {wrong: conf('mgroup from wlan0 group 225.0.0.1\nmroute from wlan0 group 225.0.0 to usb0\n'), right: conf(''), at: `${CONF}:2:25`}],
  ['M03', 'SSDP without a lifted TTL', {
    wrong: group('239.255.255.250'),
    right: [group('239.255.255.250', {liftTtl: true}), {...group('239.255.255.250'), ...script('iptables -t mangle -A PREROUTING -i wlan0 -d 239.255.255.250 -j TTL --ttl-set 4'),
      spec: {multicast: {routes: [{group: '239.255.255.250', from: 'wlan0', to: ['usb0']}]}}}],
    at: 'multicast.routes.0.group',
  }],
  ['M04', 'TTL in FORWARD', {
    wrong: script('iptables -t mangle -A FORWARD -d 225.0.0.1 -j TTL --ttl-set 64'),
    right: script('iptables -t mangle -A PREROUTING -d 225.0.0.1 -j TTL --ttl-set 64'),
    at: `${SCRIPT}:2:1`,
  }],
  ['M04', 'nft: ttl set in a postrouting chain', {
    wrong: nft('table ip mc {\n  chain ttl {\n    type filter hook postrouting priority mangle;\n    ip daddr 225.0.0.1 ip ttl set 64\n  }\n}\n'),
    right: nft('table ip mc {\n  chain ttl {\n    type filter hook prerouting priority mangle;\n    ip daddr 225.0.0.1 ip ttl set 64\n  }\n}\n'),
    at: `${NFT}:4:5`,
  }],
  ['M05', 'TTL of every packet', {
    wrong: script('iptables -t mangle -A PREROUTING -i wlan0 -j TTL --ttl-set 64'),
    right: script('iptables -t mangle -A PREROUTING -i wlan0 -d 225.0.0.1 -j TTL --ttl-set 64'),
    at: `${SCRIPT}:2:1`,
  }],
  ['M06', 'a threshold above the lifted TTL', {wrong: group('225.0.0.1', {liftTtl: true, ttlThreshold: 64}), right: group('225.0.0.1', {liftTtl: true, ttlThreshold: 63}), at: 'multicast.routes.0.ttlThreshold'}],
  ['M06', 'phyint thresholds out of range', {
    wrong: conf('phyint usb0 enable ttl-threshold 255\nphyint eth0 enable ttl-threshold 0\n'),
    right: conf('phyint usb0 enable ttl-threshold 254\n'), at: `${CONF}:1:34`, count: 2,
  }],
  ['M07', 'join: false', {
    wrong: group('225.0.0.1', {join: false}),
    right: [group('225.0.0.1'), {spec: {interfaces: {wlan0: accessPoint()}, multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['usb0'], join: false}]}}}],
    at: 'multicast.routes.0.join',
  }],
  ['M07', 'mroute without mgroup', {wrong: conf('mroute from wlan0 group 225.0.0.1 to usb0\n'), right: conf('mgroup from wlan0 group 225.0.0.1\nmroute from wlan0 group 225.0.0.1 to usb0\n'), at: `${CONF}:1:1`}],
  ['M08', 'a route from a bridge port', {
    wrong: file('etc/network/interfaces', 'auto br0\niface br0 inet static\n  bridge_ports wlan0 eth0\n'), right: file('etc/network/interfaces', 'auto br0\niface br0 inet static\n  bridge_ports eth0\n'),
    at: 'multicast.routes.0.from',
  }],
  ['M08', 'a route from the port of a bridge of this file', {
    wrong: {spec: {...bridge().spec, multicast: {routes: [{group: '225.0.0.1', from: 'eth1', to: ['usb0']}]}}}, at: 'multicast.routes.0.from',
    right: {spec: {...bridge().spec, multicast: {routes: [{group: '225.0.0.1', from: 'br0', to: ['usb0']}]}}},
  }],
  ['M08', 'brctl and ip link', {wrong: script('ip link set dev usb0 up master br0'), right: script('brctl addif br0 eth0'), at: 'multicast.routes.0.to.0'}],
  ['M08', 'hostapd puts its radio into a bridge', {wrong: file('etc/hostapd.conf', 'interface=wlan0\nbridge=br0\n'), right: file('etc/hostapd.conf', 'interface=wlan0\n'), at: 'multicast.routes.0.from'}],
  ['M09', 'an interface in its own list', {wrong: group('225.0.0.1', {to: ['usb0', 'wlan0']}), right: group('225.0.0.1', {to: ['usb0', 'eth0']}), at: 'multicast.routes.0.to.1'}],
  ['M10', 'smcroute.conf names an unknown interface', {
    wrong: conf('mgroup from wlan0 group 225.0.0.1\nmroute from wlan0 group 225.0.0.1 to usb1\n'), right: conf('mgroup from wlan+ group 225.0.0.1\nmroute from wlan+ group 225.0.0.1 to usb+\n'), at: `${CONF}:2:38`,
  }],
  ['M10', 'the hook is replaced', {wrong: file('usr/libexec/brmc/interface-event', '#!/bin/sh\nip link set "$1" up\n'), right: file('usr/libexec/brmc/interface-event', '#!/bin/sh\n/usr/libexec/brmc/restart-multicast-daemon\n'), at: 'overlays/site/usr/libexec/brmc/interface-event:1:1'}],
  ['M11', 'more interfaces than vifs', {wrong: {spec: {interfaces: interfaces(30)}}, right: {spec: {interfaces: interfaces(29)}}, at: 'interfaces.eth30'}],
  ['M11', 'more than 31 outgoing interfaces', {
    wrong: conf(`mroute from wlan0 group 225.0.0.1 to ${Array.from({length: 32}, (_, index) => `eth${index}`).join(' ')}\n`),
    right: conf(`mroute from wlan0 group 225.0.0.1 to ${Array.from({length: 31}, (_, index) => `eth${index}`).join(' ')}\n`), at: `${CONF}:1:214`,
  }],
  ['M12', '-N without phyint', {
    wrong: {files: {'etc/default/smcroute': 'SMCROUTED_OPTS="-n -N"\n', 'etc/smcroute.conf': 'phyint wlan0 enable\nmroute from wlan0 group 225.0.0.1 to usb0\nphyint usb0 enable\n'}},
    right: [
      {files: {'etc/default/smcroute': 'SMCROUTED_OPTS="-n -N"\n', 'etc/smcroute.conf': 'phyint wlan0 enable\nphyint usb0 enable\nmroute from wlan0 group 225.0.0.1 to usb0\n'}},
      conf('mroute from wlan0 group 225.0.0.1 to usb0\n'),
    ], at: `${CONF}:2:1`,
  }],
  ['M13', 'a second daemon', {wrong: script('start-stop-daemon -S -x /usr/sbin/mrouted'), right: [script('[ -x /usr/sbin/mrouted ] || exit 0'), script('killall mrouted'), script('start-stop-daemon -K -x /usr/sbin/mrouted')], at: `${SCRIPT}:2:1`}],
  ['M13', 'a second smcrouted', {
    wrong: script('exec /usr/sbin/smcrouted -n'),
    right: {files: {'etc/init.d/S90site': 'smcrouted -n\n', 'etc/inittab': '::sysinit:/etc/init.d/rcS\n'}}, at: `${SCRIPT}:2:1`,
  }],
  ['M13', 'inittab starts another', {wrong: file('etc/inittab', '::respawn:/usr/sbin/pimd -f\n'), right: file('etc/inittab', '::respawn:/usr/sbin/smcrouted -n\n'), at: 'overlays/site/etc/inittab:1:1'}],
  ['M13', 'mrouted.conf beside smcroute', {wrong: file('etc/mrouted.conf', 'phyint wlan0\n'), right: {...file('etc/mrouted.conf', 'phyint wlan0\n'), ...mrouted()}, at: 'overlays/site/etc/mrouted.conf:1:1'}],
  ['M13', 'smcroute.conf beside mrouted', {wrong: {...conf('mgroup from wlan0 group 225.0.0.1\n'), ...mrouted()}, right: conf('mgroup from wlan0 group 225.0.0.1\n'), at: `${CONF}:1:1`, severity: 'warning'}],
  ['M14', 'a table nobody looks into', {wrong: script('smcrouted -t 5'), right: [script('smcrouted -t 5\nip -6 mrule add from all lookup 5 pref 100'), script('smcrouted -n')], at: `${SCRIPT}:2:1`}],
  ['M15', 'a range hides a group', {
    wrong: conf('mroute from wlan0 group 225.0.0.0/24 to usb0\nmroute from wlan0 group 225.0.0.3 to eth0\n'),
    right: [conf('mroute from wlan0 group 225.0.0.0/24 to usb0\nmroute from wlan0 group 225.0.1.3 to eth0\n'), routes({group: '225.0.0.0/24'}, {group: '225.0.0.3', to: ['eth0']})], at: `${CONF}:2:25`,
  }],
  ['M16', 'a sender leaves the range', {
    wrong: conf('mroute from wlan0 group 225.0.0.0/24 to usb0\nmroute from wlan0 source 10.1.0.2 group 225.0.0.3 to eth0\n'),
    right: [conf('mroute from wlan0 group 225.0.0.0/24 to usb0\nmroute from wlan0 source 10.1.0.2 group 225.0.0.3 to eth0 usb0\n'), routes({group: '225.0.0.0/24'}, {group: '225.0.0.3', source: '10.1.0.2', to: ['eth0']})],
    at: `${CONF}:2:41`,
  }],
  ['M17', 'MASQUERADE on both interfaces', {
    wrong: script('iptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE\niptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE', twoOifs),
    right: [
      script('iptables -t nat -A POSTROUTING -o usb0 ! -d 224.0.0.0/4 -j MASQUERADE\niptables -t nat -A POSTROUTING -o eth0 ! -d 224.0.0.0/4 -j MASQUERADE', twoOifs),
      script('iptables -t raw -A PREROUTING -d 225.0.0.0/8 -j CT --notrack\niptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE\niptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE', twoOifs),
    ], at: `${SCRIPT}:3:1`,
  }],
  ['M18', 'SNAT on one of two', {
    wrong: script('iptables -t nat -A POSTROUTING -o usb0 -j SNAT --to 10.2.0.1', twoOifs),
    right: script('iptables -t nat -A POSTROUTING -j SNAT --to 10.2.0.1', twoOifs), at: `${SCRIPT}:2:1`,
  }],
  ['M19', 'NAT of a group the router has joined', {
    wrong: script('iptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE'),
    right: [
      script('iptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE\niptables -A INPUT -i wlan0 -p udp -d 225.0.0.1 -j DROP'),
      script('iptables -t nat -A POSTROUTING -d 224.0.0.0/4 -j ACCEPT\niptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE'),
      script('iptables -t nat -A POSTROUTING -o usb0 -j MASQUERADE', {multicast: {routes: [{group: '225.0.0.1', source: '10.1.0.2', from: 'wlan0', to: ['usb0']}]}}),
    ], at: `${SCRIPT}:2:1`,
  }],
  ['M19', 'the same by nft', {
    wrong: nft('table ip nat {\n  chain post {\n    type nat hook postrouting priority srcnat; policy accept;\n    oifname "usb0" masquerade\n  }\n}\n'),
    right: nft('table ip nat {\n  chain post {\n    type nat hook postrouting priority srcnat; policy accept;\n    oifname "usb0" ip daddr != 224.0.0.0/4 masquerade\n  }\n}\n'), at: `${NFT}:4:5`,
  }],
  ['M20', 'MASQUERADE that is not restricted', {
    wrong: script('iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE'), right: script('iptables -t nat -A POSTROUTING -o eth0 ! -d 224.0.0.0/4 -j MASQUERADE'), at: `${SCRIPT}:2:1`,
  }],
  ['M21', 'FORWARD DROP', {
    wrong: script('iptables -P FORWARD DROP\niptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT'),
    right: [script('iptables -P FORWARD DROP\niptables -A FORWARD -d 224.0.0.0/4 -j ACCEPT'), script('iptables -P FORWARD DROP\niptables -A FORWARD -m pkttype --pkt-type multicast -j ACCEPT'), script('iptables -P INPUT DROP')],
    at: `${SCRIPT}:2:1`,
  }],
  ['M21', 'nft policy drop', {
    wrong: nft('table inet filter {\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n    ct state established,related accept\n  }\n}\n'),
    right: nft('table inet filter {\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n    iifname "wlan0" ip daddr { 225.0.0.1, 225.0.0.2 } accept\n  }\n}\n'), at: `${NFT}:3:47`,
  }],
  ['M22', 'rp_filter=1 and a sender from elsewhere', {
    wrong: {spec: {system: {sysctl: {'net.ipv4.conf.all.rp_filter': 1}}, multicast: {routes: [{group: '225.0.0.1', source: '172.16.0.9', from: 'wlan0', to: ['usb0']}]}}},
    right: {spec: {system: {sysctl: {'net.ipv4.conf.all.rp_filter': 1}}, multicast: {routes: [{group: '225.0.0.1', source: '10.1.0.9', from: 'wlan0', to: ['usb0']}]}}},
    at: 'system.sysctl.net.ipv4.conf.all.rp_filter',
  }],
  ['M22', 'rp_filter=1 and any sender, in sysctl.d', {wrong: file('etc/sysctl.d/site.conf', '# hardening\nnet/ipv4/conf/all/rp_filter = 1\n'), right: [
    file('etc/sysctl.d/site.conf', 'net.ipv4.conf.eth0.rp_filter = 1\n'), file('etc/sysctl.d/50-site.conf', 'net.ipv4.conf.all.rp_filter = 1\n'), file('etc/sysctl.d/site.conf', 'net.ipv4.conf.wlan0.rp_filter = 1\n'),
  ], at: 'overlays/site/etc/sysctl.d/site.conf:2:1', severity: 'warning'}],
  ['M22', 'rp_filter=2 without a route to the sender', {
    wrong: {spec: {system: {sysctl: {'net.ipv4.conf.all.rp_filter': 2}}, multicast: {routes: [{group: '225.0.0.1', source: '172.16.0.9', from: 'wlan0', to: ['usb0']}]}}},
    right: {spec: {interfaces: {usb0: {gateway: ['10.2.0.254']}}, system: {sysctl: {'net.ipv4.conf.all.rp_filter': 2}}, multicast: {routes: [{group: '225.0.0.1', source: '172.16.0.9', from: 'wlan0', to: ['usb0']}]}}},
    at: 'system.sysctl.net.ipv4.conf.all.rp_filter',
  }],
  ['M23', 'ip_forward=0', {wrong: sysctl('net.ipv4.ip_forward', 0), right: sysctl('net.ipv4.ip_forward', 1), at: 'system.sysctl.net.ipv4.ip_forward'}],
  ['M24', 'IPv6 is off where it is routed', {
    wrong: {spec: {system: {sysctl: {'net.ipv6.conf.wlan0.disable_ipv6': 1}}, multicast: {routes: [{group: 'ff05::1', from: 'wlan0', to: ['usb0']}]}}},
    right: sysctl('net.ipv6.conf.wlan0.disable_ipv6', 1), at: 'system.sysctl.net.ipv6.conf.wlan0.disable_ipv6',
  }],
  ['M25', 'a kernel without IPv6 multicast routing', {
    wrong: {...group('ff05::1'), fragments: {'overlays/board/linux-site.fragment': 'CONFIG_IPV6=y\n# CONFIG_IPV6_MROUTE is not set\n'}},
    right: [{fragments: {'overlays/board/linux-site.fragment': '# CONFIG_IPV6_MROUTE is not set\n'}}, {...group('ff05::1'), fragments: {'overlays/board/linux-site.fragment': 'CONFIG_IPV6_MROUTE=y\n'}}],
    at: 'overlays/board/linux-site.fragment:2:1',
  }],
  ['M26', 'mc_forwarding', {wrong: file('etc/sysctl.conf', 'net.ipv4.conf.all.mc_forwarding=1\n'), right: file('etc/sysctl.conf', '#net.ipv4.conf.all.mc_forwarding=1\n; x\nnet.ipv4.ip_forward=1\n'), at: 'overlays/site/etc/sysctl.conf:1:1'}],
  ['M27', 'a comment behind a statement', {wrong: conf('# fine\nmgroup from wlan0 group 225.0.0.1 # not fine\n'), right: conf('\t# fine\nmgroup from wlan0 group 225.0.0.1\n'), at: `${CONF}:2:35`}],
  ['M27', 'a line that is no statement', {wrong: conf('mroute frm wlan0 group 225.0.0.1 to usb0\n'), right: conf('include /etc/smcroute.d/*.conf\n'), at: `${CONF}:1:1`, severity: 'error'}],
  ['M28', 'SIGHUP', {wrong: script('killall -HUP smcrouted'), right: [script('killall smcrouted'), script('killall -HUP hostapd')], at: `${SCRIPT}:2:1`}],
  ['M29', '-w 30 and /sbin/mrouted', {
    wrong: {...file('etc/default/mrouted', 'MROUTED_ARGS="-w 30"\n'), spec: {multicast: {daemon: 'mrouted', routes: []}}},
    right: {...file('etc/default/mrouted', 'MROUTED_ARGS="-w 0"\n'), spec: {multicast: {daemon: 'mrouted', routes: []}}}, at: 'overlays/site/etc/default/mrouted:1:1',
  }],
  ['M29', 'the path of the package script', {
    wrong: {...file('etc/init.d/S41mrouted', 'start-stop-daemon -S -x /sbin/mrouted\n'), spec: {multicast: {daemon: 'mrouted', routes: []}}},
    right: {...file('etc/init.d/S41mrouted', 'start-stop-daemon -S -x /usr/sbin/mrouted\n'), spec: {multicast: {daemon: 'mrouted', routes: []}}}, at: 'overlays/site/etc/init.d/S41mrouted:1:1',
  }],
  ['M30', 'mrouted and IPv6, and smcroute is not run beside it', {
    wrong: {...mrouted({group: 'ff05::1'}), ...starter('exec mrouted -n -w 0')},
    right: [mrouted({group: 'ff05::1'}), {...mrouted({group: '225.0.0.1'}), ...starter('exec mrouted -n -w 0')}, {...mrouted({group: 'ff05::1'}), ...starter('ip -6 mrule add from all lookup 5 pref 100\nsmcrouted -n -t 5 &\nexec mrouted -n -w 0')}],
    at: 'overlays/site/usr/libexec/brmc/multicast-daemon:1:1',
  }],
  ['M30', 'igmpproxy and IPv6', {wrong: {...proxy({}, {group: 'ff05::1'}), ...starter('exec igmpproxy -d /etc/igmpproxy.conf')}, right: proxy({}, {group: 'ff05::1'}), at: 'overlays/site/usr/libexec/brmc/multicast-daemon:1:1'}],
  ['M31', 'mDNS', {wrong: group('ff05::fb'), right: group('ff05::fc'), at: 'multicast.routes.0.group'}],
  ['M31', 'mDNS, IPv4', {wrong: group('224.0.0.251'), right: group('224.0.1.251'), at: 'multicast.routes.0.group'}],
  ['M33', 'more than 1000 routes with a source', {
    wrong: conf(Array.from({length: 1001}, (_, index) => `mroute from wlan0 source 10.1.0.2 group 225.1.${index >> 8}.${index & 255} to usb0\n`).join('')),
    right: conf(Array.from({length: 1000}, (_, index) => `mroute from wlan0 source 10.1.0.2 group 225.1.${index >> 8}.${index & 255} to usb0\n`).join('')), at: `${CONF}:1001:1`,
  }],
  ['M34', 'an inittab that does not respawn', {
    wrong: file('etc/inittab', '::sysinit:/etc/init.d/rcS\n#::respawn:/usr/sbin/smcrouted -n\n'), right: [file('etc/inittab', '::respawn:/usr/sbin/smcrouted -n\n'), file('etc/inittab', '::respawn:/usr/libexec/brmc/multicast-daemon\n')], at: 'overlays/site/etc/inittab:1:1',
  }],
  ['M35', 'a ping of the group as a check', {wrong: script('if ping -c 1 225.0.0.1 >/dev/null; then echo fine; fi'), right: script('ping -c 1 10.1.0.2'), at: `${SCRIPT}:2:1`}],
  ['M36', 'one sender on two interfaces', {
    wrong: routes({group: '225.0.0.1', source: '10.1.0.2'}, {group: '225.0.0.1', source: '10.1.0.2', from: 'eth0'}),
    right: routes({group: '225.0.0.1', source: '10.1.0.2'}, {group: '225.0.0.1', source: '10.3.0.2', from: 'eth0'}), at: 'multicast.routes.1.from',
  }],
  ['N01', 'an interface that is not declared', {wrong: group('225.0.0.1', {to: ['ubs0']}), right: group('225.0.0.1'), at: 'multicast.routes.0.to.0'}],
  ['N01', 'nat to nowhere', {wrong: {spec: {nat: [{from: 'wlan0', to: 'usb1'}]}}, right: {spec: {nat: [{from: 'wlan0', to: 'usb0'}]}}, at: 'nat.0.to'}],
  ['N02', 'a name of the kernel', {wrong: {spec: {interfaces: {lo: {role: 'downstream', address: '10.7.0.1/24'}}}}, right: {}, at: 'interfaces.lo'}],
  ['N03', 'a range outside the subnet', {wrong: wlan0({dhcpServer: {from: '10.9.0.10', to: '10.9.0.20'}}), right: wlan0({dhcpServer: {from: '10.1.0.10', to: '10.1.0.20'}}), at: 'interfaces.wlan0.dhcpServer.from'}],
  ['N03', 'a reversed range', {wrong: wlan0({dhcpServer: {from: '10.1.0.20', to: '10.1.0.10'}}), right: wlan0({dhcpServer: {from: '10.1.0.20', to: '10.1.0.20'}}), at: 'interfaces.wlan0.dhcpServer.from'}],
  ['N03', "the router's own address", {wrong: wlan0({dhcpServer: {from: '10.1.0.1', to: '10.1.0.10'}}), right: wlan0({dhcpServer: {from: '10.1.0.2', to: '10.1.0.254'}}), at: 'interfaces.wlan0.dhcpServer.from'}],
  ['N03', 'the broadcast address', {wrong: wlan0({dhcpServer: {from: '10.1.0.2', to: '10.1.0.255'}}), right: wlan0({dhcpServer: {from: '10.1.0.2', to: '10.1.0.254'}}), at: 'interfaces.wlan0.dhcpServer.to'}],
  ['N03', 'a client that would serve', {wrong: wlan0({address: 'dhcp', dhcpServer: {from: '10.1.0.2', to: '10.1.0.9'}}), right: wlan0({address: 'dhcp'}), at: 'interfaces.wlan0.dhcpServer'}],
  ['N03', 'no IPv4 address', {wrong: wlan0({address: 'fd01::1/64', dhcpServer: {from: '10.1.0.2', to: '10.1.0.9'}}), right: wlan0({address: 'fd01::1/64'}), at: 'interfaces.wlan0.dhcpServer'}],
  ['N04', 'subnets that overlap', {wrong: {spec: {interfaces: {eth0: {address: '10.2.0.7/16'}}}}, right: {spec: {interfaces: {eth0: {address: ['10.4.0.7/16', 'fe80::1/64']}, usb0: {address: ['10.2.0.1/24', 'fe80::2/64']}}}}, at: 'interfaces.eth0.address'}],
  ['N05', 'the address of the network', {wrong: wlan0({address: '10.1.0.0/24'}), right: [wlan0({address: '10.1.0.0/31'}), wlan0({address: '10.1.0.1/32'})], at: 'interfaces.wlan0.address'}],
  ['N05', 'the broadcast address', {wrong: wlan0({address: ['10.1.0.255/24']}), right: wlan0({address: '10.1.0.255/16'}), at: 'interfaces.wlan0.address.0'}],
  ['N05', 'a group', {wrong: wlan0({address: '225.0.0.1/24'}), right: {}, at: 'interfaces.wlan0.address'}],
  ['N05', 'loopback', {wrong: wlan0({address: '127.0.0.1/8'}), right: {}, at: 'interfaces.wlan0.address'}],
  ['N06', 'one address twice', {wrong: {spec: {interfaces: {eth0: {address: '10.2.0.1/24'}}}}, right: {}, at: 'interfaces.eth0.address'}],
  ['N07', 'a gateway elsewhere', {wrong: {spec: {interfaces: {usb0: {gateway: ['10.9.0.1']}}}}, right: {spec: {interfaces: {usb0: {gateway: ['10.2.0.254', 'fe80::1']}}}}, at: 'interfaces.usb0.gateway.0'}],
  ['N07', 'the interface itself', {wrong: {spec: {interfaces: {usb0: {gateway: ['10.2.0.1']}}}}, right: {}, at: 'interfaces.usb0.gateway.0'}],
  ['N08', 'channel 12 in the US', {wrong: wlan0(accessPoint({channel: 12, country: 'US'})), right: [wlan0(accessPoint({channel: 12})), wlan0(accessPoint({channel: 11, country: 'US'}))], at: 'interfaces.wlan0.accessPoint.channel'}],
  ['N08', 'channel 14', {wrong: wlan0(accessPoint({channel: 14, country: 'JP'})), right: wlan0(accessPoint({channel: 13, country: 'JP'})), at: 'interfaces.wlan0.accessPoint.channel'}],
  ['N08', 'radar', {wrong: wlan0(accessPoint({channel: 100})), right: wlan0(accessPoint({channel: 36})), at: 'interfaces.wlan0.accessPoint.channel'}],
  ['N08', 'the upper band where it is closed', {wrong: wlan0(accessPoint({channel: 149, country: 'JP'})), right: wlan0(accessPoint({channel: 149, country: 'US'})), at: 'interfaces.wlan0.accessPoint.channel'}],
  ['N08', 'an unknown country', {wrong: wlan0(accessPoint({country: 'UK'})), right: wlan0(accessPoint({country: 'GB'})), at: 'interfaces.wlan0.accessPoint.country'}],
  ['N09', 'an access point upstream', {wrong: wlan0({role: 'upstream', ...accessPoint()}), right: wlan0(accessPoint()), at: 'interfaces.wlan0.accessPoint'}],
  ['N10', 'an access point that waits for DHCP', {wrong: wlan0({address: 'dhcp', ...accessPoint()}), right: wlan0(accessPoint()), at: 'interfaces.wlan0.address'}],
  ['N11', 'two access points', {
    wrong: {spec: {interfaces: {wlan0: accessPoint(), wlan1: {role: 'downstream', address: '10.8.0.1/24', ...accessPoint()}}}},
    right: {spec: {interfaces: {wlan0: accessPoint(), wlan1: {role: 'downstream', address: '10.8.0.1/24', mac: '00:11:22:33:44:55', ...accessPoint()}}}}, at: 'interfaces.wlan1.accessPoint',
  }],
  ['N12', 'a radio without 5 GHz', {
    wrong: {spec: {board: 'raspberrypizero2w-64', interfaces: {wlan0: accessPoint({channel: 36})}}},
    right: [{spec: {board: 'raspberrypizero2w-64', interfaces: {wlan0: accessPoint()}}}, wlan0(accessPoint({channel: 36}))], at: 'interfaces.wlan0.accessPoint.channel',
  }],
  ['N12', 'a kind of board of which some have 5 GHz', {
    wrong: {spec: {board: 'raspberrypi3-64', interfaces: {wlan0: accessPoint({channel: 36})}}}, right: {spec: {board: 'raspberrypi3-64', interfaces: {wlan0: accessPoint()}}},
    at: 'interfaces.wlan0.accessPoint.channel', severity: 'warning',
  }],
  ['N13', 'one MAC address twice', {
    wrong: {spec: {interfaces: {wlan0: {mac: '00:11:22:33:44:55'}, usb0: {mac: '00:11:22:33:44:55'}}}}, right: {spec: {interfaces: {wlan0: {mac: '00:11:22:33:44:55'}, usb0: {mac: '00:11:22:33:44:56'}}}}, at: 'interfaces.usb0.mac',
  }],
  ['N13', 'a group as MAC address', {wrong: wlan0({mac: '01:00:5e:00:00:01'}), right: wlan0({mac: '02:00:5e:00:00:01'}), at: 'interfaces.wlan0.mac'}],
  ['N14', 'a route twice', {wrong: routes({group: '225.0.0.1'}, {group: '225.0.0.1', to: ['eth0']}), right: routes({group: '225.0.0.1'}, {group: '225.0.0.2'}), at: 'multicast.routes.1'}],
  ['N15', 'families', {wrong: group('225.0.0.1', {source: 'fd01::2'}), right: group('ff05::1', {source: 'fd01::2'}), at: 'multicast.routes.0.source'}],
  ['N16', 'a group as sender', {wrong: group('225.0.0.1', {source: '225.0.0.2'}), right: group('225.0.0.1', {source: '10.1.0.0/24'}), at: 'multicast.routes.0.source'}],
  ['N17', 'mrouted on Debian', {wrong: {spec: {base: 'debian', multicast: {daemon: 'mrouted', routes: []}}}, right: [{spec: {base: 'debian'}}, mrouted()], at: 'multicast.daemon'}],
  ['N18', 'routes beside mrouted', {wrong: mrouted({group: '225.0.0.0/24'}), right: [mrouted(), mrouted({group: '225.0.0.1', liftTtl: true})], at: 'multicast.routes.0'}],
  ['N19', 'a package twice', {wrong: {spec: {packages: ['tcpdump', 'iw', 'tcpdump']}}, right: {spec: {packages: ['tcpdump', 'iw']}}, at: 'packages.2'}],
  ['N19', 'an interface of the status page twice', {wrong: statusPage({interfaces: ['wlan0', 'wlan0']}), right: statusPage({interfaces: ['wlan0']}), at: 'statusPage.interfaces.1'}],
  ['N20', 'an overlay outside', {wrong: {spec: {overlays: ['../secrets']}}, right: {spec: {overlays: ['overlays/site']}}, at: 'overlays.0'}],
  ['N20', 'an absolute path', {wrong: {spec: {overlays: ['/etc']}}, right: {}, at: 'overlays.0'}],
  ['N20', 'a symbolic link out of the project', {wrong: {spec: {overlays: ['overlays/link']}, overlays: {'overlays/link': 'outside'}}, right: {}, at: 'overlays.0'}],
  ['N21', 'an overlay that is not there', {wrong: {spec: {overlays: ['overlays/stie']}, overlays: {'overlays/stie': 'missing'}}, right: {spec: {overlays: ['overlays/site/']}}, at: 'overlays.0'}],
  ['N21', 'a file that is no tar', {wrong: {spec: {overlays: ['site.zip']}, overlays: {'site.zip': 'file'}}, right: {spec: {overlays: ['site.tar']}, overlays: {'site.tar': 'file'}}, at: 'overlays.0'}],
  ['N22', 'a key cut off', {wrong: keys(`ssh-ed25519 ${ED25519.slice(0, -8)} me@here`), right: [keys(`ssh-ed25519 ${ED25519} me@here`), keys(`no-pty,from="10.0.0.1" ssh-ed25519 ${ED25519}`)], at: 'system.ssh.authorizedKeys.0'}],
  ['N22', 'a key of another type', {wrong: keys(`ssh-rsa ${ED25519}`), right: keys(`ssh-rsa ${blob('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(257, 1))}`), at: 'system.ssh.authorizedKeys.0'}],
  ['N22', 'DSA', {wrong: keys(`ssh-dss ${blob('ssh-dss', 'x')}`), right: keys(), at: 'system.ssh.authorizedKeys.0'}],
  ['N23', 'a private key', {wrong: keys(`-----BEGIN OPENSSH PRIVATE KEY----- ${Buffer.from('openssh-key-v1\0secret').toString('base64')}`), right: keys(`ssh-ed25519 ${ED25519}`), at: 'system.ssh.authorizedKeys.0'}],
  ['N144', 'a password in the file itself', {wrong: {spec: {system: {password: 'correct horse'}}}, right: {spec: {system: {passwordHash: PASSWORD_HASH}}}, at: 'system.password'}],
  ['N145', 'a password and a hash', {wrong: {spec: {system: {password: 'correct horse', passwordHash: PASSWORD_HASH}}}, right: {spec: {system: {passwordHash: PASSWORD_HASH}}}, at: 'system.passwordHash'}],
  ['N39', 'an interface that nobody makes', {
    wrong: {spec: {interfaces: {'br-lan': {role: 'downstream', address: '10.4.0.1/24'}, 'eth0.100': {role: 'downstream', address: '10.5.0.1/24'}}}}, count: 2,
    right: [
      {spec: {interfaces: {lan: {role: 'downstream', address: '10.4.0.1/24', mac: '02:00:00:00:00:01'}, eth10: {role: 'downstream', address: '10.5.0.1/24'}}}},
      script('ip link add link eth0 name eth0.100 type vlan id 100', {interfaces: {'eth0.100': {role: 'downstream', address: '10.5.0.1/24'}}}),
      file('etc/wireguard/wg0.conf', '[Interface]\n', {interfaces: {wg0: {role: 'downstream', address: '10.5.0.1/24'}}}),
    ], at: 'interfaces.br-lan',
  }],
  ['N25', 'a range too large to join', {wrong: group('239.0.0.0/8'), right: [group('239.0.0.0/20'), group('239.0.0.0/8', {join: false})], at: 'multicast.routes.0.group'}],
  ['N26', 'nat to itself', {wrong: {spec: {nat: [{from: 'wlan0', to: 'wlan0'}]}}, right: {spec: {nat: [{from: 'wlan0', to: 'usb0'}]}}, at: 'nat.0.to'}],
  ['N26', 'nat the other way round', {wrong: {spec: {nat: [{from: 'usb0', to: 'wlan0'}]}}, right: {}, at: 'nat.0', severity: 'warning'}],
  ['N27', 'nat twice', {wrong: {spec: {nat: [{from: 'wlan0', to: 'usb0'}, {from: 'wlan0', to: 'usb0', multicast: 'translate'}]}}, right: {spec: {nat: [{from: 'wlan0', to: 'usb0'}, {from: 'wlan0', to: 'eth0'}]}}, at: 'nat.1'}],
  ['N28', 'SSM without a source', {wrong: group('232.1.1.1'), right: [group('232.1.1.1', {source: '10.1.0.2'}), group('231.1.1.1')], at: 'multicast.routes.0.group'}],
  ['N31', 'answerPing and its setting', {wrong: sysctl('net.ipv4.icmp_echo_ignore_broadcasts', 1), right: {spec: {multicast: {answerPing: false}, system: {sysctl: {'net.ipv4.icmp_echo_ignore_broadcasts': 1}}}}, at: 'system.sysctl.net.ipv4.icmp_echo_ignore_broadcasts'}],
  ['N32', 'host bits in a range', {wrong: group('225.0.0.7/24'), right: group('225.0.0.0/24'), at: 'multicast.routes.0.group'}],
  ['N60', 'WPA3 on the built-in radio', {
    wrong: wlan0(accessPoint({security: 'wpa3'})), at: 'interfaces.wlan0.accessPoint.security',
    right: [wlan0(accessPoint({security: 'wpa2'})), wlan0({mac: '00:11:22:33:44:55', ...accessPoint({security: 'wpa3'})}), {spec: {board: 'virt', interfaces: {wlan0: accessPoint({security: 'wpa3'})}}}],
  }],
  ['N60', 'both on the built-in radio', {wrong: wlan0(accessPoint({security: 'wpa2+wpa3'})), right: wlan0(accessPoint()), at: 'interfaces.wlan0.accessPoint.security'}],
  ['N61', 'multicast to unicast that brcmfmac cannot do', {
    wrong: wlan0(accessPoint({multicast: {toUnicast: true}})), right: wlan0({mac: '00:11:22:33:44:55', ...accessPoint({multicast: {toUnicast: true}})}), at: 'interfaces.wlan0.accessPoint.multicast.toUnicast',
  }],
  ['N61', 'a rate that brcmfmac does not take', {wrong: wlan0(accessPoint({multicast: {rate: 12}})), right: wlan0(accessPoint()), at: 'interfaces.wlan0.accessPoint.multicast.rate'}],
  ['N62', 'a rate of the other band', {
    wrong: wlan0({mac: '00:11:22:33:44:55', ...accessPoint({channel: 36, multicast: {rate: 11}})}), at: 'interfaces.wlan0.accessPoint.multicast.rate',
    right: [wlan0({mac: '00:11:22:33:44:55', ...accessPoint({channel: 36, multicast: {rate: 12}})}), wlan0({mac: '00:11:22:33:44:55', ...accessPoint({multicast: {rate: 11}})})],
  }],
  ['N63', 'one port of two bridges', {
    wrong: bridge({}, {br1: {role: 'downstream', address: '10.5.0.1/24', bridge: {ports: ['eth1']}}}), at: 'interfaces.br1.bridge.ports',
    right: bridge({}, {br1: {role: 'downstream', address: '10.5.0.1/24', bridge: {ports: ['eth2']}}}),
  }],
  ['N63', 'a port that stands twice', {wrong: bridge({ports: ['eth1', 'eth1']}), right: bridge({ports: ['eth1', 'eth2']}), at: 'interfaces.br0.bridge.ports'}],
  ['N63', 'a port with an address of its own', {wrong: bridge({}, {eth1: {address: '10.5.0.1/24'}}), right: bridge({}, {eth1: {place: '1-1.2'}}), at: 'interfaces.eth1.address'}],
  ['N63', 'a port with a role', {wrong: bridge({}, {eth1: {role: 'downstream'}}), right: bridge(), at: 'interfaces.eth1.role'}],
  ['N63', 'a bridge that is its own port', {wrong: bridge({ports: ['br0']}), right: bridge(), at: 'interfaces.br0.bridge.ports'}],
  ['N64', 'a VLAN inside another', {
    wrong: vlan({}, {vlan8: {role: 'downstream', address: '10.8.0.1/24', vlan: {parent: 'vlan7', id: 8}}}), at: 'interfaces.vlan8.vlan.parent',
    right: vlan({}, {vlan8: {role: 'downstream', address: '10.8.0.1/24', vlan: {parent: 'eth0', id: 8}}}),
  }],
  ['N64', 'the same VLAN twice', {
    wrong: vlan({}, {guests: {role: 'downstream', address: '10.8.0.1/24', vlan: {parent: 'eth0', id: 7}}}), at: 'interfaces.guests.vlan.id',
    right: vlan({}, {guests: {role: 'downstream', address: '10.8.0.1/24', vlan: {parent: 'usb0', id: 7}}}),
  }],
  ['N64', 'a VLAN bound to a card', {wrong: vlan({mac: '00:11:22:33:44:55'}), right: vlan({}, {eth0: {mac: '00:11:22:33:44:55'}}), at: 'interfaces.vlan7.vlan'}],
  ['N65', 'an interface without a role', {wrong: {spec: {interfaces: {eth1: {address: '10.4.0.1/24'}}}}, right: bridge({}, {eth1: {}}), at: 'interfaces.eth1'}],
  ['N65', 'an interface without an address', {wrong: {spec: {interfaces: {eth1: {role: 'downstream'}}}}, right: vlan({vlan: {parent: 'eth1', id: 7}}, {eth1: {role: 'downstream'}}), at: 'interfaces.eth1'}],
  ['N66', 'a port that nobody knows', {wrong: bridge({ports: ['lan']}), right: bridge({ports: ['lan']}, {lan: {driver: 'r8152'}}), at: 'interfaces.br0.bridge.ports.0'}],
  ['N66', 'a parent that nobody knows', {wrong: vlan({vlan: {parent: 'trunk', id: 7}}), right: vlan({vlan: {parent: 'eth1', id: 7}}), at: 'interfaces.vlan7.vlan.parent'}],
  ['N67', 'two names for the cards of one driver', {
    wrong: {spec: {interfaces: {usb0: {driver: 'r8152'}, eth0: {driver: 'r8152'}}}}, at: 'interfaces.eth0.driver',
    right: {spec: {interfaces: {usb0: {place: '1-1.2'}, eth0: {place: '1-1.3'}}}},
  }],
  ['N67', 'bound in two ways', {wrong: {spec: {interfaces: {usb0: {driver: 'r8152', place: '1-1.2'}}}}, right: {spec: {interfaces: {usb0: {driver: 'r8152'}}}}, at: 'interfaces.usb0'}],
  ['N68', 'snooping that asks nobody', {wrong: bridge({querier: false}), right: [bridge(), bridge({querier: false, snooping: false})], at: 'interfaces.br0.bridge.querier'}],
  ['N68', 'to unicast without snooping', {
    wrong: bridge({ports: ['wlan1'], snooping: false}, {wlan1: {mac: '00:11:22:33:44:55', ...accessPoint({multicast: {toUnicast: true}})}}), at: 'interfaces.br0.bridge.snooping',
    right: bridge({ports: ['wlan1']}, {wlan1: {mac: '00:11:22:33:44:55', ...accessPoint({multicast: {toUnicast: true}})}}),
  }],
  ['N110', 'a boot script that may not be run', {wrong: {...script('true'), notExecutable: ['etc/init.d/S90site']}, right: script('true'), at: `${SCRIPT}:1:1`}],
  ['N111', 'a boot script without a number', {wrong: file('etc/init.d/site', '#!/bin/sh\n'), right: [script('true'), file('etc/init.d/functions', 'say() { echo; }\n')], at: 'overlays/site/etc/init.d/site:1:1'}],
  ['N112', 'a script from Windows', {wrong: script('true\r'), right: script('true'), at: `${SCRIPT}:2:5`}],
  ['N112', 'a setting from Windows', {wrong: file('etc/hosts', '# all\n10.1.0.9 site\r\n'), right: file('etc/hosts', '10.1.0.9 site\n'), at: 'overlays/site/etc/hosts:2:14', severity: 'warning'}],
  ['N113', 'a byte order mark', {wrong: file('etc/init.d/S90site', '\uFEFF#!/bin/sh\n'), right: script('true'), at: `${SCRIPT}:1:1`}],
  ['N114', 'a private key', {
    wrong: file('etc/dropbear/key', '# mine\n-----BEGIN OPENSSH PRIVATE KEY-----\n'), right: file('etc/dropbear/key.pub', 'ssh-ed25519 AAAA test\n'), at: 'overlays/site/etc/dropbear/key:2:1',
  }],
  ['N115', 'a template that cannot be rendered', {
    wrong: file('etc/site.conf.ejs', '# site\nserial <%= values.serail %>\n'), right: file('etc/site.conf.ejs', '# site\nserial <%= values.serial %>\n', {values: {serial: 42}}),
    at: 'overlays/site/etc/site.conf.ejs:2:1',
  }],
  ['N112', 'a line end of Windows that a template makes', {
    wrong: file('etc/probe.ejs', '#!/bin/sh\r\nprobe <%= board %>\n'), right: file('etc/probe.ejs', '#!/bin/sh\nprobe <%= board %>\n'), at: 'overlays/site/etc/probe.ejs (rendered):1:10',
  }],
  ['N120', 'a declaration that is not right', {wrong: meta('paths:\n  usr/bin/probe: {mode: 755}\n'), right: meta('paths:\n  usr/bin/probe: {mode: "0755"}\n'), at: 'overlays/site.meta.yaml:2:25'}],
  ['N120', 'declarations that are no YAML', {wrong: meta('paths: {\n'), right: meta(''), at: 'overlays/site.meta.yaml:2:1'}],
  ['N121', 'declarations where nobody reads them', {wrong: {metas: {'overlays/site/.meta.yaml': ''}}, right: meta('remove: [usr/share/doc]\n'), at: 'overlays/site/.meta.yaml:1:1'}],
  ['N122', 'a capability in a root in memory', {
    wrong: meta('paths:\n  usr/bin/probe:\n    capabilities: cap_net_raw+ep\n'), right: {...meta('paths: {usr/bin/probe: {capabilities: cap_net_raw+ep}}\n'), spec: {root: 'ext4'}}, at: 'overlays/site.meta.yaml:3:19',
  }],
  ['N123', 'a file in place of one that brmc makes', {
    wrong: layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/hosts': 'site'}}), at: 'overlays/site/etc/hosts:1:1',
    right: [
      layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/hosts': 'brmc'}}), layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/motd': 'site'}}),
      layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/hosts': 'site'}}, {'overlays/site': ['etc/hosts']}),
      layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/.wh.hosts': '', 'etc/hosts': 'site'}}),
      // The base's own, which overlays are there to change.
      layers({'overlays/site': {'etc/passwd': 'site'}}),
    ],
  }],
  ['N123', 'a file of an archive in place of one of another overlay', {
    wrong: layers({'overlays/site': {'etc/motd': 'one'}, 'overlays/lisbon.tar': {'etc/motd': 'two'}}), at: 'overlays/lisbon.tar:1:1',
    right: layers({'overlays/site': {'etc/motd': 'one'}, 'overlays/lisbon.tar': {'etc/motd': 'two'}}, {'overlays/lisbon.tar': ['/etc/*']}),
  }],
  ['N123', 'a file in place of a directory', {
    wrong: layers({'overlays/site': {'etc/app/conf': ''}, 'overlays/lisbon': {'etc/app': ''}}), at: 'overlays/lisbon/etc/app:1:1',
    right: layers({'overlays/site': {'etc/app/conf': ''}, 'overlays/lisbon': {'etc/app/more': ''}}),
  }],
  ['N123', 'a directory in place of a file', {
    wrong: layers({'overlays/site': {'etc/app': ''}, 'overlays/lisbon': {'etc/app/conf': ''}}), at: 'overlays/lisbon/etc/app:1:1',
    right: layers({'overlays/site': {'etc/app/conf': 'a'}, 'overlays/lisbon': {'etc/app/more': ''}}),
  }],
  ['N123', 'a hundred files in place of others', {
    wrong: layers({'overlays/site': hundred('one'), 'overlays/lisbon': hundred('two')}), at: 'overlays/lisbon/srv/0:1:1',
    right: layers({'overlays/site': hundred('one'), 'overlays/lisbon': hundred('two')}, {'overlays/lisbon': ['srv/**']}),
  }],
  ['N124', 'what replaces nothing', {
    wrong: layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/hosts': 'site', 'etc/motd': ''}}, {'overlays/site': ['etc/motd', 'etc/hosts', 'etc/host']}),
    right: layers({router: {'etc/hosts': 'brmc'}, 'overlays/site': {'etc/hosts': 'site'}}, {'overlays/site': ['etc/hosts']}), at: 'overlays/site.meta.yaml:1:12', count: 2,
  }],
  ['N125', 'names that a Mac takes for one', {
    wrong: layers({'overlays/site': {'etc/App/conf': '', 'etc/app/more': '', 'usr/share/A': '', 'usr/share/a': ''}}), at: 'overlays/site/etc/app:1:1', count: 2,
    right: [layers({'overlays/site': {'etc/App/conf': '', 'etc/App/more': ''}}), layers({'overlays/site.tar': {'etc/App': '', 'etc/app': ''}})],
  }],
  ['N125', 'letters with accents in two forms', {
    wrong: layers({'overlays/site': {'srv/caf\u00e9': '', 'srv/cafe\u0301': ''}}), at: 'overlays/site/srv/cafe\u0301:1:1', right: layers({'overlays/site': {'srv/caf\u00e9': '', 'srv/cafe': ''}}),
  }],
  ['N125', 'a name that takes no place', {
    wrong: layers({router: {'etc/hosts': ''}, 'overlays/site': {'etc/Hosts': ''}}), at: 'overlays/site/etc/Hosts:1:1', right: layers({router: {'etc/hosts': ''}, 'overlays/site': {'etc/hosts': ''}}),
  }],
  ['N126', 'a root larger than a small card', {
    wrong: onCard(4e9), at: 'overlays',
    right: onCard(2e9),
  }],
  ['N127', 'a root that no board has the memory for', {
    wrong: layers({'overlays/site': {'srv/film': 4e9}}), at: 'overlays', right: onCard(2e9),
  }],
  ['N127', 'a root that some boards have not the memory for', {
    wrong: layers({'overlays/site': {'srv/film': 1e9}}), at: 'overlays', severity: 'warning', right: layers({'overlays/site': {'srv/film': 2.5e8}}),
  }],
  ['N134', 'a shared cache for what is not kept', {
    wrong: {spec: {buildroot: {ccache: false, sharedCache: 'redis://cache'}}},
    right: [{spec: {buildroot: {sharedCache: 'redis://cache'}}}, {spec: {buildroot: {ccache: false}}}],
    at: 'buildroot.sharedCache',
  }],
  ['N33', 'an access point on a cable', {wrong: {spec: {interfaces: {usb0: accessPoint()}}}, right: wlan0(accessPoint()), at: 'interfaces.usb0.accessPoint'}],
  ['N34', 'translate without a route', {wrong: {spec: {nat: [{from: 'wlan0', to: 'eth0', multicast: 'translate'}]}}, right: {spec: {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]}}, at: 'nat.0.multicast'}],
  ['N36', 'translation without an address', {
    wrong: {spec: {nat: [{from: 'wlan0', to: 'eth0', multicast: 'translate'}], multicast: {routes: [{group: 'ff05::1', from: 'wlan0', to: ['eth0']}]}}},
    right: [{spec: {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}], multicast: {routes: [{group: 'ff05::1', from: 'wlan0', to: ['usb0']}]}}},
      {spec: {interfaces: {eth0: {address: 'dhcp'}}, nat: [{from: 'wlan0', to: 'eth0', multicast: 'translate'}], multicast: {routes: [{group: '225.0.0.1', from: 'wlan0', to: ['eth0']}]}}}], at: 'nat.0.multicast',
  }],
  ['N37', 'a file that is not read', {wrong: file('etc/sysctl.conf', 'net.core.rmem_max=1\n'), right: file('etc/sysctl.d/site.conf', 'net.core.rmem_max=1\n'), at: 'overlays/site/etc/sysctl.conf:1:1'}],
  ['N35', 'an overlay that hides the routes', {wrong: conf('mgroup from wlan0 group 225.0.0.1\n'), right: {...conf('mgroup from wlan0 group 225.0.0.1\n'), spec: {multicast: {routes: []}}}, at: `${CONF}:1:1`}],
  ['N50', 'igmpproxy with two upstream interfaces', {wrong: proxy({eth0: {role: 'upstream'}}), right: proxy(), at: 'interfaces.eth0.role'}],
  ['N50', 'igmpproxy without an upstream interface', {wrong: proxy({usb0: {role: 'downstream'}}), right: proxy(), at: 'multicast.daemon'}],
  ['N51', 'igmpproxy and a route from downstream', {wrong: proxy({}, {group: '225.0.0.1', from: 'wlan0', to: ['eth0']}), right: proxy({}, {group: '225.0.0.1'}), at: 'multicast.routes.0.from'}],
  ['N51', 'igmpproxy and a route to upstream', {wrong: proxy({}, {group: '225.0.0.1', from: 'wlan0', to: ['usb0']}), right: [], at: 'multicast.routes.0.from', count: 2}],
  ['N52', 'a sender alone, and a daemon that knows none', {wrong: proxy({}, {group: '225.0.0.1', source: '10.2.0.7'}), right: group('225.0.0.1', {source: '10.1.0.7'}), at: 'multicast.routes.0.source'}],
  ['N53', 'igmpproxy and an interface with two addresses', {wrong: proxy({wlan0: {address: ['10.1.0.1/24', '10.1.1.1/24']}}), right: [proxy({wlan0: {address: ['10.1.0.1/24', 'fd01::1/64']}}), proxy({usb0: {address: 'dhcp'}})], at: 'interfaces.wlan0.address.1'}],
  ['N53', 'igmpproxy and an interface without an IPv4 address', {wrong: proxy({wlan0: {address: ['fd01::1/64']}}), right: proxy(), at: 'interfaces.wlan0.address'}],
  ['N70', 'an opening from nowhere', {wrong: firewall({open: [{protocol: 'tcp', port: 22, from: 'eth7'}]}), right: firewall({open: [{protocol: 'tcp', port: 22, from: 'usb0'}]}), at: 'firewall.open.0.from'}],
  ['N70', 'an opening to nowhere', {wrong: firewall({open: [{protocol: 'udp', port: '5000-5010', from: 'usb0', to: 'eth7'}]}), right: firewall({open: [{protocol: 'udp', port: '5000-5010', from: 'usb0', to: 'wlan0'}]}), at: 'firewall.open.0.to'}],
  ['N70', 'an opening back', {wrong: firewall({open: [{protocol: 'tcp', port: 22, from: 'usb0', to: 'usb0'}]}), right: firewall({open: [{protocol: 'tcp', port: 22, from: 'usb0', to: 'eth0'}]}), at: 'firewall.open.0.to'}],
  ['N70', 'an opening from inside', {wrong: firewall({open: [{protocol: 'tcp', port: 22, from: 'wlan0'}]}), right: firewall({}), at: 'firewall.open.0', severity: 'warning'}],
  ['N70', 'an opening in no wall', {wrong: firewall({upstream: 'allow', open: [{protocol: 'tcp', port: 22, from: 'usb0'}]}), right: firewall({upstream: 'allow'}), at: 'firewall.open.0', severity: 'warning'}],
  ['N71', 'an overlay without the firewall', {
    wrong: nft('table inet mine {\n}\n'), at: `${NFT}:1:1`,
    right: [{...nft('table inet mine {\n}\n'), ...firewall({upstream: 'allow'})}, nft('table inet brmc {\n\tchain firewall_input {\n\t}\n}\n'), file('etc/nftables.d/mine.conf', 'table inet mine {\n}\n')],
  }],
  ['N72', 'a port that only iptables opens', {
    wrong: script('iptables -A INPUT -p tcp --dport 8080 -j ACCEPT'), at: `${SCRIPT}:2:1`,
    right: [
      script('iptables -A INPUT -i wlan0 -p tcp --dport 8080 -j ACCEPT'), script('iptables -A INPUT -m state --state ESTABLISHED -j ACCEPT'),
      script('iptables -A INPUT -p tcp --dport 8080 -j ACCEPT', {firewall: {upstream: 'allow'}}), script('iptables -A INPUT -p tcp --dport 8080 -j ACCEPT', {firewall: {open: [{protocol: 'tcp', port: 8080, from: 'usb0'}]}}),
    ],
  }],
  ['N54', 'settings of a daemon that does not run', {wrong: dvmrp({interfaces: ['wlan0', 'usb0']}, 'smcroute'), right: dvmrp({interfaces: ['wlan0', 'usb0']}), at: 'multicast.mrouted'}],
  ['N55', 'an interface that is not there', {wrong: dvmrp({interfaces: ['wlan0', 'usb0', 'usb1']}), right: dvmrp({interfaces: ['wlan0', 'usb0']}), at: 'multicast.mrouted.interfaces.2'}],
  ['N55', 'a static group where no part is taken', {wrong: dvmrp({interfaces: ['wlan0', 'usb0'], staticGroups: [{group: '225.0.0.1', on: 'eth0'}]}), right: dvmrp({staticGroups: [{group: '225.0.0.1', on: 'eth0'}]}), at: 'multicast.mrouted.staticGroups.0.on'}],
  ['N55', 'one interface alone', {wrong: dvmrp({interfaces: ['wlan0']}), right: dvmrp({interfaces: ['wlan0'], tunnels: [{on: 'wlan0', remote: '10.7.0.1'}]}), at: 'multicast.daemon'}],
  ['N56', 'a static group that stays on its link', {wrong: dvmrp({staticGroups: [{group: '224.0.0.9', on: 'usb0'}]}), right: dvmrp({staticGroups: [{group: '224.0.1.9', on: 'usb0'}]}), at: 'multicast.mrouted.staticGroups.0.group'}],
  ['N57', 'a tunnel to itself', {wrong: dvmrp({tunnels: [{on: 'usb0', remote: '10.3.0.1'}]}), right: dvmrp({tunnels: [{on: 'usb0', remote: '10.3.0.2'}]}), at: 'multicast.mrouted.tunnels.0.remote'}],
  ['N57', 'the same tunnel twice', {wrong: dvmrp({tunnels: [{on: 'usb0', remote: '10.3.0.2'}, {on: 'eth0', remote: '10.3.0.2'}]}), right: dvmrp({tunnels: [{on: 'usb0', remote: '10.3.0.2'}, {on: 'eth0', remote: '10.3.0.3'}]}), at: 'multicast.mrouted.tunnels.1.remote'}],
  ['N73', 'mDNS on one interface', {wrong: discovery({mdns: ['wlan0']}), right: [discovery({mdns: ['wlan0', 'usb0']}), discovery(['mdns', 'ssdp']), discovery({ssdp: 'all'}), discovery([])], at: 'multicast.discovery.mdns'}],
  ['N73', 'SSDP on none', {wrong: discovery({ssdp: []}), right: discovery({}), at: 'multicast.discovery.ssdp'}],
  ['N73', 'an interface that stands twice', {wrong: discovery({ssdp: ['wlan0', 'usb0', 'usb0']}), right: discovery({ssdp: ['wlan0', 'usb0']}), at: 'multicast.discovery.ssdp', severity: 'warning'}],
  ['N74', 'SSDP with igmpproxy', {
    wrong: discovery(['mdns', 'ssdp'], {interfaces: {eth0: {role: 'downstream'}}}, 'igmpproxy'), right: [discovery(['mdns'], {interfaces: {eth0: {role: 'downstream'}}}, 'igmpproxy'), discovery(['ssdp'])], at: 'multicast.discovery.1',
  }],
  ['N75', 'the same group lifted both ways', {
    wrong: routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0'], liftTtl: true}),
    right: [
      routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.1.2', from: 'usb0', to: ['wlan0'], liftTtl: true}),
      routes({group: '239.1.1.1'}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0']}),
      routes({group: '239.1.1.1', liftTtl: true, reversePathCheck: true}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0'], liftTtl: true, reversePathCheck: true}),
      routes({group: '239.1.1.1', liftTtl: true, source: '10.1.0.0/24'}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0'], source: '10.2.0.0/24'}),
      routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0'], ttlThreshold: 2}),
      discovery(['ssdp']),
    ],
    at: 'multicast.routes.1',
  }],
  ['N75', 'lifted one way, and led back', {wrong: routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.0.0/16', from: 'usb0', to: ['wlan0']}), right: group('239.1.1.1', {liftTtl: true}), at: 'multicast.routes.1'}],
  ['N75', 'checked one way only', {
    wrong: routes({group: '239.1.1.1', liftTtl: true, reversePathCheck: true}, {group: '239.1.1.1', from: 'usb0', to: ['wlan0'], liftTtl: true}), right: group('239.1.1.1', {liftTtl: true}), at: 'multicast.routes.1',
  }],
  ['N75', 'round three interfaces', {
    wrong: routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.1.1', from: 'usb0', to: ['eth0']}, {group: '239.1.1.1', from: 'eth0', to: ['wlan0']}),
    right: routes({group: '239.1.1.1', liftTtl: true}, {group: '239.1.1.1', from: 'usb0', to: ['eth0']}, {group: '239.1.1.1', from: 'wlan0', to: ['eth0'], liftTtl: true}),
    at: 'multicast.routes.2',
  }],
  ['N76', 'a guest by DHCP, without NAT', {
    wrong: discovery({mdns: ['wlan0', 'usb0'], ssdp: ['wlan0', 'usb0']}, {interfaces: {usb0: {address: 'dhcp'}}}),
    right: [
      discovery({mdns: ['wlan0', 'usb0'], ssdp: ['wlan0', 'usb0']}, {interfaces: {usb0: {address: 'dhcp'}}, nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]}),
      discovery({mdns: ['wlan0', 'usb0'], ssdp: ['wlan0', 'usb0']}),
      discovery({mdns: ['wlan0', 'eth0']}, {interfaces: {usb0: {address: 'dhcp'}}}),
    ],
    at: 'multicast.discovery.ssdp.1',
  }],
  ['N76', 'NAT that keeps the address of a search', {
    wrong: discovery(['ssdp'], {nat: [{from: 'wlan0', to: 'usb0'}]}), right: [discovery(['ssdp'], {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]}), discovery(['mdns'], {nat: [{from: 'wlan0', to: 'usb0'}]})], at: 'nat.0',
  }],
  ['N01', 'discovery', {wrong: discovery({mdns: ['wlan0', 'eth7']}), right: discovery({mdns: ['wlan0', 'eth0']}), at: 'multicast.discovery.mdns.1'}],
  ['N01', 'discovery that is routed', {wrong: discovery({ssdp: ['wlan0', 'eth7']}), right: discovery({ssdp: ['wlan0', 'eth0']}), at: 'multicast.discovery.ssdp.1'}],
  ['N85', 'a status page on an interface that is not there', {wrong: statusPage({interfaces: ['wlan0', 'wlan1']}), right: statusPage({interfaces: ['wlan0']}), at: 'statusPage.interfaces.1'}],
  ['N86', 'a status page for nobody', {
    wrong: statusPage({}, {interfaces: {wlan0: {role: 'upstream'}}}), right: [statusPage(), {spec: {interfaces: {wlan0: {role: 'upstream'}}}}], at: 'statusPage',
  }],
  ['N87', 'a status page for strangers', {wrong: statusPage({interfaces: ['wlan0', 'usb0']}), right: statusPage(), at: 'statusPage.interfaces.1'}],
  ['N88', 'a status page on the port of ssh', {wrong: statusPage({port: 22}), right: [statusPage({port: 8080}), statusPage()], at: 'statusPage.port'}],
  ['N88', 'a port that no browser opens', {wrong: statusPage({port: 6000}), right: statusPage({port: 6001}), at: 'statusPage.port'}],
  ['N89', 'a status page without an address', {
    wrong: statusPage({}, {interfaces: {wlan0: {address: 'fe80::1/64'}}}), right: [statusPage(), statusPage({interfaces: ['wlan0']}, {interfaces: {wlan0: {address: 'dhcp'}}})], at: 'statusPage',
  }],
]
