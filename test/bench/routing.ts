import {bootComeAndGo, type Round} from '../lab/come-and-go.js'
import {listedRoutes, RANGE, rangeRoute, total, WideRouter} from '../lab/wide-router.js'

/** Medians of a router with 31 downstream interfaces in namespaces; seconds, but for the packets lost. */
export interface RoutingBench {
  /** Without packets, when the daemon is killed: with 1,001 lines, and with two. */
  pauseWithAllLines: number
  pauseWithTwoLines: number
  /** For so many packets as fast as can be, each to 31 interfaces: to 5,000 groups in turn, and to one. */
  toManyGroups: number
  toOneGroup: number
  /** Of new groups at 1,000 packets/s: packets for each, and packets of all that did not arrive everywhere. */
  newGroups: {packets: number, lost: number}[]
}

const ROUNDS = 5
const PACKETS = 10_000
const FLAT_OUT = 1e9

export async function benchRouting(median: (values: number[]) => number): Promise<RoutingBench> {
  const router = await WideRouter.boot({routes: [rangeRoute({liftTtl: true}), ...listedRoutes({liftTtl: true, ttlThreshold: 3})]})
  const pauses = async (): Promise<number> => {
    const took: number[] = []
    for (let round = 0; round < ROUNDS; round++) took.push(await router.pauseWhenKilled() / 1000)
    return median(took)
  }

  try {
    const pauseWithAllLines = await pauses()
    // Fresh groups each time: after the kill there is no route in the kernel.
    const newGroups = [await lostOf(router, {...RANGE, packets: RANGE.count}), await lostOf(router, {first: '239.1.200.1', count: 1, packets: 2000})]
    const many: number[] = []
    const one: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      many.push(await router.send({...RANGE, packets: PACKETS, perSecond: FLAT_OUT}))
      one.push(await router.send({first: RANGE.first, count: 1, packets: PACKETS, perSecond: FLAT_OUT}))
    }

    await router.keepTwoLines()
    return {pauseWithAllLines, pauseWithTwoLines: await pauses(), toManyGroups: median(many), toOneGroup: median(one), newGroups}
  } finally {
    await router.guest.stop()
  }
}

async function lostOf(router: WideRouter, load: {first: string, count: number, packets: number}): Promise<{packets: number, lost: number}> {
  await router.clear()
  await router.send({...load, perSecond: 1000})
  return {packets: load.packets, lost: load.packets - Math.min(...(await router.settled()).map(total))}
}

/** Joining and leaving, of each daemon that is there. */
export async function benchReceivers(): Promise<Record<string, Round[]>> {
  const measured: Record<string, Round[]> = {}
  for (const daemon of ['igmpproxy', ...process.env['BRMC_TEST_MROUTED'] === undefined ? [] : ['mrouted']] as ('igmpproxy' | 'mrouted')[]) {
    const router = await bootComeAndGo(daemon)
    measured[daemon] = await router.rounds(ROUNDS).finally(router.stop)
  }

  return measured
}
