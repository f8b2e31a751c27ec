import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {run, type Run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import {askRouter, type RouterReport} from '../../src/workflow/ask-router.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'

const SENDER = fileURLToPath(new URL('../lab/send-multicast.py', import.meta.url))
const DAEMON_RUNS = 'pidof smcrouted'

const deployment = labDeployment({
  interfaces: [networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64']), networkInterface('usb0', ['10.2.0.1/24', 'fd02::1/64'], {role: 'upstream'})],
  routes: [route('225.0.0.1', {liftTtl: true}), route('239.1.1.1'), route('ff05::4242')],
})

/** What a sender on the near side sends by itself: the group of the first route with TTL 1, which is lifted. */
const USUAL = ['225.0.0.1,1,10.1.0.2', '239.1.1.1,8,10.1.0.2', 'ff05::4242%br0,8,fd01::2']

interface BrokenRouter {
  title: string
  /** Shell, on the router. */
  breaks?: string
  repairs?: string
  /** Programs of this machine in the router's network, before and after. */
  outside?: [before: string[], after: string[]]
  near?: string[]
  far?: string[]
  id: string
  what: RegExp
  change: RegExp
}

const restart = `killall smcrouted; until ! kill -0 $old 2>/dev/null && ${DAEMON_RUNS}; do sleep 0.1; done; sleep 0.3`
const withDaemonRestarted = (change: string): string => `old=$(pidof smcrouted); ${change}; ${restart}`

const cases: BrokenRouter[] = [
  {
    title: 'the daemon is dead',
    breaks: 'mv /usr/sbin/smcrouted /usr/sbin/away; killall smcrouted',
    repairs: `mv /usr/sbin/away /usr/sbin/smcrouted; until ${DAEMON_RUNS}; do sleep 0.1; done; sleep 0.3`,
    id: 'daemon-dead',
    what: /^smcrouted is not running: nothing is routed without it; it said last: ".*smcrouted.*not found"$/,
    change: /multicast-daemon\.log/,
  },
  {
    title: 'a forward chain drops by default',
    breaks: "nft 'table inet mine { chain forward { type filter hook forward priority 0; policy drop; }; }'",
    repairs: 'nft delete table inet mine',
    id: 'forward-drop',
    what: /^225\.0\.0\.1 from wlan0 is routed to usb0 and dropped there: chain forward of table inet mine drops by default/,
    change: /ip daddr 225\.0\.0\.1 accept/,
  },
  {
    title: 'rp_filter drops a sender of another subnet',
    breaks: 'echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter',
    repairs: 'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter',
    near: ['239.1.1.1,8,192.0.2.9'],
    id: 'rp-filter',
    what: /^239\.1\.1\.1 of 192\.0\.2\.9 arrives on wlan0 and is dropped: net\.ipv4\.conf\.all\.rp_filter is 1/,
    change: /echo 0 >\/proc\/sys\/net\/ipv4\/conf\/all\/rp_filter/,
  },
  {
    title: 'a program sends with TTL 1, and nothing lifts it',
    near: ['239.1.1.1,1,10.1.0.2', '225.0.0.1,1,10.1.0.2'],
    id: 'ttl-1',
    what: /^packets of 239\.1\.1\.1 arrive on wlan0 with TTL 1 \(\d+ in 2 s\)/,
    change: /liftTtl: true/,
  },
  {
    title: 'a program sent with TTL 1 a while ago, and is silent now',
    breaks: 'true',
    near: ['225.0.0.1,1,10.1.0.2'],
    repairs: 'nft flush set inet brmc ttl_1_ipv4',
    id: 'ttl-1',
    what: /^packets of 239\.1\.1\.1 arrive on wlan0 with TTL 1 \(in the last ten minutes\)/,
    change: /liftTtl: true/,
  },
  {
    title: 'the mgroup line is missing, and a switch snoops',
    breaks: withDaemonRestarted("cp /etc/smcroute.conf /etc/whole; sed -i '/^mgroup.*239/d' /etc/smcroute.conf"),
    repairs: withDaemonRestarted('mv /etc/whole /etc/smcroute.conf'),
    id: 'not-joined',
    what: /^no packet of 239\.1\.1\.1 comes to wlan0, and the router has not joined the group there/,
    change: /join: true/,
  },
  {
    title: 'the route names the port of a bridge',
    outside: [['ip link add br9 type bridge', 'ip link set wlan0 master br9', 'ip link set br9 up'], ['ip link set wlan0 nomaster', 'ip link del br9']],
    id: 'bridge-port',
    what: /^wlan0 is a port of the bridge br9: packets arrive on br9/,
    change: /name br9 instead of wlan0/,
  },
  {
    title: 'the sender is on another interface than the route says',
    near: ['225.0.0.1,1,10.1.0.2'],
    far: ['239.1.1.1,8,10.2.0.2'],
    id: 'wrong-interface',
    what: /^239\.1\.1\.1 arrives on usb0, and its route is from wlan0/,
    change: /from: usb0/,
  },
  {
    title: 'two daemons',
    breaks: 'smcrouted -n -i second -f /etc/smcroute.conf >/dev/null 2>&1 & echo $! >/run/second; sleep 0.5',
    repairs: 'kill $(cat /run/second); sleep 0.3',
    id: 'two-daemons',
    what: /^two daemons run, .*: smcrouted \(process \d+\), smcrouted \(process \d+\)/,
    change: /kill/,
  },
  {
    title: 'the interface has lost its address',
    breaks: 'ip addr flush dev usb0',
    repairs: 'ip addr add 10.2.0.1/24 dev usb0; ip -6 addr add fd02::1/64 dev usb0',
    id: 'no-address',
    what: /^usb0 has not its address 10\.2\.0\.1\/24/,
    change: /ip addr add 10\.2\.0\.1\/24 dev usb0/,
  },
  {
    title: 'there is no IPv6',
    breaks: 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6',
    id: 'no-ipv6',
    what: /^wlan0 speaks no IPv6, and ff05::4242 is routed there: net\.ipv6\.conf\.wlan0\.disable_ipv6 is 1/,
    change: /echo 0/,
  },
]

describe('mroute doctor, on a router in namespaces behind a snooping switch', function () {
  this.timeout(20_000)
  let guest: Guest

  before(async () => {
    guest = await bootGuest(deployment, 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0')
    await on('near', [
      // A querier that waits a second for answers, and no longer than that for the last member to leave.
      'ip link add br0 type bridge mcast_snooping 1 mcast_query_response_interval 100 mcast_last_member_interval 10',
      'ip link set eth0 master br0', 'ip link set br0 up',
      'ip addr add 10.1.0.2/24 dev br0', 'ip addr add 192.0.2.9/32 dev br0', 'ip addr add fd01::2/64 dev br0 nodad', 'ip route add default via 10.1.0.1',
      'ip link set br0 type bridge mcast_querier 1',
    ])
    await on('far', ['ip addr add 10.2.0.2/24 dev eth0'])
    await sending(USUAL, [], () => eventually('packets through the switch', async () => (await doctor(1)).report.healthy, guest.console))
  })
  after(() => guest.stop())

  async function on(host: 'near' | 'far' | 'guest', commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const [file = '', ...args] = command.split(' ')
      await guest.on(host, file, ...args)
    }
  }

  async function sending<T>(near: readonly string[], far: readonly string[], during: () => Promise<T>): Promise<T> {
    const ending = new AbortController()
    const senders = await Promise.all(([['near', near], ['far', far]] as const).filter(([, packets]) => packets.length > 0).map(async ([host, packets]) => {
      const netns = (await guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()
      return start('ip', ['netns', 'exec', netns, '/usr/bin/python3', SENDER, ...packets], {stdio: 'piped', signal: ending.signal})
    }))
    try {
      return await during()
    } finally {
      ending.abort()
      await Promise.all(senders.map(({ended}) => ended))
    }
  }

  async function doctor(seconds = 2): Promise<{report: RouterReport, status: string}> {
    const text = await guest.inside(`mroute doctor --json --seconds ${seconds} 2>&1; echo "status $?"`)
    const [json = '', status = ''] = text.split(/^status /m)
    if (!json.startsWith('{')) throw new Error(text)
    return {report: JSON.parse(json) as RouterReport, status: status.trim()}
  }

  it('a healthy router says so, with what passed', async () => {
    const {report, status} = await sending(USUAL, [], () => doctor())
    expect(report.findings.filter(({severity}) => severity === 'wrong')).to.deep.equal([])
    expect([report.healthy, status]).to.deep.equal([true, '0'])
    expect(report.flows.map(({group, from}) => `${group} ${from}`)).to.have.members(['225.0.0.1 wlan0', '239.1.1.1 wlan0', 'ff05::4242 wlan0'])
    for (const {arrived, left} of report.flows) expect(left.usb0).to.be.within(arrived - 1, arrived + 2).and.above(5)
  })

  for (const {title, breaks, repairs, outside: [before, after] = [[], []], near = USUAL, far = [], id, what, change} of cases) {
    it(title, async () => {
      if (breaks !== undefined) await guest.inside(breaks)
      await on('guest', before)
      const {report, status} = await sending(near, far, () => doctor())
      await on('guest', after)
      if (repairs !== undefined) await guest.inside(repairs)
      expect(report.findings[0]?.id, JSON.stringify(report, undefined, 1)).to.equal(id)
      expect(report.findings[0]).to.have.property('what').that.matches(what)
      expect(report.findings[0]).to.have.property('change').that.matches(change)
      expect([report.healthy, status]).to.deep.equal([false, '1'])
    })
  }

  it('answers brmc doctor --router, whose ssh is a door into the namespaces here', async () => {
    const asked: string[][] = []
    const ssh: Run = async (file, args, options) => {
      asked.push([file, ...args])
      const stdout = await guest.inside(`${args.slice(args.indexOf('--') + 2).join(' ')} || true`)
      return run('printf', ['%s', stdout], options)
    }
    const report = await askRouter({host: 'mcast-router', sshOptions: []}, {run: ssh, signal: new AbortController().signal})
    expect(asked).to.have.length(1)
    expect(report.findings[0]).to.have.property('id', 'no-ipv6')
  })

  it('shows interfaces, routes in use and groups joined', async () => {
    let shown = ''
    // The sender may take longer to start than one look takes.
    await sending(USUAL, [], () => eventually('a rate', async () => {
      shown = await guest.inside('mroute show')
      return / [1-9]\d* packets\/s/.test(shown)
    }, () => shown))
    expect(shown).to.match(/^ {2}IPv4 wlan0 +\d+ packets in/m)
    expect(shown).to.match(/^ {2}225\.0\.0\.1 +of 10\.1\.0\.2 +from wlan0 to usb0: [1-9]\d* packets\/s$/m)
    expect(shown).to.match(/^ {2}wlan0 +239\.1\.1\.1$/m)
  })

  it('refuses what it does not know', async () => {
    for (const words of ['', 'heal', 'doctor --seconds', 'doctor --seconds 0', 'doctor --seconds 1x', 'show more']) {
      expect(await guest.inside(`mroute ${words} 2>&1; echo "status $?"`)).to.match(/^usage: .*\nstatus 2\n$/)
    }
  })

  it('leaves no table and no file behind', async () => {
    expect(await guest.inside('nft list tables; ls /tmp')).to.equal('table inet brmc\n')
  })
})
