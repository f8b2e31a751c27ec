import {boards} from '../boards/boards.js'
import {channelsByCountry, is5GHz} from '../network/channels.js'
import {isBound, type BridgePort, type NetworkInterface} from '../network/model.js'
import type {Deployment} from '../spec/deployment.js'

/** What a router needs to know of the radio rules to judge settings by itself: where its access point may be, in which countries. */
export interface SiteChannels {
  name: string
  channels: string
  countries: string
}

/** A line for each choice of channels that countries share, for each access point. */
export function siteChannels({board, interfaces, ports}: Deployment): SiteChannels[] {
  return [...interfaces, ...ports].filter(one => one.accessPoint !== undefined)
    .flatMap(one => sharedChannels(bandsOf(one, board)).map(shared => ({name: one.name, ...shared})))
}

interface Bands {
  '2.4': boolean
  '5': boolean
}

/** The board's own radio may have one band alone; rates of multicast are written for the band of the file. */
function bandsOf(one: NetworkInterface | BridgePort, board: Deployment['board']): Bands {
  const {radioFirmware} = boards[board]
  const isOwnRadio = !isBound(one) || one.driver === 'brcmfmac' && one.mac === undefined && one.place === undefined
  const hasOneBand = isOwnRadio && radioFirmware.length > 0 && !radioFirmware.some(stem => stem.startsWith('brcmfmac43455'))
  const ofFile = one.accessPoint?.multicast.rate === undefined ? undefined : is5GHz(one.accessPoint.channel)
  return {'2.4': ofFile !== true, '5': !hasOneBand && ofFile !== false}
}

type Shared = Omit<SiteChannels, 'name'>

/** The table of all countries is long, and the same for a whole fleet. */
const known = new Map<string, readonly Shared[]>()

function sharedChannels(bands: Bands): readonly Shared[] {
  const key = `${bands['2.4']} ${bands['5']}`
  const shared = known.get(key) ?? groupCountries(bands)
  known.set(key, shared)
  return shared
}

function groupCountries(bands: Bands): Shared[] {
  const groups = new Map<string, string[]>()
  for (const [country, all] of channelsByCountry()) {
    const channels = all.filter(channel => bands[is5GHz(channel) ? '5' : '2.4']).join(',')
    groups.set(channels, [...groups.get(channels) ?? [], country])
  }

  return [...groups].map(([channels, countries]) => ({channels, countries: countries.join(' ')}))
}
