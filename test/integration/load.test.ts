import {expect} from 'chai'

import {DOWNSTREAM, LISTED, listedRoutes, RANGE, rangeRoute, type Load, WideRouter} from '../lab/wide-router.js'

const PER_SECOND = 1000

describe('a router with 31 downstream interfaces, 1,000 lines of one group and one of 65,536, in namespaces', function () {
  this.timeout(180_000)
  let router: WideRouter
  before(async () => {
    // Thresholds and lifted TTLs are rules of nft: as many as there are lines, and each packet would be held against all of them.
    router = await WideRouter.boot({routes: [rangeRoute({liftTtl: true}), ...listedRoutes({liftTtl: true, ttlThreshold: 3})]})
  })
  after(() => router.guest.stop())

  it('has the 32 vifs that the kernel knows', async () => {
    expect(await router.vifs()).to.equal(DOWNSTREAM.length + 1).and.equal(32)
    expect(await router.guest.inside('grep -E "Parse error|known phyint|Failed" /run/multicast-daemon.log || true')).to.equal('')
  })

  const loads: [string, Load][] = [
    ['5,000 groups through one range', {...RANGE, packets: 2 * RANGE.count, perSecond: PER_SECOND}],
    ['1,000 groups of a line each', {...LISTED, packets: 3 * LISTED.count, perSecond: PER_SECOND}],
  ]
  for (const [title, load] of loads) {
    it(`${title} at ${PER_SECOND} packets/s: each packet arrives behind all 31 interfaces, once`, async () => {
      await router.clear()
      const seconds = await router.send(load)
      // A sender that does not get the processor sends more at a time, never less.
      expect(load.packets / seconds).to.be.above(0.9 * PER_SECOND)
      const wrong = (await router.settled()).map(seen => ({groups: seen.size, other: [...seen].filter(([, packets]) => packets !== load.packets / load.count)}))
      expect(wrong).to.deep.equal(DOWNSTREAM.map(() => ({groups: load.count, other: []})))
    })
  }

  it('killed, the daemon routes the first and the last of its lines again within 2 s', async () => {
    const all = await router.pauseWhenKilled()
    await router.keepTwoLines()
    const two = await router.pauseWhenKilled()
    // On a machine that is busy, so many times what two lines take.
    expect(all, `${Math.round(all)} ms with 1,001 lines, ${Math.round(two)} ms with two`).to.be.below(Math.max(2000, 20 * two))
  })
})
