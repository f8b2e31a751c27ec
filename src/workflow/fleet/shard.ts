import {BrmcError} from '../../errors.js'

/** One of `of` parts of an inventory: every row whose number (from 0) leaves the rest `index`. */
export interface Shard {
  index: number
  of: number
}

export const WHOLE: Shard = {index: 0, of: 1}
const MOST = 100_000

/** `0/4`: the first of four. Throws BrmcError USAGE. */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = {index: Number(index), of: Number(of)}
  if (shard.of >= 1 && shard.of <= MOST && shard.index < shard.of) return shard
  throw new BrmcError('USAGE', `--shard ${text} is not a part of a whole`, {suggestions: ['count from 0: of four parts the first is 0/4, the last 3/4']})
}

export function partOf<T>(rows: readonly T[], {index, of}: Shard): T[] {
  return rows.filter((_, row) => row % of === index)
}

/** The shard once more in `jobs` parts; together they are the shard. */
export function subshards({index, of}: Shard, jobs: number): Shard[] {
  return Array.from({length: jobs}, (_, job) => ({index: index + of * job, of: of * jobs}))
}
