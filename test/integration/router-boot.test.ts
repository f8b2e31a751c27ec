import {expect} from 'chai'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {start} from '../../src/process/start.js'
import {accessPoint, address, labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'

const WLAN0_MAC = '02:00:00:00:01:00'
const USB0_MAC = '02:00:00:00:02:00'

const deployment = labDeployment({
  routes: [route('225.0.0.1', {liftTtl: true}), route('225.0.0.2', {to: ['eth0']})],
  nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}],
  sysctl: {'net.ipv4.conf.usb0.log_martians': '1', 'net.ipv4.ip_default_ttl': '77'},
  interfaces: [
    networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64'], {
      accessPoint: accessPoint({ssid: 'brmc', passphrase: '12345678'}),
      dhcpServer: {from: address('10.1.0.10'), to: address('10.1.0.20'), dns: [address('9.9.9.9')], leaseMinutes: 10},
    }),
    networkInterface('usb0', [], {role: 'upstream', dhcp: true, mac: USB0_MAC}),
    networkInterface('eth0', ['10.3.0.1/24']),
  ],
})

const SEND = `import socket,sys,time
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.setsockopt(0,socket.IP_MULTICAST_TTL,1);s.bind((sys.argv[1],0))
for _ in range(30): s.sendto(b"x",("225.0.0.1",5000)); time.sleep(0.1)`
const RECEIVE = `import socket,sys,struct
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(("225.0.0.1",5000));s.settimeout(3)
s.setsockopt(0,socket.IP_ADD_MEMBERSHIP,socket.inet_aton("225.0.0.1")+struct.pack("@4si",b"",socket.if_nametoindex("eth0")))
try: print(s.recvfrom(9)[1][0])
except TimeoutError: print("none")`

/** Sends from the host near for three seconds and tells which source the host far sees; 'none' where nothing arrives. */
async function sourceSeen(guest: Guest): Promise<string> {
  const [received] = await Promise.all([guest.on('far', '/usr/bin/python3', '-c', RECEIVE), guest.on('near', '/usr/bin/python3', '-c', SEND, '10.1.0.2')])
  return received.stdout.trim()
}

describe('the router overlay, booted with BusyBox init in namespaces', function () {
  this.timeout(60_000)
  let guest: Guest
  let folder: string
  const farServer = new AbortController()

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-dhcp-'))
    guest = await bootGuest(deployment, `quiet brmc.console=shell brmc.ifname=${WLAN0_MAC}=wlan0`)
    await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
    await guest.on('near', 'ip', 'route', 'add', 'default', 'via', '10.1.0.1')
    await guest.on('far', 'ip', 'addr', 'add', '10.2.0.2/24', 'dev', 'eth0')
    const netns = (await guest.on('far', 'ip', 'netns', 'identify')).stdout.trim()
    await writeFile(join(folder, 'leases'), '')
    await writeFile(join(folder, 'udhcpd.conf'), [
      'interface eth0', 'start 10.2.0.50', 'end 10.2.0.50', 'max_leases 1', `lease_file ${folder}/leases`, `pidfile ${folder}/pid`,
      'option subnet 255.255.255.0', 'option router 10.2.0.2', 'option dns 10.2.0.2', 'option lease 600', '',
    ].join('\n'))
    start('ip', ['netns', 'exec', netns, 'busybox', 'udhcpd', '-f', join(folder, 'udhcpd.conf')], {stdio: 'piped', signal: farServer.signal})
  })

  after(async () => {
    farServer.abort()
    await guest.stop()
    await rm(folder, {recursive: true})
  })

  it('says when the first program ran and when the boot scripts were done, in less than a second', () => {
    const [init, ready] = ['init', 'ready'].map(what => Number(new RegExp(`^brmc: ${what} (\\d+\\.\\d+)\\r$`, 'm').exec(guest.console())?.[1]))
    expect(Number(ready) - Number(init)).to.be.within(0, 1)
    expect(guest.console()).to.not.match(/refused|not loaded|error|No such file|not found/)
  })

  it('starts the routing daemon once, when all interfaces that are there have their names', async () => {
    expect(await guest.inside('ls /run')).to.include('multicast-daemon.log').and.not.include('multicast-daemon.log.old')
    expect(await guest.inside('cat /run/multicast-daemon.log')).to.not.match(/Parse error|already in use|Failed|(wlan0|usb0) is not/)
  })

  it('has standard input and output by name, which devtmpfs does not', async () => {
    expect(await guest.inside('echo in | cat /dev/stdin; for name in stdin stdout stderr; do readlink /dev/$name; done')).to.equal('in\nfd/0\nfd/1\nfd/2\n')
  })

  it('leaves no file that others may write', async () => {
    expect(await guest.inside('find /run /etc -type f -perm -002')).to.equal('')
  })

  it('runs no web server, for the deployment has no status page', async () => {
    expect(await guest.inside('pidof httpd status-page; ls /run/brmc')).to.not.match(/^\d|status-page/m)
  })

  it('has a root shell on the console where the kernel command line asks for it', async () => {
    guest.type('echo $((6 * 7)) $PWD')
    await eventually('answer of the shell', () => Promise.resolve(/^42 \/root\r$/m.test(guest.console())), guest.console)
    expect(guest.console()).to.include('brmc# ')
  })

  it('gives each card its name, though each had the name of the other', async () => {
    expect(await guest.inside('cat /sys/class/net/wlan0/address /sys/class/net/usb0/address')).to.equal(`${WLAN0_MAC}\n${USB0_MAC}\n`)
  })

  it('says that a card which is no radio stands in for the access point', () => {
    expect(guest.console()).to.include('brmc: wlan0 is not a radio')
  })

  it('sets addresses and kernel settings', async () => {
    expect(await guest.inside('ip addr show dev wlan0')).to.include('inet 10.1.0.1/24').and.include('inet6 fd01::1/64')
    expect(await guest.inside('cd /proc/sys/net/ipv4; cat ip_forward ip_default_ttl icmp_echo_ignore_broadcasts conf/usb0/log_martians conf/wlan0/rp_filter conf/usb0/rp_filter'))
      .to.equal('1\n77\n0\n1\n0\n2\n')
    expect(await guest.inside('hostname; cat /proc/sys/net/ipv6/conf/usb0/accept_ra')).to.equal('mcast-router\n2\n')
  })

  it('drops what it cannot translate yet, then takes a lease and translates from the first packet on', async () => {
    await leased()
    expect(await guest.inside('ip addr show dev usb0')).to.include('inet 10.2.0.50/24')
    expect(await guest.inside('ip route')).to.match(/default via 10\.2\.0\.2 dev usb0 +metric \d+/)
    expect(await guest.inside('cat /etc/resolv.conf')).to.equal('nameserver 10.2.0.2\n')
    expect(await sourceSeen(guest)).to.equal('10.2.0.50')
  })

  it('hides unicast of its clients behind the uplink', async () => {
    await guest.on('near', 'busybox', 'ping', '-c', '1', '-W', '1', '10.2.0.2')
    expect(await guest.inside('nft list chain inet brmc masquerade_clients')).to.match(/ip daddr != 224\.0\.0\.0\/4 counter packets [1-9]/)
  })

  it('gives its clients addresses', async () => {
    const script = join(folder, 'print')
    await writeFile(script, '#!/bin/sh\n[ "$1" = bound ] && echo "lease $ip/$mask $router $dns $lease"\nexit 0\n', {mode: 0o755})
    expect((await guest.on('near', 'busybox', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-s', script)).stdout).to.match(/^lease 10\.1\.0\.(1\d|20)\/24 10\.1\.0\.1 9\.9\.9\.9 600$/m)
  })

  const leased = async () => eventually('lease', async () => (await guest.inside('nft list chain inet brmc translate_usb0_ipv4')).includes('ip saddr set 10.2.0.50'), guest.console)

  /** Waits for a routing daemon that is not `before` and has a vif for `name`; how long it took, in milliseconds. */
  function newDaemon(before: string, name: string): Promise<number> {
    return eventually('new daemon', async () => {
      const [pid = '', ...vifs] = (await guest.inside('echo $(pidof smcrouted); cat /proc/net/ip_mr_vif')).split('\n')
      return pid !== '' && pid !== before && vifs.join('\n').includes(` ${name} `)
    }, guest.console)
  }

  const daemon = async () => (await guest.inside('pidof smcrouted')).trim()

  it('has its routing daemon back within two seconds of being killed, with its routes', async () => {
    await leased()
    const before = await daemon()
    await guest.inside(`kill -9 ${before}`)
    expect(await newDaemon(before, 'wlan0')).to.be.below(2000)
    expect(await sourceSeen(guest)).to.equal('10.2.0.50')
  })

  it('has one routing daemon, with its routes, after the script that watches over it was killed', async () => {
    const before = await daemon()
    const script = (await guest.inside(`grep PPid /proc/${before}/status`)).split('\t')[1]?.trim() ?? ''
    await guest.inside(`kill -9 ${script}`)
    await newDaemon(before, 'wlan0')
    expect(await daemon()).to.match(/^\d+$/)
    expect(await sourceSeen(guest)).to.equal('10.2.0.50')
  })

  it('has its DHCP server and client back within two seconds of being killed', async () => {
    for (const program of ['udhcpd', 'udhcpc']) {
      const killed = (await guest.inside(`echo $(pidof ${program})`)).trim()
      await guest.inside(`kill -9 ${killed}`)
      const took = await eventually(`new ${program}`, async () => !['', killed].includes((await guest.inside(`echo $(pidof ${program})`)).trim()), guest.console)
      expect(took).to.be.below(2000)
      expect(guest.console()).to.match(new RegExp(`^brmc: \\w+: ${program} ended with status 137, and is started again\\r$`, 'm'))
    }
  })

  it('takes up a card that comes late, starts the daemon again once, and forgets a card that goes', async () => {
    const before = await daemon()
    expect(await guest.inside('ls /sys/class/net')).to.not.include('eth0')
    await guest.on('guest', 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'unknown0')
    await eventually('address', async () => (await guest.inside('ip addr show dev eth0')).includes('10.3.0.1/24'), guest.console)
    await newDaemon(before, 'eth0')
    const after = await daemon()
    await new Promise(resolve => setTimeout(resolve, 1500))
    expect(await daemon()).to.equal(after)
    expect(await guest.inside('ip addr show dev unknown0')).to.not.match(/[<,]UP[,>]|inet/)
    await guest.on('guest', 'ip', 'link', 'del', 'eth0')
    await eventually('end of eth0', async () => (await guest.inside('ls /run/brmc/interfaces')) === 'usb0\nwlan0\n')
  })

  const offers: [string, string, RegExp][] = [
    ['a network that is served here', 'ip=10.1.0.99 mask=24', /network of wlan0 10\.1\.0\.1\/24: not used/],
    ['a wider network around one that is served here', 'ip=10.9.0.1 mask=8', /10\.9\.0\.1\/8, which is the network of/],
    ['a command', "ip='$(touch /tmp/pwned)' mask=24", /no address that a host can have/],
    ['a multicast address', 'ip=225.0.0.1 mask=24', /no address that a host can have/],
    ['an address out of range', 'ip=10.4.0.256 mask=24', /no address that a host can have/],
    ['an address with rules behind it', "ip='10.4.0.1; flush ruleset' mask=24", /no address that a host can have/],
  ]
  for (const [title, offer, complaint] of offers) {
    it(`refuses a lease of ${title}`, async () => {
      const seen = guest.console().length
      await guest.inside(`env interface=usb0 router=10.2.0.2 ${offer} /usr/libexec/brmc/dhcp-event bound`)
      await eventually('complaint', () => Promise.resolve(complaint.test(guest.console().slice(seen))), guest.console)
      expect(await guest.inside('ip addr show dev usb0; ls /tmp')).to.include('inet 10.2.0.50/24').and.not.include('pwned')
      expect(await guest.inside('nft list chain inet brmc translate_usb0_ipv4')).to.include('10.2.0.50')
    })
  }

  it('uses only those routers and name servers that are addresses', async () => {
    await guest.inside('env interface=usb0 ip=10.2.0.50 mask=24 router="-x 300.1.1.1 10.2.0.7" dns="bad\n10.2.0.8" /usr/libexec/brmc/dhcp-event renew')
    expect(await guest.inside('ip route')).to.include('default via 10.2.0.7 dev usb0')
    expect(await guest.inside('cat /etc/resolv.conf')).to.equal('nameserver 10.2.0.8\n')
  })

  it('drops what it would translate once the lease is gone', async () => {
    farServer.abort()
    await guest.inside('kill -USR2 $(pidof udhcpc)')
    await eventually('drop', async () => (await guest.inside('nft list chain inet brmc translate_usb0_ipv4')).includes('drop'), guest.console)
    expect(await guest.inside('ip route')).to.not.include('default')
    expect(await sourceSeen(guest)).to.equal('none')
  })

  it('writes no more than 128 KiB of log', async () => {
    expect(await guest.inside('cat /proc/$(pidof smcrouted)/limits')).to.match(/Max file size +131072 +131072 +bytes/)
  })
})
