import {is5GHz} from './channels.js'
import type {NetworkInterface} from './model.js'

/** What hostapd.conf.ejs prints. */
export interface HostapdModel {
  name: string
  /** Right-hand side of ssid2=, in hostapd's own notation. */
  ssid: string
  passphrase: string
  country: string
  /** g: 2.4 GHz, a: 5 GHz. */
  hwMode: 'g' | 'a'
  channel: number
  ignoreBroadcastSsid: 0 | 1
  apIsolate: 0 | 1
}

export function hostapdModel({name, accessPoint}: NetworkInterface): HostapdModel | undefined {
  if (!accessPoint) return undefined
  const {ssid, passphrase, country, channel, hidden, isolateStations} = accessPoint
  return {
    name,
    ssid: quoteSsid(ssid),
    // The rest of the line, as it is: hostapd strips nothing but the line end (hostapd/config_file.c).
    passphrase,
    country,
    hwMode: is5GHz(channel) ? 'a' : 'g',
    channel,
    ignoreBroadcastSsid: hidden ? 1 : 0,
    apIsolate: isolateStations ? 1 : 0,
  }
}

/** An SSID for `ssid2=`: quoted where that is plain, in hexadecimal where a quote, a backslash or a byte beyond ASCII is in it (wpa_config_parse_string). */
export function quoteSsid(ssid: string): string {
  return /^[\x20-\x7e]+$/.test(ssid) && !/["\\]/.test(ssid) ? `"${ssid}"` : Buffer.from(ssid).toString('hex')
}
