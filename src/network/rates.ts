/** Rates in Mbit/s of 802.11 before HT, the only ones at which multicast is sent: DSSS in the 2.4 GHz band alone (IEEE 802.11-2020 clauses 15 and 16), OFDM in both (17, 18). */
const DSSS_RATES = [1, 2, 5.5, 11] as const
const OFDM_RATES = [6, 9, 12, 18, 24, 36, 48, 54] as const

export const LEGACY_RATES = [...DSSS_RATES, ...OFDM_RATES] as const
export type LegacyRate = typeof LEGACY_RATES[number]

/** Those that every OFDM station has to know (IEEE 802.11-2020 17.2.2.3). */
const MANDATORY_RATES: readonly number[] = [6, 12, 24]

export const isIn5GHz = (rate: LegacyRate): boolean => (OFDM_RATES as readonly number[]).includes(rate)

/** The rates of a network whose multicast goes at `lowest`, which is its lowest basic rate: `basic` ones every station must know. */
export function ratesFrom(lowest: LegacyRate, isIn5GHzBand: boolean): {basic: number[], supported: number[]} {
  const supported = LEGACY_RATES.filter(rate => rate >= lowest && (!isIn5GHzBand || isIn5GHz(rate))).sort((one, other) => one - other)
  return {supported, basic: supported.filter(rate => rate === lowest || lowest >= 6 && MANDATORY_RATES.includes(rate))}
}
