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
  return [...interfaces, ...ports].flatMap(one => {
    const canUse = channelsOf(one, board)
    const shared = new Map<string, string[]>()
    for (const [country, all] of channelsByCountry()) {
      const channels = all.filter(canUse).join(',')
      shared.set(channels, [...shared.get(channels) ?? [], country])
    }

    return one.accessPoint === undefined ? [] : [...shared].map(([channels, countries]) => ({name: one.name, channels, countries: countries.join(' ')}))
  })
}

/** The board's own radio may have one band alone; rates of multicast are written for the band of the file. */
function channelsOf(one: NetworkInterface | BridgePort, board: Deployment['board']): (channel: number) => boolean {
  const {radioFirmware} = boards[board]
  const isOwnRadio = !isBound(one) || one.driver === 'brcmfmac' && one.mac === undefined && one.place === undefined
  const hasOneBand = isOwnRadio && radioFirmware.length > 0 && !radioFirmware.some(stem => stem.startsWith('brcmfmac43455'))
  const ofFile = one.accessPoint?.multicast.rate === undefined ? undefined : is5GHz(one.accessPoint.channel)
  return channel => !(hasOneBand && is5GHz(channel)) && (ofFile === undefined || is5GHz(channel) === ofFile)
}
