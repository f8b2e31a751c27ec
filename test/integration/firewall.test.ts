import {expect} from 'chai'

import type {Deployment} from '../../src/spec/deployment.js'
import {address, labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest, untilAddressesCount} from '../lab/guest.js'
import {probe} from '../lab/probe.js'

/** near is the inside, far the upstream. The far host knows the way to the inside, as an attacker on the link would. */
const deployment = (options: Partial<Deployment> = {}): Deployment => labDeployment({
  interfaces: [
    networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64'], {dhcpServer: {from: address('10.1.0.10'), to: address('10.1.0.20'), dns: [address('9.9.9.9')], leaseMinutes: 10}}),
    networkInterface('usb0', ['10.2.0.1/24', 'fd02::1/64'], {role: 'upstream'}),
  ],
  routes: [route('225.0.0.1', {from: 'usb0', to: ['wlan0']}), route('232.1.1.1', {from: 'usb0', to: ['wlan0'], source: '10.2.0.2'}), route('225.0.0.9')],
  firewall: {upstream: 'deny', open: [
    {protocol: 'tcp', ports: {first: 2222, last: 2222}, from: 'usb0'},
    {protocol: 'udp', ports: {first: 7000, last: 7010}, from: 'usb0', to: 'wlan0'},
  ]},
  ...options,
})
const COMMAND_LINE = 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0'

/** What becomes of each packet, all at once: an answer (or a refusal, which is one), or nothing for 1.5 s. */
const ASK = `import errno,selectors,socket,sys,time
watched=selectors.DefaultSelector();answers={}
for question in sys.argv[1:]:
  kind,host,port=question.split(",")
  s=socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,socket.SOCK_STREAM if kind=="tcp" else socket.SOCK_DGRAM);s.setblocking(False)
  answers[question]="silent"
  if s.connect_ex((host,int(port))) not in (0,errno.EINPROGRESS): answers[question]="answered";continue
  if kind=="udp": s.send(b"ask")
  watched.register(s,selectors.EVENT_READ if kind=="udp" else selectors.EVENT_WRITE,question)
end=time.time()+1.5
while time.time()<end:
  for key,_ in watched.select(end-time.time()): answers[key.data]="answered";watched.unregister(key.fileobj)
for question,answer in answers.items(): print(question,answer)`
type Host = 'near' | 'far'

async function boot(options: Partial<Deployment> = {}, files: Record<string, string> = {}): Promise<Guest> {
  const guest = await bootGuest(deployment(options), COMMAND_LINE, {files})
  const hosts: [Host, number][] = [['near', 1], ['far', 2]]
  for (const [host, network] of hosts) {
    await guest.on(host, 'ip', 'addr', 'add', `10.${network}.0.2/24`, 'dev', 'eth0')
    await guest.on(host, 'ip', '-6', 'addr', 'add', `fd0${network}::2/64`, 'dev', 'eth0', 'nodad')
    await guest.on(host, 'ip', 'route', 'add', 'default', 'via', `10.${network}.0.1`)
    await guest.on(host, 'ip', '-6', 'route', 'add', 'default', 'via', `fd0${network}::1`)
    await guest.on(host, 'sysctl', '-qw', 'net.ipv4.icmp_echo_ignore_broadcasts=0')
  }
  await guest.on('far', 'ip', 'addr', 'add', '10.2.0.3/24', 'dev', 'eth0')
  await eventually('vifs', async () => / usb0 /.test(await guest.inside('cat /proc/net/ip_mr_vif')), guest.console)
  await untilAddressesCount(guest)
  return guest
}

async function answers(guest: Guest, from: Host, questions: readonly string[]): Promise<Map<string, string>> {
  const {stdout} = await guest.on(from, '/usr/bin/python3', '-c', ASK, ...questions)
  return new Map(stdout.trim().split('\n').map(line => line.split(' ') as [string, string]))
}

const ask = async (guest: Guest, from: Host, question: string): Promise<string | undefined> => [...(await answers(guest, from, [question])).values()][0]

async function allAnswers(guest: Guest): Promise<Map<string, string>> {
  const told = await Promise.all((['near', 'far'] as const).map(from => answers(guest, from, packets.filter(one => one[0] === from).map(([, ...question]) => question.slice(0, 3).join(','))).then(one => [...one].map(([question, answer]) => [`${from},${question}`, answer] as const))))
  return new Map(told.flat())
}

async function ping(guest: Guest, from: Host, ...args: string[]): Promise<string> {
  const netns = (await guest.on(from, 'ip', 'netns', 'identify')).stdout.trim()
  return (await guest.on(from, 'sh', '-c', `busybox ping -c 2 -W 1 ${args.join(' ')} || true`, netns)).stdout
}

/** The senders that a receiver of the group saw. */
async function heard(guest: Guest, group: string, {from, source, to}: {from: Host, source: string, to: Host}): Promise<string[]> {
  return [...new Set((await probe(guest, {group, from, source, to: [to]}))[to]?.map(one => one.source))]
}

/** [from, to the router or through it, how, what a firewall makes of it]. */
const packets: [Host, 'tcp' | 'udp', string, number, 'answered' | 'silent'][] = [
  ['far', 'tcp', '10.2.0.1', 22, 'silent'],
  ['far', 'udp', '10.2.0.1', 53, 'silent'],
  ['far', 'tcp', 'fd02::1', 22, 'silent'],
  ['far', 'udp', 'fd02::1', 53, 'silent'],
  // The router's other address, by the uplink.
  ['far', 'tcp', '10.1.0.1', 22, 'silent'],
  ['far', 'tcp', '10.1.0.2', 80, 'silent'],
  ['far', 'udp', '10.1.0.2', 6999, 'silent'],
  ['far', 'tcp', 'fd01::2', 80, 'silent'],
  ['far', 'tcp', '10.2.0.1', 2222, 'answered'],
  ['far', 'tcp', 'fd02::1', 2222, 'answered'],
  ['far', 'udp', '10.2.0.1', 2222, 'silent'],
  ['far', 'udp', '10.1.0.2', 7000, 'answered'],
  ['far', 'udp', '10.1.0.2', 7010, 'answered'],
  ['far', 'udp', '10.1.0.2', 7011, 'silent'],
  ['far', 'udp', '10.2.0.1', 7000, 'silent'],
  ['near', 'tcp', '10.1.0.1', 22, 'answered'],
  ['near', 'udp', '10.1.0.1', 53, 'answered'],
  ['near', 'tcp', 'fd01::1', 22, 'answered'],
  ['near', 'tcp', '10.2.0.2', 80, 'answered'],
  ['near', 'udp', 'fd02::2', 80, 'answered'],
]

describe('the firewall of a router booted in namespaces', function () {
  this.timeout(120_000)
  let guest: Guest
  let told: Map<string, string>
  before(async () => {
    guest = await boot()
    told = await allAnswers(guest)
  })
  after(() => guest.stop())

  for (const [from, kind, host, port, wanted] of packets) {
    it(`${kind} from ${from === 'far' ? 'upstream' : 'the inside'} to ${host} port ${port}: ${wanted}`, () => {
      expect(told.get(`${from},${kind},${host},${port}`)).to.equal(wanted)
    })
  }

  it('a ping from upstream is not answered with IPv4, and is with IPv6 (RFC 4890)', async () => {
    expect(await ping(guest, 'far', '10.2.0.1')).to.include(' 0 packets received')
    expect(await ping(guest, 'far', '10.1.0.2')).to.include(' 0 packets received')
    expect(await ping(guest, 'far', 'fd02::1')).to.include(' 2 packets received')
    expect(await ping(guest, 'far', 'fd01::2')).to.include(' 2 packets received')
    expect(await ping(guest, 'near', '10.1.0.1')).to.include(' 2 packets received')
    expect(await ping(guest, 'near', '10.2.0.2')).to.include(' 2 packets received')
  })

  it('lets in the groups that are routed, of the senders that the route names, and no other', async () => {
    expect(await heard(guest, '225.0.0.1', {from: 'far', source: '10.2.0.2', to: 'near'})).to.deep.equal(['10.2.0.2'])
    expect(await heard(guest, '232.1.1.1', {from: 'far', source: '10.2.0.2', to: 'near'})).to.deep.equal(['10.2.0.2'])
    expect(await heard(guest, '232.1.1.1', {from: 'far', source: '10.2.0.3', to: 'near'})).to.deep.equal([])
    expect(await heard(guest, '225.0.0.9', {from: 'near', source: '10.1.0.2', to: 'far'})).to.deep.equal(['10.1.0.2'])
  })

  it('drops a group that the kernel routes and the file does not', async () => {
    expect(await guest.inside('nft list chain inet brmc firewall_forward')).to.match(/policy drop/)
    await guest.inside('printf "mroute from usb0 group 225.9.9.9 to wlan0\\n" >>/etc/smcroute.conf; killall smcrouted; sleep 2')
    expect(await heard(guest, '225.9.9.9', {from: 'far', source: '10.2.0.2', to: 'near'})).to.deep.equal([])
    const [said] = await Promise.all([guest.inside('mroute doctor --seconds 8 || true'), probe(guest, {group: '225.9.9.9', from: 'far', source: '10.2.0.2', to: ['near'], count: 500})])
    expect(said).to.match(/^wrong: 225\.9\.9\.9 from usb0 is routed to wlan0 and dropped there: chain firewall_forward of table inet brmc/)
    await guest.inside('nft insert rule inet brmc firewall_forward accept')
    expect(await heard(guest, '225.9.9.9', {from: 'far', source: '10.2.0.2', to: 'near'})).to.deep.equal(['10.2.0.2'])
    await guest.inside('nft -f /etc/nftables.conf')
  })

  it('lets a ping of a group out and its answers in, and answers one that comes from upstream', async () => {
    await guest.on('far', 'ip', 'addr', 'add', '225.0.0.9/32', 'dev', 'eth0', 'autojoin')
    expect(await ping(guest, 'near', '-t', '8', '225.0.0.9')).to.match(/from 10\.2\.0\.2/)
    expect(await ping(guest, 'far', '-t', '8', '225.0.0.1')).to.match(/from 10\.2\.0\.1/)
  })

  it('serves DHCP to the inside', async () => {
    const {stdout} = await guest.on('near', 'sh', '-c', 'busybox udhcpc -i eth0 -f -q -n -t 10 -s /bin/true 2>&1')
    expect(stdout).to.match(/lease of 10\.1\.0\.(?:1\d|20) obtained from 10\.1\.0\.1,/)
  })

  it('is what made the difference: without it, or with upstream: allow, all that is answered', async () => {
    await guest.inside('nft flush chain inet brmc firewall_input; nft flush chain inet brmc firewall_forward; nft "add chain inet brmc firewall_input { policy accept; }"; nft "add chain inet brmc firewall_forward { policy accept; }"')
    expect(new Set((await allAnswers(guest)).values())).to.have.keys('answered')
    expect(await ping(guest, 'far', '10.2.0.1')).to.include(' 2 packets received')
    await guest.inside('nft -f /etc/nftables.conf')
  })

  it('counts what it refused, and holds for a card that comes late', async () => {
    const netns = (await guest.on('far', 'ip', 'netns', 'identify')).stdout.trim()
    await guest.on('guest', 'ip', 'link', 'del', 'usb0')
    await guest.on('guest', 'ip', 'link', 'add', 'usb0', 'address', '02:00:00:00:02:00', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns)
    await guest.on('far', 'ip', 'link', 'set', 'eth0', 'up')
    await guest.on('far', 'ip', 'addr', 'add', '10.2.0.2/24', 'dev', 'eth0')
    await guest.on('far', 'ip', 'route', 'add', 'default', 'via', '10.2.0.1')
    await eventually('link', async () => (await ping(guest, 'near', '10.2.0.2')).includes(' 2 packets received'), guest.console)
    expect(await ask(guest, 'far', 'tcp,10.2.0.1,22')).to.equal('silent')
    expect(await guest.inside('nft list chain inet brmc firewall_input')).to.match(/counter packets [1-9]\d* bytes \d+\n\t}/)
  })
})

describe('a router whose rules nft refuses', function () {
  this.timeout(120_000)
  const BROKEN = 'table inet brmc { chain c { type filter hook nowhere priority 0; } }\n'
  let guest: Guest
  afterEach(() => guest.stop())

  it('is closed and says so: the inside gets in, nothing else does, nothing is forwarded', async () => {
    guest = await boot({}, {'etc/nftables.conf': BROKEN})
    expect(guest.console()).to.include('brmc: /etc/nftables.conf was not loaded: the router is closed, nothing is forwarded')
    expect(await ask(guest, 'far', 'tcp,10.2.0.1,2222')).to.equal('silent')
    expect(await ask(guest, 'near', 'tcp,10.1.0.1,22')).to.equal('answered')
    expect(await ask(guest, 'near', 'tcp,10.2.0.2,80')).to.equal('silent')
    expect(await guest.inside('mroute doctor || true')).to.match(/^wrong: nft refused \/etc\/nftables\.conf at boot, and the router is closed/m)
    const rules = await guest.inside('nft list ruleset')
    expect(await guest.inside('nft -f /etc/nftables.conf 2>&1 || nft list ruleset')).to.include(rules)
  })

  it('keeps its upstream down where it cannot even be closed', async () => {
    guest = await bootGuest(deployment(), COMMAND_LINE, {files: {'etc/nftables.conf': BROKEN, 'etc/nftables-closed.conf': BROKEN}})
    expect(guest.console()).to.include('brmc: usb0 stays down: there is no firewall')
    expect(await guest.inside('ip link show dev usb0')).to.not.match(/[<,]UP[,>]/)
    expect(await guest.inside('ip link show dev wlan0')).to.match(/[<,]UP[,>]/)
  })

  it('is as it was before where the file asks for no firewall', async () => {
    guest = await boot({firewall: {upstream: 'allow', open: []}}, {'etc/nftables.conf': BROKEN})
    expect(guest.console()).to.include('brmc: /etc/nftables.conf was not loaded: TTL is not lifted')
    expect(await ask(guest, 'far', 'tcp,10.2.0.1,22')).to.equal('answered')
  })
})
