import {writeFile} from 'node:fs/promises'
import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {start} from '../../src/process/start.js'
import {startBrowser, type Browser} from '../lab/browser.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'
import {bootGuest, eventually, type Guest} from '../lab/guest.js'

const SENDER = fileURLToPath(new URL('../lab/send-multicast.py', import.meta.url))
const SCREENSHOT = fileURLToPath(new URL('../../docs/status-page.png', import.meta.url))

const LONG_GROUP = 'ff05:1234:5678:9abc:def0:1234:5678:9abc'
const deployment = labDeployment({
  interfaces: [
    networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64']),
    networkInterface('usb0', ['10.2.0.1/24', 'fd02::1/64'], {role: 'upstream'}),
    networkInterface('eth0', ['10.3.0.1/24']),
  ],
  routes: [route('225.0.0.1', {liftTtl: true}), route('239.1.1.1'), route('ff05::4242'), route('239.9.0.0/24', {from: 'usb0', to: ['wlan0']}), route(LONG_GROUP)],
  statusPage: {port: 80, interfaces: ['wlan0', 'eth0']},
})

/** Packets every 50 ms: of 225.0.0.1 twice as many as of any other. */
const USUAL = ['225.0.0.1,1,10.1.0.2', '225.0.0.1,3,10.1.0.2', '239.1.1.1,8,10.1.0.2', 'ff05::4242%eth0,8,fd01::2']
const WITH_TTL_1 = USUAL.map(packets => packets.replace('239.1.1.1,8', '239.1.1.1,1'))
/** A look takes some seconds, and more on a machine that is busy with other tests. */
const PAGE_PATIENCE_MS = 60_000
const ADDRESS = 'http://10.1.0.1/'

interface Asked {
  host?: string
  method?: string
  headers?: string[]
  from?: 'near' | 'far'
}

interface Report {
  healthy: boolean
  interfaces: {name: string, state: string}[]
  rates: {group: string}[]
  silent: {group: string}[]
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

describe('the status page of a router in namespaces, in Chromium', function () {
  this.timeout(180_000)
  let guest: Guest
  let browser: Browser
  let near: string
  let senders: {abort: () => Promise<void>}[] = []

  before(async () => {
    guest = await bootGuest(deployment, 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0')
    await run('near', 'ip addr add 10.1.0.2/24 dev eth0', 'ip addr add fd01::2/64 dev eth0 nodad', 'ip route add default via 10.1.0.1')
    await run('far', 'ip addr add 10.2.0.2/24 dev eth0', 'ip route add 10.1.0.0/24 via 10.2.0.1')
    near = (await guest.on('near', 'ip', 'netns', 'identify')).stdout.trim()
    browser = await startBrowser(near)
  })
  after(async () => {
    await stopSending()
    await browser.stop()
    await guest.stop()
  })

  async function run(host: 'near' | 'far' | 'guest', ...commands: string[]): Promise<void> {
    for (const command of commands) {
      const [file = '', ...args] = command.split(' ')
      await guest.on(host, file, ...args)
    }
  }

  async function send(host: 'near' | 'far' | 'guest', ...packets: string[]): Promise<void> {
    const ending = new AbortController()
    const netns = (await guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()
    const {ended} = start('ip', ['netns', 'exec', netns, '/usr/bin/python3', SENDER, ...packets], {stdio: 'piped', signal: ending.signal})
    senders.push({async abort() {
      ending.abort()
      await ended
    }})
  }

  async function stopSending(): Promise<void> {
    await Promise.all(senders.map(sender => sender.abort()))
    senders = []
  }

  async function sendOnly(...packets: string[]): Promise<void> {
    await stopSending()
    await send('near', ...packets)
    await send('far', '239.9.0.7,5,10.2.0.2')
  }

  async function ask(target = '/', {host = '10.1.0.1', method = 'GET', headers = [], from = 'near'}: Asked = {}): Promise<Answer> {
    // As it is written: no client of ours refuses to send it.
    const request = [`${method} ${target} HTTP/1.0`, ...headers, '', ''].join('\r\n')
    const {stdout} = await guest.on(from, 'sh', '-c', 'printf %s "$1" | busybox nc -w 5 "$2" 80', 'sh', request, host)
    const end = stdout.indexOf('\r\n\r\n')
    const [head, body] = [stdout.slice(0, end), stdout.slice(end + 4)]
    const [first = '', ...lines] = head.split('\r\n')
    return {
      status: Number(first.split(' ')[1]),
      headers: Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])),
      body,
    }
  }

  /** What a person reads: cells apart by tabs. */
  const read = async () => (await browser.evaluate<string>('document.body.innerText')).replaceAll('\n\t', '\t')
  const shows = (text: string | RegExp) => eventually(`${String(text)} on the page`, async () => {
    const now = await read()
    return typeof text === 'string' ? now.includes(text) : text.test(now)
  }, guest.console, PAGE_PATIENCE_MS)

  /** Packets per second of a group and interface, as the row of the table has them: those that come, and those that leave. */
  async function rates(group: string): Promise<[comes: number, leaves: number]> {
    const row = (await read()).split('\n').slice(0, -1).find((line, index, lines) => lines[index - 1] === group && line.startsWith('from '))
    return [/\t(\S+)\/s\t/, /[✓✗] (\S+)\/s$/].map(pattern => Number(pattern.exec(row ?? '')?.[1]?.replaceAll(',', ''))) as [number, number]
  }

  describe('of a router that is well', () => {
    before(async () => {
      await sendOnly(...USUAL)
      await browser.open(ADDRESS)
      await shows('Nothing is wrong')
      await shows('239.9.0.7')
    })

    it('says so, in the title too, and names daemon, interfaces and addresses', async () => {
      expect(await browser.evaluate('document.title')).to.equal('✓ mcast-router: nothing is wrong')
      expect(await read()).to.include('smcrouted runs').and.match(/wlan0\ndownstream\n10\.1\.0\.1\/24\nfd01::1\/64\t✓ up\t\d/).and.match(/usb0\nupstream\n10\.2\.0\.1\/24\nfd02::1\/64\t✓ up/)
    })

    it('says what is not there', async () => {
      expect(await read()).to.match(/eth0\ndownstream\t✗ not there\t0\/s/)
    })

    it('has the rate of each group as the kernel counts it', async () => {
      const counted = async () => {
        const cache = await guest.inside('cat /proc/uptime /proc/net/ip_mr_cache')
        return {uptime: Number.parseFloat(cache), packets: Number(/^010101EF \S+ +\S+ +(\d+)/m.exec(cache)?.[1])}
      }

      const before = await counted()
      await setTimeout(6000)
      const after = await counted()
      const expected = (after.packets - before.packets) / (after.uptime - before.uptime)
      const [comes, leaves] = await rates('239.1.1.1')
      expect(comes).to.be.closeTo(expected, expected / 4)
      expect(leaves).to.be.closeTo(comes, 2)
      const [twice] = await rates('225.0.0.1')
      expect(twice).to.be.closeTo(2 * comes, comes / 4)
      expect((await rates('ff05::4242'))[1]).to.be.closeTo(comes, comes / 4)
    })

    it('draws an arrow for each group, as wide as its rate, from the interface where it comes to the one by which it leaves', async () => {
      const arrows = await browser.evaluate<Record<string, number>>(
        "Object.fromEntries([...document.querySelectorAll('svg .arrow')].map(arrow => [arrow.querySelector('title').textContent.replace(/: .*/, ''), Number(arrow.querySelector('.come').getAttribute('stroke-width'))]))")
      expect(Object.keys(arrows)).to.deep.equal([
        '225.0.0.1 from wlan0 to usb0', '239.1.1.1 from wlan0 to usb0', '239.9.0.7 from usb0 to wlan0', 'ff05::4242 from wlan0 to usb0', `${LONG_GROUP} from wlan0 to usb0`])
      expect(arrows['239.1.1.1 from wlan0 to usb0']).to.be.closeTo(Number(arrows['225.0.0.1 from wlan0 to usb0']) / 2, 2)
      expect(arrows[`${LONG_GROUP} from wlan0 to usb0`]).to.equal(2)
    })

    it('says of a route on which nothing comes that it is silent', async () => {
      expect(await read()).to.match(new RegExp(`\n${LONG_GROUP}\nfrom wlan0\tsilent\tto usb0\n`))
    })

    it('is told to assistive technology with the names of its tables, headings and picture', async () => {
      const nodes = (await browser.accessibleTree()).map(({role, name}) => `${role} ${name}`)
      expect(nodes).to.include.members(['heading mcast-router', 'heading What passes', 'table Groups', 'table Interfaces', 'columnheader Comes', 'rowheader 225.0.0.1 from wlan0', 'link The same as JSON'])
      expect(nodes.find(node => node.startsWith('image '))).to.match(/^image Groups as arrows/)
      expect(nodes.filter(node => node.startsWith('status')).length + await browser.evaluate<number>("document.querySelectorAll('[role=status]').length")).to.be.above(0)
    })

    it('is the same as JSON', async () => {
      const report = JSON.parse((await ask('/cgi-bin/status.json')).body) as Report
      expect(report.healthy).to.equal(true)
      expect(report.interfaces.map(({name, state}) => `${name} ${state}`)).to.deep.equal(['wlan0 up', 'usb0 up', 'eth0 not there'])
      expect(report.rates.map(({group}) => group)).to.deep.equal(['225.0.0.1', '239.1.1.1', '239.9.0.7', 'ff05::4242'])
      expect(report.silent.map(({group}) => group)).to.deep.equal([LONG_GROUP])
    })

    it('keeps to its own policy, and needs nothing from elsewhere', async () => {
      expect(browser.complaints()).to.deep.equal([])
      expect(await browser.evaluate("performance.getEntriesByType('resource').every(({name}) => name === location.href)")).to.equal(true)
      expect((await ask()).headers).to.include({'cache-control': 'no-store', 'x-content-type-options': 'nosniff'})
        .and.to.have.property('content-security-policy').that.matches(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/)
    })

    it('is small', async () => {
      expect((await ask()).body.length).to.be.below(16_000)
    })
  })

  describe('of a router that is not', () => {
    it('changes by itself while it is open, node by node, and names the cause first and what to change', async () => {
      await sendOnly(...USUAL)
      await browser.open(ADDRESS)
      await shows('Nothing is wrong')
      await browser.evaluate("window.first = ['h1', '#verdict', '#passes', 'svg', 'tbody tr', 'footer'].map(name => document.querySelector(name))")
      await sendOnly(...WITH_TTL_1)
      await shows('1 thing is wrong')
      expect(await browser.evaluate('first.filter(node => !node.isConnected).length')).to.equal(0)
      expect(await browser.evaluate('document.title')).to.equal('✗ mcast-router: 1 thing is wrong')
      expect(await read()).to.match(/What is wrong, the likeliest cause first\n+packets of 239\.1\.1\.1 arrive on wlan0 with TTL 1 \(\d+ in 2 s\)/)
      expect(await read()).to.match(/forwards those\n+Change: lift it with liftTtl: true/)
    })

    it('says in the table and in the picture that the group does not leave, not by colour alone', async () => {
      await shows(/239\.1\.1\.1\nfrom wlan0\t\d\S*\/s\tusb0 ✗ 0\/s/)
      expect(await browser.evaluate("document.querySelectorAll('svg .cross').length")).to.equal(1)
      expect(await browser.evaluate("document.querySelector('svg .label.lost').textContent")).to.match(/^239\.1\.1\.10 of [\d.]+\/s$/)
    })

    it('fits on a telephone without scrolling sideways, light and dark', async () => {
      for (const dark of [false, true]) {
        await browser.open(ADDRESS, {width: 360, dark})
        await shows('1 thing is wrong')
        expect(await browser.evaluate('[document.documentElement.scrollWidth, innerWidth]'), dark ? 'dark' : 'light').to.deep.equal([360, 360])
        expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).to.equal(dark ? 'rgb(16, 21, 28)' : 'rgb(243, 245, 248)')
        // No letter of a rate may stand on a line of its own.
        expect(await browser.evaluate("[...document.querySelectorAll('.number, .rate')].every(node => node.getClientRects().length === 1)")).to.equal(true)
      }
    })

    it('says the same without JavaScript, and asks again by itself', async () => {
      await browser.open(ADDRESS, {script: false})
      await eventually('the page', async () => (await browser.accessibleTree()).some(({name}) => name.includes('packets of 239.1.1.1 arrive on wlan0 with TTL 1')))
      expect((await ask()).body).to.include('<noscript><meta http-equiv="refresh" content="4"></noscript>')
    })

    it('shows what strangers write as text: an interface and a line of the log that are HTML', async () => {
      const name = '<i>x&'
      await run('guest', `ip link add ${name} type veth peer name peer0`)
      await run('guest', `ip link set ${name} up`, 'ip link set peer0 up', 'ip addr add 10.9.0.2/24 dev peer0')
      await send('guest', '239.66.6.6,8,10.9.0.2')
      await guest.inside('mv /usr/sbin/smcrouted /usr/sbin/away; printf \'#!/bin/sh\\necho "error </script><script>document.title=1</script><img src=x onerror=alert(1)>"\\nsleep 0.2\\n\' >/usr/sbin/smcrouted; chmod 755 /usr/sbin/smcrouted; killall smcrouted')
      try {
        await browser.open(ADDRESS)
        await shows(/smcrouted (is not running|does not stay alive)[^\n]*<\/script><script>document\.title=1<\/script><img src=x onerror=alert\(1\)>/)
        await shows(`239.66.6.6 arrives on ${name} and is in no route`)
        expect(await browser.evaluate("[document.querySelectorAll('main img, main script, main i').length, document.querySelectorAll('script').length]")).to.deep.equal([0, 1])
        expect(await browser.evaluate('document.title')).to.match(/^✗ mcast-router: \d things? (is|are) wrong$/)
        expect(browser.complaints()).to.deep.equal([])
        const {findings} = JSON.parse((await ask('/cgi-bin/status.json')).body) as {findings: {what: string}[]}
        expect(findings.map(({what}) => what).join('\n')).to.include('<script>document.title=1</script>').and.include(name)
      } finally {
        await guest.inside('mv -f /usr/sbin/away /usr/sbin/smcrouted; killall smcrouted sleep; true')
        await run('guest', 'ip link del peer0')
        await stopSending()
      }
    })
  })

  describe('as a server', () => {
    const hostile: [string, string, Asked, number][] = [
      ['a path out of its folder', '/../../../../etc/hostname', {}, 400],
      ['a path out of its folder, encoded', '/%2e%2e/%2e%2e/etc/hostname', {}, 400],
      ['a file that is not there', '/etc/passwd', {}, 404],
      ['the folder of its programs', '/cgi-bin/', {}, 403],
      ['a program that is not there', '/cgi-bin/sh', {}, 404],
      ['a command as a query', '/?$(touch${IFS}/tmp/pwned);`touch${IFS}/tmp/pwned`', {}, 200],
      ['commands in headers', '/', {headers: ['User-Agent:() { :; }; touch /tmp/pwned', 'Cookie:$(touch /tmp/pwned)', 'X-IFS:/']}, 200],
      ['a method that changes something', '/', {method: 'POST', headers: ['Content-Length:0']}, 405],
      ['a method nobody knows', '/', {method: 'BREW'}, 405],
    ]
    for (const [title, target, options, status] of hostile) {
      it(`answers ${title} with ${status}, and does nothing else`, async () => {
        const answer = await ask(target, options)
        expect(answer.status).to.equal(status)
        expect(answer.body).to.not.include('root:').and.not.match(/^mcast-router$/m)
        expect(await guest.inside('ls /tmp; ls /run')).to.not.include('pwned')
      })
    }

    it('runs as nobody', async () => {
      expect(await guest.inside('ps -o user,comm | grep httpd | sort -u')).to.equal('nobody   httpd\n')
    })

    it('is on the addresses of its interfaces, IPv4 and IPv6, and on no other', async () => {
      expect((await guest.inside("netstat -tln | awk '/^tcp/ {print $4}'")).trim().split('\n').sort()).to.deep.equal(['10.1.0.1:80', 'fd01::1:80'])
      expect((await ask('/', {host: 'fd01::1'})).status).to.equal(200)
    })

    it('cannot be read from upstream', async () => {
      const failed = async (host: string) => ask('/', {host, from: 'far'}).then(() => 'read', () => 'failed')
      expect(await failed('10.2.0.1')).to.equal('failed')
    })

    it('looks only while somebody reads, and not more often the more they are', async () => {
      const looks = () => guest.inside('cat /run/brmc/status-page/taken')
      await browser.open('about:blank')
      await eventually('five seconds without a look', async () => {
        const before = await looks()
        await setTimeout(5000)
        return await looks() === before
      }, guest.console, PAGE_PATIENCE_MS)
      const first = await looks()
      const since = performance.now()
      const seen = new Set<string>()
      await Promise.all(Array.from({length: 8}, async () => {
        while (seen.size < 3 && performance.now() < since + PAGE_PATIENCE_MS) {
          await ask()
          const last = await looks()
          if (last !== first) seen.add(last)
        }
      }))
      // Each counts for two seconds, and one passes between them: the first was asked for at once.
      expect(seen.size).to.equal(3)
      expect(performance.now() - since).to.be.above(8000)
    })

    it('is not more than 24 processes, whoever opens connections', async () => {
      const ending = new AbortController()
      start('ip', ['netns', 'exec', near, '/usr/bin/python3', '-c',
        'import socket, time\nheld = [socket.create_connection(("10.1.0.1", 80)) for _ in range(100)]\ntime.sleep(60)'], {stdio: 'piped', signal: ending.signal})
      const count = async () => Number(await guest.inside('pidof httpd | wc -w'))
      await eventually('connections', async () => await count() > 15)
      await setTimeout(500)
      expect(await count()).to.be.within(16, 24)
      ending.abort()
      await eventually('an answer again', () => ask().then(({status}) => status === 200, () => false))
    })

    it('is back when it is killed, servers and all', async () => {
      const back = (host: string) => eventually(`an answer of ${host}`, () => ask('/', {host}).then(({status}) => status === 200, () => false))
      await guest.inside('killall -9 httpd')
      expect(await back('10.1.0.1')).to.be.below(5000)
      await back('fd01::1')
      await guest.inside('killall -9 status-page')
      expect(await back('10.1.0.1')).to.be.below(5000)
      await browser.open(ADDRESS)
      await shows('smcrouted runs')
    })

    it('is on an interface that comes late, and on one that comes back', async () => {
      for (const time of ['late', 'again']) {
        await guest.on('guest', 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other0')
        await eventually(`a server on eth0, ${time}`, async () => (await guest.inside('netstat -tln')).includes('10.3.0.1:80'), guest.console)
        expect(await guest.inside('wget -q -O - http://10.3.0.1/ | grep -c "^<h1>mcast-router</h1>$"')).to.equal('1\n')
        await guest.on('guest', 'ip', 'link', 'del', 'eth0')
      }
    })

    it('says on the open page that the router does not answer any more', async () => {
      await browser.open(ADDRESS)
      await run('near', 'ip link set eth0 down')
      await shows(/The router has not answered for \d+ s\./)
      await run('near', 'ip link set eth0 up')
    })
  })

  describe('as a picture', () => {
    it('is drawn anew for the documentation with UPDATE_SCREENSHOT=1', async function () {
      if (process.env['UPDATE_SCREENSHOT'] !== '1') return
      await run('near', 'ip addr replace fd01::2/64 dev eth0 nodad', 'ip route replace default via 10.1.0.1')
      await sendOnly(...WITH_TTL_1)
      await browser.open(ADDRESS, {width: 720})
      for (const group of ['225.0.0.1', '239.1.1.1', '239.9.0.7', 'ff05::4242']) await shows(new RegExp(`^${group}\\nfrom \\w+\\t\\d`, 'm'))
      await writeFile(SCREENSHOT, await browser.screenshot())
    })
  })
})
