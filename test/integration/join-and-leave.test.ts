import {expect} from 'chai'

import {bootComeAndGo, type ComeAndGo} from '../lab/come-and-go.js'

const ROUNDS = 5
/** Of 500 a second: for as long as a daemon asks who is left, and longer. */
const PACKETS = 12_000
/** Seconds that Python takes to start on a quiet machine, at most. */
const PYTHON_STARTS = 0.1

const mrouted = process.env['BRMC_TEST_MROUTED']
if (mrouted === undefined) console.log('mrouted is not run: BRMC_TEST_MROUTED names no program')

for (const daemon of ['igmpproxy', ...mrouted === undefined ? [] : ['mrouted']] as ('igmpproxy' | 'mrouted')[]) {
  describe(`${daemon}, where receivers come and go, in namespaces`, function () {
    this.timeout(180_000)
    let router: ComeAndGo
    before(async () => {
      router = await bootComeAndGo(daemon)
    })
    after(() => router.stop())

    /** How many times longer than on a quiet machine all takes; 1 on one. */
    async function busyness(): Promise<number> {
      const since = performance.now()
      await router.guest.on('near', '/usr/bin/python3', '-c', 'pass')
      return Math.max(1, (performance.now() - since) / 1000 / PYTHON_STARTS)
    }

    it('who stays when another leaves loses no packet', async () => {
      expect(await router.cameWhileAnotherLeft(PACKETS)).to.equal(PACKETS)
    })

    for (const version of [2, 3]) {
      it(`IGMPv${version}: from joining to the first packet less than 100 ms, from leaving to the last less than 5 s`, async () => {
        await router.guest.on('near', 'sysctl', '-qw', `net.ipv4.conf.eth0.force_igmp_version=${version}`)
        const before = await busyness()
        const measured = await router.rounds(ROUNDS)
        const busy = Math.max(before, await busyness())
        const text = JSON.stringify({measured, busy})
        const first = measured.map(one => one.first ?? Infinity).sort((one, other) => one - other)
        expect(first[Math.floor(ROUNDS / 2)], text).to.be.below(0.1 * busy)
        expect(Math.max(...measured.map(({last}) => last ?? Infinity)), text).to.be.below(5)
      })
    }

    if (daemon === 'igmpproxy') {
      it('by itself it goes on for more than five seconds: the rules of nft end it', async () => {
        await router.guest.inside('nft flush chain inet brmc multicast_leave')
        // One of them may end after 3 s: where what igmpproxy does every 125 s, looking who answered its general query, comes between joining and leaving.
        const measured = await router.rounds(2)
        for (const {first} of measured) expect(first).to.be.a('number')
        expect(Math.max(...measured.map(({last}) => last ?? Infinity)), JSON.stringify(measured)).to.be.above(5)
      })
    }
  })
}
