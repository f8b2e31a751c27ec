import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {start, type StartedProgram} from '../../src/process/start.js'
import {labDeployment, networkInterface} from '../lab/deployment.js'
import {bootGuest, type Guest} from '../lab/guest.js'

const SENDER = fileURLToPath(new URL('../lab/send-at-rate.py', import.meta.url))
const JOINER = fileURLToPath(new URL('../lab/join-and-leave.py', import.meta.url))
const STAYER = fileURLToPath(new URL('../lab/stay-a-member.py', import.meta.url))
const GROUP = '239.1.1.1'
const ROUNDS = 5
/** Seconds that Python takes to start on a quiet machine, at most. */
const PYTHON_STARTS = 0.1

const mrouted = process.env['BRMC_TEST_MROUTED']
if (mrouted === undefined) console.log('mrouted is not run: BRMC_TEST_MROUTED names no program')

interface Round {
  first: number | null
  last: number | null
}

for (const daemon of ['igmpproxy', ...mrouted === undefined ? [] : ['mrouted']] as ('igmpproxy' | 'mrouted')[]) {
  describe(`${daemon}, where receivers come and go, in namespaces`, function () {
    this.timeout(180_000)
    let guest: Guest
    let sender: StartedProgram
    const ending = new AbortController()

    before(async () => {
      const interfaces = [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream'})]
      guest = await bootGuest(labDeployment({interfaces, daemon, routes: []}), 'quiet brmc.ifname=02:00:00:00:01:00=wlan0,02:00:00:00:02:00=usb0')
      await guest.on('near', 'ip', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0')
      await guest.on('far', 'ip', 'addr', 'add', '10.2.0.2/24', 'dev', 'eth0')
      // Two more hosts on the link of near.
      for (const number of [1, 2]) {
        await guest.on('near', 'ip', 'link', 'add', `host${number}`, 'link', 'eth0', 'type', 'macvlan', 'mode', 'bridge')
        await guest.on('near', 'ip', 'addr', 'add', `10.1.0.1${number}/24`, 'dev', `host${number}`)
        await guest.on('near', 'ip', 'link', 'set', `host${number}`, 'up')
      }

      const far = (await guest.on('far', 'ip', 'netns', 'identify')).stdout.trim()
      sender = start('ip', ['netns', 'exec', far, 'python3', SENDER, '10.2.0.2', '500', '100000000', GROUP, '1'], {stdio: 'piped', signal: ending.signal})
      // Warm: the daemon's first queries are over.
      await setTimeout(5000)
    })

    after(async () => {
      ending.abort()
      await sender.ended
      await guest.stop()
    })

    async function rounds(count: number, host = 'eth0'): Promise<Round[]> {
      const {stdout} = await guest.on('near', 'python3', JOINER, host, GROUP, String(count))
      return stdout.trim().split('\n').map(line => JSON.parse(line) as Round)
    }

    /** How many times longer than on a quiet machine all takes; 1 on one. */
    async function busyness(): Promise<number> {
      const since = performance.now()
      await guest.on('near', 'python3', '-c', 'pass')
      return Math.max(1, (performance.now() - since) / 1000 / PYTHON_STARTS)
    }

    for (const version of [2, 3]) {
      it(`IGMPv${version}: from joining to the first packet less than 100 ms, from leaving to the last less than 5 s`, async () => {
        await guest.on('near', 'sysctl', '-qw', `net.ipv4.conf.eth0.force_igmp_version=${version}`)
        const before = await busyness()
        const measured = await rounds(ROUNDS)
        const busy = Math.max(before, await busyness())
        const text = JSON.stringify({measured, busy})
        const first = measured.map(one => one.first ?? Infinity).sort((one, other) => one - other)
        expect(first[Math.floor(ROUNDS / 2)], text).to.be.below(0.1 * busy)
        expect(Math.max(...measured.map(({last}) => last ?? Infinity)), text).to.be.below(5)
      })
    }

    it('who stays when another leaves loses no packet', async () => {
      const stays = guest.on('near', 'python3', STAYER, 'host2', GROUP, '28')
      await setTimeout(1000)
      await rounds(1, 'host1')
      const {received, lost} = JSON.parse((await stays).stdout) as {received: number, lost: number}
      expect(received).to.be.above(5000)
      expect(lost).to.equal(0)
    })

    if (daemon === 'igmpproxy') {
      it('by itself it goes on for more than five seconds: the rules of nft end it', async () => {
        await guest.inside('nft flush chain inet brmc multicast_leave')
        const [{first, last} = {first: null, last: null}] = await rounds(1)
        expect(first).to.be.a('number')
        expect(last ?? Infinity).to.be.above(5)
      })
    }
  })
}
