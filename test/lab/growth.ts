const ROUNDS = 5

/**
 * How many times longer four times as much takes: 4 where the work grows with the size, 16 where it grows with its square. The best of some rounds in
 * turn: what else the machine does makes a round longer, never shorter.
 */
export async function growthOfFourfold(size: number, work: (size: number) => unknown): Promise<number> {
  const best = {once: Infinity, fourfold: Infinity}
  const time = async (times: number): Promise<number> => {
    const since = performance.now()
    await work(times * size)
    return performance.now() - since
  }

  // Compiled first, that is.
  await time(1)
  for (let round = 0; round < ROUNDS; round++) {
    best.once = Math.min(best.once, await time(1))
    best.fourfold = Math.min(best.fourfold, await time(4))
  }

  return best.fourfold / best.once
}
