import {BrmcError} from '../errors.js'

/** https://reproducible-builds.org/specs/source-date-epoch/ Undefined where it is not set. Throws BrmcError USAGE. */
export function sourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  // Archives hold times in 32 bits.
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffff_ffff) throw new BrmcError('USAGE', `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, not a number of seconds since 1970 that fits in 32 bits`)
  return Number(text)
}
