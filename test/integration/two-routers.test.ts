import {setTimeout} from 'node:timers/promises'

import {expect} from 'chai'

import type {MulticastRoute} from '../../src/multicast/model.js'
import {ssdpRoutes} from '../../src/multicast/ssdp.js'
import {labDeployment, route} from '../lab/deployment.js'
import {TwoRouters} from '../lab/two-routers.js'

const GROUP = '239.255.255.250'
const bothWays = (liftTtl: boolean): MulticastRoute[] => [route(GROUP, {liftTtl}), route(GROUP, {from: 'usb0', to: ['wlan0'], liftTtl})]

describe('two routers side by side that route a group both ways, one of which misses one packet', function () {
  this.timeout(60_000)
  let routers: TwoRouters
  beforeEach(() => {
    routers = new TwoRouters()
  })
  afterEach(() => routers.stop())

  /** What becomes of one packet: how many have arrived at a router after a while, and after as long again. */
  async function arrivals(routes: readonly MulticastRoute[], ttl: number): Promise<[number, number]> {
    await routers.set(routes)
    await routers.sendOneThatIsMissed(GROUP, ttl)
    await setTimeout(700)
    const first = await routers.arrived('one')
    await setTimeout(700)
    return [first, await routers.arrived('one')]
  }

  it('N75: with TTL lifted it goes round for ever', async () => {
    const [first, second] = await arrivals(bothWays(true), 1)
    expect(first).to.be.above(1000)
    expect(second - first).to.be.above(1000)
  })

  it('without, it goes round until its TTL is used up', async () => {
    const [first, second] = await arrivals(bothWays(false), 9)
    expect(first).to.be.within(4, 10)
    expect(second).to.equal(first)
  })

  it('with reversePathCheck, as discovery has it, it does not go round', async () => {
    const routes = ssdpRoutes(['wlan0', 'usb0'], labDeployment()).filter(({family}) => family === 4)
    // The kernel loops back what leaves by an interface on which it is a member, and counts that too.
    expect(await arrivals(routes, 1)).to.deep.equal([2, 2])
  })
})
