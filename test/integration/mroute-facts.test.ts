import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {growthOfFourfold} from '../lab/growth.js'

const LIBRARY = fileURLToPath(new URL('../../overlays/router/usr/libexec/brmc/mroute', import.meta.url))
const PROGRAMS = ['addresses', 'tables', 'facts', 'findings', 'router', 'packets', 'doctor'].flatMap(name => ['-f', join(LIBRARY, `${name}.awk`)])

type Facts = Readonly<Record<string, string | undefined>>

/** Digits as ip_mr_cache has them on the boards. */
const swapped = (address: string): string => address.split('.').reverse().map(part => Number(part).toString(16).padStart(2, '0')).join('').toUpperCase()
const elements = (set: string, keys: readonly string[]): string => `\tset ${set} {\n\t\ttypeof x\n\t\telements = { ${keys.map(key => `${key} counter packets 40 bytes 1160`).join(',\n\t\t\t     ')} }\n\t}\n`

function cache(flows: readonly [source: string, group: string][]): string {
  return ['Group    Origin   Iif     Pkts    Bytes    Wrong Oifs', ...flows.map(([source, group]) => `${swapped(group)} ${swapped(source)} 0 40 1160 0  1:1`), ''].join('\n')
}

/** What was read on a router that routes 225.0.0.1 from wlan0 to usb0. */
const healthy: Facts = {
  'links': 'lo 0x9 1 -\nwlan0 0x1003 1 -\nusb0 0x1003 1 -\n',
  'addresses': '2: wlan0    inet 10.1.0.1/24 scope global wlan0\n3: usb0    inet 10.2.0.1/24 scope global usb0\n',
  'interfaces': 'wlan0 role downstream\nwlan0 address 10.1.0.1/24\nusb0 role upstream\nusb0 address 10.2.0.1/24\n',
  'settings': '/proc/sys/net/ipv4/ip_forward:1\n/proc/sys/net/ipv4/conf/all/mc_forwarding:1\n/proc/sys/net/ipv4/conf/all/rp_filter:0\n/proc/sys/net/ipv4/conf/wlan0/rp_filter:0\n',
  'daemons0': '99 smcrouted smcrouted -n -f /etc/smcroute.conf \n',
  'daemons1': '99 smcrouted smcrouted -n -f /etc/smcroute.conf \n',
  'smcroute.conf': 'mgroup from wlan0 group 225.0.0.1\nmroute from wlan0 group 225.0.0.1 to usb0\n',
  'ip_mr_vif1': 'Interface      BytesIn  PktsIn  BytesOut PktsOut Flags Local    Remote\n 0 wlan0 1 1 0 0 00000 0100010A 00000000\n 1 usb0 0 0 1 1 00000 0100020A 00000000\n',
  'ip_mr_cache1': cache([['10.1.0.2', '225.0.0.1']]),
  'igmp': `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n2\twlan0     :     2      V3\n\t\t\t\t${swapped('225.0.0.1')}     1 0:00000000\t\t0\n`,
  'rules': 'table inet brmc {\n}\n',
  'rules-wanted': '',
  'watched': [
    elements('arrived4', ['"wlan0" . 10.1.0.2 . 225.0.0.1 . 8']), elements('passed4', ['"wlan0" . 225.0.0.1 . 8']),
    elements('entered4', ['"wlan0" . "usb0" . 225.0.0.1']), elements('left4', ['"usb0" . 225.0.0.1']),
  ].join(''),
}

const silence = '\tset arrived4 {\n\t\ttypeof x\n\t}\n'
const dhcpUplink = 'usb0 role upstream\nusb0 translator translate_usb0_ipv4\nusb0 dhcp client\n'
const mrouted: Facts = {
  'smcroute.conf': undefined,
  'mrouted.conf': '# mrouted.conf(5)\n',
  'daemons0': '99 mrouted mrouted -n \n',
  'daemons1': '99 mrouted mrouted -n \n',
}

/** smcroute for IPv6 beside another daemon: /proc/net/ip6_mr_vif does not show its table. */
const beside: Facts = {
  'smcroute.conf': 'phyint wlan0 enable\nphyint usb0 enable\nmgroup from wlan0 group ff05::1\nmroute from wlan0 group ff05::1 to usb0\n',
  'daemons1': '99 mrouted mrouted -n \n100 smcrouted smcrouted -n -N -t 5 -l info -f /etc/smcroute.conf \n',
  'mrules6': '100:\tfrom all lookup 5\n32767:\tfrom all lookup default\n',
  'if_inet6': 'x\n',
  'ip6_mr_vif1': 'Interface      BytesIn  PktsIn  BytesOut PktsOut Flags\n',
  'igmp6': '2    wlan0           ff050000000000000000000000000001     1 00000004 0\n',
}
const igmpproxy: Facts = {
  'smcroute.conf': undefined,
  'igmpproxy.conf': 'phyint wlan0 upstream ratelimit 0 threshold 1\n\taltnet 0.0.0.0/0\nphyint usb0 downstream ratelimit 0 threshold 1\n',
  'daemons0': '99 igmpproxy igmpproxy -d /etc/igmpproxy.conf \n',
  'daemons1': '99 igmpproxy igmpproxy -d /etc/igmpproxy.conf \n',
}

const withoutLeft = (healthy['watched'] ?? '').split('\tset left4')[0] ?? ''
const leftRules = (group: string): string => `table inet brmc {
	set multicast_left {
		typeof iifname . @nh,128,32
		elements = { "eth0" . 0xefffffff expires 9s,
			     "usb0" . ${group} expires 29s952ms }
	}
	chain multicast_leave {
		type filter hook forward priority mangle; policy accept;
		oifname . @nh,128,32 @multicast_left oifname . @nh,128,32 != @multicast_asked counter packets 5 bytes 500 drop
	}
}
`

/** What is different; the first finding, or none where the router is healthy. */
const cases: [title: string, different: Facts, id: string | undefined, what?: RegExp][] = [
  ['nothing', {}, undefined],
  ['settings on the card were refused at boot', {'site-problems': 'brmc-site.yaml line 3: has a tab in front: use blanks\n', 'site-notes': ''}, 'site-settings', /^settings on the card are not in effect, and the router runs as it was built: brmc-site\.yaml line 3: has a tab/],
  ['the kernel has no IPv6, of which there is a route; smcrouted died of it', {'smcroute.conf': 'mroute from wlan0 group ff05::1 to usb0\n', 'daemons1': ''}, 'no-ipv6', /the kernel has no IPv6$/],
  ['the kernel has IPv6 and routes no multicast of it', {'smcroute.conf': 'mroute from wlan0 group ff05::1 to usb0\n', 'if_inet6': 'x\n'}, 'no-ipv6', /routes no multicast of IPv6/],
  ['the kernel routes no multicast', {'ip_mr_vif1': undefined}, 'no-table', /no \/proc\/net\/ip_mr_vif/],
  ['the daemon has not taken the table', {'settings': '/proc/sys/net/ipv4/conf/all/mc_forwarding:0\n'}, 'no-table', /mc_forwarding is 0/],
  ['somebody unknown holds the table', {log: 'smcrouted: IPv4 multicast routing API already in use: Address already in use\n'}, 'two-daemons', /another program holds .*"smcrouted: IPv4 multicast routing API already in use/],
  ['somebody held the table when the daemon ran the time before', {'log-before': 'smcrouted: IPv4 multicast routing API already in use: Address already in use\n'}, undefined],
  ['an interface is down, and has lost an address with it', {links: 'wlan0 0x1003 1 -\nusb0 0x1002 - -\n', addresses: '2: wlan0    inet 10.1.0.1/24 scope global wlan0\n'}, 'interface-down', /^usb0 is in a route and is down/],
  ['mrouted for IPv4 beside smcrouted for IPv6 with a table of its own', {...mrouted, daemons1: '99 mrouted mrouted -n \n100 smcrouted smcrouted -n -t 5 \n'}, undefined],
  ['beside mrouted smcrouted is dead', {...mrouted, ...beside, daemons1: '99 mrouted mrouted -n \n'}, 'daemon-dead', /^smcrouted is not running: no IPv6 is routed without it/],
  ['beside mrouted smcrouted has a table that no rule leads to', {...mrouted, ...beside, mrules6: '32767:\tfrom all lookup default\n'}, 'no-table', /^smcrouted routes IPv6 in table 5, and no rule/],
  ['beside mrouted smcrouted routes IPv6, of which comes none', {...mrouted, ...beside}, undefined],
  ['the daemon dies again and again', {daemons0: '98 smcrouted smcrouted \n', log: 'sh: cannot allocate "memory"\\n\u001B[2J\n'}, 'daemon-dead', /does not stay alive: .*cannot allocate "memory"\\n {1}\[2J"$/],
  ['there is no route', {'smcroute.conf': '# none\n'}, 'no-routes', /has no mroute line/],
  ['DHCP has given no address to translate to', {
    interfaces: dhcpUplink, addresses: '', watched: (healthy['watched'] ?? '').split('\tset left4')[0],
    rules: 'table inet brmc {\n\tchain translate_usb0_ipv4 {\n\t\tcounter packets 40 bytes 1160 drop\n\t}\n}\n',
  }, 'no-address', /^usb0 has no address yet to translate to/],
  ['wildcards in names', {'smcroute.conf': 'mroute from wlan+ group 225.0.0.0/24 to usb+\n', 'igmp': ''}, undefined],
  ['a range to which the group does not belong', {'smcroute.conf': 'mroute from wlan0 group 225.0.1.0/25 to usb0\n', 'igmp': ''}, 'not-joined', /^no packet of 225\.0\.1\.0\/25 comes to wlan0/],
  ['a sender that the route does not name', {'smcroute.conf': 'mroute from wlan0 source 10.1.0.3 group 225.0.0.1 to usb0\n'}, undefined],
  ['a card that is not plugged in', {links: 'usb0 0x1003 1 -\n', watched: silence}, 'interface-missing', /^wlan0 is in a route and is not there/],
  ['one of two ways out has no link, and TTL 1 was seen', {
    'smcroute.conf': 'mroute from wlan0 group 225.0.0.1 to usb0 eth0\n',
    'links': `${healthy['links'] ?? ''}eth0 0x1003 0 -\n`,
    'ip_mr_vif1': `${healthy['ip_mr_vif1'] ?? ''} 2 eth0 0 0 0 0 00000 0100030A 00000000\n`,
    'watched': [elements('arrived4', ['"wlan0" . 10.1.0.2 . 225.0.0.1 . 1']), elements('passed4', ['"wlan0" . 225.0.0.1 . 1'])].join(''),
  }, 'ttl-1', /with TTL 1/],
  ['a rule drops on arrival', {watched: elements('arrived4', ['"wlan0" . 10.1.0.2 . 225.0.0.1 . 8']), rules: 'table inet brmc {\n}\ntable ip raw {\n\tchain PREROUTING {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tip daddr 225.0.0.1 counter packets 40 bytes 1160 drop\n\t}\n}\n'}, 'dropped-on-arrival', /rule "ip daddr 225\.0\.0\.1 counter packets 40 bytes 1160 drop" in chain PREROUTING of table ip raw/],
  ['the daemon has no route for what arrives', {'ip_mr_cache1': `Group Origin Iif Pkts Bytes Wrong Oifs\n${swapped('225.0.0.1')} ${swapped('10.1.0.2')} -1 0 0 0\n`, 'watched': (healthy['watched'] ?? '').split('\tset entered4')[0]}, 'no-route', /^225\.0\.0\.1 arrives on wlan0, and the daemon has no route for it/],
  ['a threshold that the TTL does not pass', {'ip_mr_cache1': cache([['10.1.0.2', '225.0.0.1']]).replace('1:1', '1:9'), 'watched': (healthy['watched'] ?? '').split('\tset entered4')[0]}, 'ttl-threshold', /its TTL 8 is not above the threshold 9/],
  ['the rules were not loaded', {rules: ''}, 'rules-not-loaded', /no table brmc/],
  ['nft does not work', {'watched': undefined, 'nft-said': 'netlink: Error: cache initialization failed: Protocol not supported\n'}, 'not-watched', /Protocol not supported/],
  ['ip_forward is off', {settings: (healthy['settings'] ?? '').replace('ip_forward:1', 'ip_forward:0')}, 'unicast-off', /ip_forward is 0/],
  ['mrouted', mrouted, undefined],
  ['igmpproxy', igmpproxy, undefined],
  ['igmpproxy is dead', {...igmpproxy, daemons1: '', log: 'There must be at least 1 Vif as upstream.\n'}, 'daemon-dead', /^igmpproxy is not running: .*"There must be at least 1 Vif as upstream\."/],
  ['igmpproxy, and an interface it does not know', {...igmpproxy, 'ip_mr_vif1': (healthy['ip_mr_vif1'] ?? '').replace(/ 1 usb0.*\n/, '')}, 'no-vif', /^usb0 is not in ip_mr_vif/],
  ['igmpproxy, and no lease upstream', {...igmpproxy, interfaces: 'wlan0 role upstream\nwlan0 dhcp client\nusb0 role downstream\nusb0 address 10.2.0.1/24\n', addresses: '3: usb0    inet 10.2.0.1/24 scope global usb0\n', watched: silence}, 'no-address', /^wlan0 has no IPv4 address: no DHCP server answers/],
  ['igmpproxy, TTL 1', {...igmpproxy, watched: [elements('arrived4', ['"wlan0" . 10.1.0.2 . 225.0.0.1 . 1']), elements('passed4', ['"wlan0" . 225.0.0.1 . 1'])].join('')}, 'ttl-1', /^packets of 225\.0\.0\.1/],
  ['igmpproxy, and what clients downstream send to themselves', {...igmpproxy, watched: `${healthy['watched'] ?? ''}${elements('arrived4', ['"usb0" . 10.2.0.9 . 239.255.255.250 . 1'])}`}, undefined],
  ['igmpproxy, and a group that a receiver has just left', {...igmpproxy, 'watched': withoutLeft, 'rules': leftRules('0xe1000001'), 'ip_mr_cache1': cache([['10.1.0.2', '225.0.0.1']])}, undefined],
  ['igmpproxy, and a group that is dropped though nobody left it', {...igmpproxy, 'watched': withoutLeft, 'rules': leftRules('0xe1000002'), 'ip_mr_cache1': cache([['10.1.0.2', '225.0.0.1']])}, 'forward-drop', /dropped there: a rule of nft or iptables$/],
  ['mrouted, and TTL 1', {...mrouted, watched: [elements('arrived4', ['"wlan0" . 10.1.0.2 . 225.0.0.1 . 1']), elements('passed4', ['"wlan0" . 225.0.0.1 . 1'])].join('')}, 'ttl-1', /^packets of 225\.0\.0\.1/],
  ['mrouted, and an interface it does not know', {...mrouted, 'ip_mr_vif1': (healthy['ip_mr_vif1'] ?? '').replace(/ 1 usb0.*\n/, '')}, 'no-vif', /^usb0 is not in ip_mr_vif/],
]

describe('what mroute doctor makes of what it reads', function () {
  this.timeout(20_000)
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-mroute-'))
  })
  afterEach(() => rm(folder, {recursive: true}))

  async function judge(facts: Facts): Promise<{report: {healthy: boolean, findings: {id: string, what: string}[], flows: unknown[]}, exitCode: number}> {
    const files = Object.entries(facts).flatMap(([name, text]) => text === undefined ? [] : [{name, text}])
    for (const {name, text} of files) await writeFile(join(folder, name), text)
    const {stdout, exitCode} = await run('busybox', ['awk', '-v', 'form=json', '-v', 'seconds=2', ...PROGRAMS, ...files.map(({name}) => name).sort()], {cwd: folder, accept: [0, 10]})
    return {report: JSON.parse(stdout) as Awaited<ReturnType<typeof judge>>['report'], exitCode}
  }

  for (const [title, different, id, what] of cases) {
    it(`${title}: ${id ?? 'healthy'}`, async () => {
      const {report, exitCode} = await judge({...healthy, ...different})
      expect([report.healthy, exitCode], JSON.stringify(report)).to.deep.equal(id === undefined ? [true, 0] : [false, 10])
      if (id === undefined) return
      expect(report.findings[0]?.id, JSON.stringify(report)).to.equal(id)
      expect(report.findings[0]?.what).to.match(what ?? /./)
    })
  }

  it('tells of a thousand routes that are not joined three, and how many more', async () => {
    const groups = Array.from({length: 1000}, (_, index) => `239.1.${index >> 8}.${index & 255}`)
    const {report} = await judge({...healthy, 'smcroute.conf': groups.map(group => `mroute from wlan0 group ${group} to usb0\n`).join(''), 'watched': silence})
    const told = report.findings.filter(({id}) => id === 'not-joined').map(({what}) => what)
    expect(told).to.have.length(3)
    expect(told[2]).to.match(/\(and 997 more of the kind\)$/)
  })

  it('takes as much longer for four times as many routes and groups, not for their square', async () => {
    const judgeMany = async (count: number): Promise<void> => {
      const groups = Array.from({length: 4 * count}, (_, index) => `225.1.${index >> 8}.${index & 255}`)
      const lines = Array.from({length: count}, (_, index) => `mroute from wlan0 group 239.1.${index >> 8}.${index & 255} to usb0\nmgroup from wlan0 group 239.1.${index >> 8}.${index & 255}\n`)
      const {report} = await judge({
        ...healthy,
        'smcroute.conf': `${lines.join('')}mroute from wlan0 group 225.1.0.0/16 to usb0\n`,
        'igmp': `2\twlan0     :     2      V3\n${lines.map((_, index) => `\t\t\t\t${swapped(`239.1.${index >> 8}.${index & 255}`)}     1 0:00000000\t\t0\n`).join('')}`,
        'ip_mr_cache1': cache(groups.map(group => ['10.1.0.2', group])),
        'watched': [
          elements('arrived4', groups.map(group => `"wlan0" . 10.1.0.2 . ${group} . 8`)), elements('passed4', groups.map(group => `"wlan0" . ${group} . 8`)),
          elements('entered4', groups.map(group => `"wlan0" . "usb0" . ${group}`)), elements('left4', groups.map(group => `"usb0" . ${group}`)),
        ].join(''),
      })
      expect([report.healthy, report.flows.length]).to.deep.equal([true, 4 * count])
    }
    expect(await growthOfFourfold(250, judgeMany)).to.be.below(9)
  }).timeout(120_000)
})
