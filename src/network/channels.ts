/**
 * Which channels an access point may use where. Facts: wireless-regdb 2026.05.30, which the kernel holds the radio to
 * (20 MHz wide; a range that needs radar detection or no-initiate-radiation is no place for this access point).
 */
const COUNTRIES = new Set((
  'AD AE AF AI AL AM AN AR AS AT AU AW AZ BA BB BD BE BF BG BH BL BM BN BO BR BS BT BW BY BZ CA CF CH CI CL CN CO CR CU CX CY CZ DE DK DM DO DZ '
  + 'EC EE EG ES ET FI FM FO FR GB GD GE GF GH GI GL GP GR GT GU GY HK HN HR HT HU ID IE IL IM IN IR IS IT JM JO JP KE KH KN KP KR KW KY KZ '
  + 'LB LC LI LK LS LT LU LV MA MC MD ME MF MH MK MN MO MP MQ MR MT MU MV MW MX MY NA NG NI NL NO NP NZ OM PA PE PF PG PH PK PL PM PR PT PW PY '
  + 'QA RE RO RS RU RW SA SE SG SI SK SM SN SR SV SX SY TC TD TG TH TN TR TT TW TZ UA UG US UY UZ VA VC VE VI VN VU WF WS YE YT ZA ZW').split(' '))

/** 12 and 13 are not for access points here. */
const ELEVEN_CHANNELS = new Set('AS BM DM DO FM GD GU HT MH MP NI PR PW US VI'.split(' '))
/** 36 to 48 are closed, need radar detection, or forbid to begin. */
const NO_LOWER_5GHZ = new Set('BD BO BZ NG PK YE AM BH EC TG CU'.split(' '))
/** 52 to 64 without radar detection. */
const FREE_52_TO_64 = new Set('GT PA ID RU'.split(' '))
/** 100 to 144 without radar detection. */
const FREE_100_TO_144 = new Set('GT PA'.split(' '))
const NO_UPPER_5GHZ = new Set((
  'AF AI AN AW AZ BL BT BY DZ EG ET FO GE GF GI GL GP IM IR JP KH LS MA MF MQ MR MW OM PF PM RE SA SM SR TD TN TR UZ VA VC WF WS YE YT ZA ZW '
  + 'AM BH BW KE LK NA QA RS SX SY TG TZ KW').split(' '))

export const isKnownCountry = (country: string): boolean => COUNTRIES.has(country)

/** Those of the 2.4 GHz band. */
const FIRST_14 = Array.from({length: 14}, (_, index) => index + 1)
/** Numbers of 20 MHz channels in the 5 GHz band (IEEE 802.11-2020 annex E): lower, radar, upper. */
const LOWER = [36, 40, 44, 48]
const RADAR_LOW = [52, 56, 60, 64]
const RADAR_HIGH = [100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140, 144]
const UPPER = [149, 153, 157, 161, 165]

/** 14 is the last of the 2.4 GHz band (IEEE 802.11-2020 annex E). */
export const is5GHz = (channel: number): boolean => channel > 14

/** Why an access point in `country` cannot be on `channel`, and what it can do; undefined where it can. */
export function channelRefusal(channel: number, country: string): {why: string, fix: string} | undefined {
  if (channel <= 11) return undefined
  if (channel <= 13) return ELEVEN_CHANNELS.has(country) ? {why: `in ${country} the 2.4 GHz band ends at channel 11`, fix: 'choose 1, 6 or 11'} : undefined
  if (channel === 14) return {why: 'channel 14 is for 802.11b in Japan alone, which no station of today speaks', fix: 'choose 1, 6 or 11'}
  if (LOWER.includes(channel)) return NO_LOWER_5GHZ.has(country) ? closed(channel, country) : undefined
  if (RADAR_LOW.includes(channel)) return FREE_52_TO_64.has(country) ? undefined : radar(channel)
  if (RADAR_HIGH.includes(channel)) return FREE_100_TO_144.has(country) ? undefined : radar(channel)
  if (UPPER.includes(channel)) return NO_UPPER_5GHZ.has(country) ? closed(channel, country) : undefined
  return {why: `there is no channel ${channel} an access point could be on`, fix: 'choose 1 to 11, or 36, 40, 44 or 48'}
}

/** Where an access point can be, by country. */
export const channelsByCountry = (): Map<string, number[]> => new Map([...COUNTRIES].map(country => [
  country, [...FIRST_14, ...LOWER, ...RADAR_LOW, ...RADAR_HIGH, ...UPPER].filter(channel => channelRefusal(channel, country) === undefined)]))

const closed = (channel: number, country: string): {why: string, fix: string} => ({
  why: `in ${country} an access point may not be on channel ${channel}`,
  fix: NO_LOWER_5GHZ.has(country) ? 'choose 1 to 11' : 'choose 36, 40, 44 or 48, or 1 to 11',
})

const radar = (channel: number): {why: string, fix: string} => ({
  why: `channel ${channel} is shared with radar (DFS), and the driver brcmfmac cannot look out for radar as an access point`,
  fix: 'choose 36, 40, 44 or 48, or 1 to 11',
})
