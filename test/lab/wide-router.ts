import {fileURLToPath} from 'node:url'

import {start, type StartedProgram} from '../../src/process/start.js'
import type {MulticastRoute} from '../../src/multicast/model.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {labDeployment, networkInterface, route} from './deployment.js'
import {bootGuest, eventually, type Guest} from './guest.js'

const SENDER = fileURLToPath(new URL('send-at-rate.py', import.meta.url))
const RECEIVER = fileURLToPath(new URL('receive-multicast.py', import.meta.url))
const COMMAND_LINE = 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0'
const SOURCE = '10.2.0.2'

/** The kernel has 32 vifs, and one is upstream. */
export const DOWNSTREAM = ['wlan0', ...Array.from({length: 30}, (_, index) => `lan${index + 1}`)]
/** Of a file with a line for each group. */
export const LISTED = {first: '239.2.0.0', count: 1000}
/** Of one line. */
export const RANGE = {first: '239.1.0.0', count: 5000}

export const rangeRoute = (options: Partial<MulticastRoute> = {}): MulticastRoute => ({...route('239.1.0.0/16', {from: 'usb0', to: DOWNSTREAM}), ...options})
export const listedRoutes = (options: Partial<MulticastRoute> = {}): MulticastRoute[] =>
  Array.from({length: LISTED.count}, (_, index) => ({...route(`239.2.${index >> 8}.${index & 255}`, {from: 'usb0', to: DOWNSTREAM}), ...options}))

/**
 * Counts in the kernel of each receiver's end: a program there would itself lose packets of a busy machine. Made anew, not flushed: a set that is flushed shrinks, and
 * while it grows again the kernel does not count what comes (net/netfilter/nft_set_hash.c; packet 3,100 of 5,000, at three quarters of 4,096 places).
 */
const COUNTER = `table ip seen
delete table ip seen
table ip seen {
  set packets { type ipv4_addr; size 65535; flags dynamic; counter; }
  chain arrive { type filter hook prerouting priority raw; ip daddr 239.0.0.0/8 update @packets { ip daddr }; }
}`

export interface Load {
  first: string
  count: number
  packets: number
  perSecond: number
}

/** A router booted in namespaces with a sender upstream and 31 downstream interfaces, at whose other ends each group is counted. */
export class WideRouter {
  private constructor(readonly guest: Guest) {}

  static async boot(options: Partial<Deployment>): Promise<WideRouter> {
    const guest = await bootGuest(labDeployment({
      interfaces: [networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream'}), ...DOWNSTREAM.map((name, index) => networkInterface(name, [`10.3.${index}.1/24`]))],
      ...options,
    }), COMMAND_LINE, {cards: DOWNSTREAM.slice(1)})
    await guest.on('far', 'ip', 'addr', 'add', `${SOURCE}/24`, 'dev', 'eth0')
    const router = new WideRouter(guest)
    await eventually('32 vifs', async () => await router.vifs() === DOWNSTREAM.length + 1, guest.console)
    return router
  }

  vifs = async (): Promise<number> => Number(await this.guest.inside('grep -c "^ *[0-9]" /proc/net/ip_mr_vif || true'))

  /** Sends; how many seconds that took. */
  async send({first, count, packets, perSecond}: Load): Promise<number> {
    const {stdout} = await this.guest.on('far', '/usr/bin/python3', SENDER, SOURCE, String(perSecond), String(packets), first, String(count))
    return (JSON.parse(stdout) as {seconds: number}).seconds
  }

  /** How often each group came to the end of an interface, since the last clear(). */
  async seenBehind(card: string): Promise<Map<string, number>> {
    const {stdout} = await this.guest.on(hostOf(card), 'nft', 'list set ip seen packets')
    return new Map([...stdout.matchAll(/([\d.]+) counter packets (\d+)/g)].map(([, group = '', packets]) => [group, Number(packets)]))
  }

  /** Packets that came behind each interface, once no more come. */
  async settled(): Promise<Map<string, number>[]> {
    let before = -1
    await eventually('silence', async () => {
      const now = total(await this.seenBehind(DOWNSTREAM.at(-1) ?? ''))
      const holds = now === before
      before = now
      return holds
    })
    return Promise.all(DOWNSTREAM.map(card => this.seenBehind(card)))
  }

  async clear(): Promise<void> {
    for (const card of DOWNSTREAM) await this.guest.on(hostOf(card), 'nft', COUNTER)
  }

  /** Takes away all lines but the first of one group and the range's, from the next start of the daemon on. */
  async keepTwoLines(): Promise<void> {
    await this.guest.inside('grep -e ^phyint -e " group 239.1.0.0/16 " -e " group 239.2.0.0 " /etc/smcroute.conf >/tmp/two && cp /tmp/two /etc/smcroute.conf')
  }

  /**
   * Milliseconds without packets when the routing daemon is killed: the longer pause of two groups, of the first and the last line of its file.
   * The last line is the range's, whose last group is followed by the first of those that have a line each.
   */
  async pauseWhenKilled(): Promise<number> {
    const groups = ['239.1.255.255', '239.2.0.0']
    const ending = new AbortController()
    const arrived = new Map<string, number[]>(groups.map(group => [group, []]))
    const [far = '', last = ''] = await Promise.all(['far', DOWNSTREAM.at(-1) ?? ''].map(async host => (await this.guest.on(host, 'ip', 'netns', 'identify')).stdout.trim()))
    const programs: StartedProgram[] = [
      start('ip', ['netns', 'exec', last, '/usr/bin/python3', '-u', RECEIVER, 'eth0', ...groups], {stdio: 'piped', signal: ending.signal}),
      start('ip', ['netns', 'exec', far, '/usr/bin/python3', SENDER, SOURCE, '200', '1000000', groups[0] ?? '', '2'], {stdio: 'piped', signal: ending.signal}),
    ]
    programs[0]?.stdout?.on('data', (chunk: Buffer) => {
      for (const group of chunk.toString().trim().split('\n')) arrived.get(group)?.push(performance.now())
    })
    const cameSince = (time: number): boolean => [...arrived.values()].every(times => (times.at(-1) ?? 0) > time)
    try {
      await eventually('packets before', () => Promise.resolve(cameSince(0)), this.guest.console)
      const pid = (await this.guest.inside('pidof smcrouted')).trim()
      const before = performance.now()
      await this.guest.inside(`kill -9 ${pid}`)
      await eventually('new daemon', async () => ![pid, ''].includes((await this.guest.inside('pidof smcrouted || true')).trim()), this.guest.console)
      const back = performance.now()
      await eventually('packets after', () => Promise.resolve(cameSince(back)), this.guest.console)
      return Math.max(...[...arrived.values()].map(times => longestPause(times, before)))
    } finally {
      ending.abort()
      await Promise.all(programs.map(({ended}) => ended))
    }
  }
}

const longestPause = (times: readonly number[], since: number): number =>
  Math.max(0, ...times.map((time, index) => time < since ? 0 : time - (times[index - 1] ?? time)))

export const total = (seen: ReadonlyMap<string, number>): number => [...seen.values()].reduce((sum, packets) => sum + packets, 0)

const hostOf = (card: string): string => card === 'wlan0' ? 'near' : card
