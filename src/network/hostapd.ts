import {is5GHz} from './channels.js'
import type {AccessPoint, BridgePort, NetworkInterface} from './model.js'
import {ratesFrom} from './rates.js'

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
  keyManagement: string
  /** Protected management frames: 1 for stations that can, 2 for all; 0 with WPA2, where older stations stumble over them. */
  protectedFrames: 0 | 1 | 2
  multicastToUnicast: boolean
  /** Empty where the radio is no port. */
  bridge: string
  /** In hostapd's unit, 100 kbit/s; empty where hostapd's own will do. */
  basicRates: string
  supportedRates: string
}

/** Then hostapd has to be built with SAE and OpenSSL. */
export function speaksWpa3({interfaces, ports}: {interfaces: readonly NetworkInterface[], ports: readonly BridgePort[]}): boolean {
  return [...interfaces, ...ports].some(({accessPoint}) => accessPoint !== undefined && accessPoint.security !== 'wpa2')
}

export function hostapdModel({name, accessPoint, ...radio}: NetworkInterface | BridgePort): HostapdModel | undefined {
  if (!accessPoint) return undefined
  const bridge = typeof radio.bridge === 'string' ? radio.bridge : ''
  const {ssid, passphrase, country, channel, hidden, isolateStations, security, multicast: {toUnicast, rate}} = accessPoint
  return {
    name,
    ssid: quoteSsid(ssid),
    // The rest of the line, as it is: hostapd strips nothing but the line end (hostapd/config_file.c). SAE takes it too; sae_password= would read a | in it.
    passphrase,
    country,
    hwMode: is5GHz(channel) ? 'a' : 'g',
    channel,
    ignoreBroadcastSsid: hidden ? 1 : 0,
    apIsolate: isolateStations ? 1 : 0,
    ...SECURITY[security],
    // The bridge does it better: only for those that joined.
    multicastToUnicast: toUnicast && bridge === '',
    bridge,
    ...rate === undefined ? {basicRates: '', supportedRates: ''} : hostapdRates(ratesFrom(rate, is5GHz(channel))),
  }
}

/** WPA3 Specification 3.x, 2.2 and 2.3: SAE needs protected management frames, a network of both kinds offers them. */
const SECURITY: Readonly<Record<AccessPoint['security'], Pick<HostapdModel, 'keyManagement' | 'protectedFrames'>>> = {
  'wpa2': {keyManagement: 'WPA-PSK', protectedFrames: 0},
  'wpa2+wpa3': {keyManagement: 'WPA-PSK SAE', protectedFrames: 1},
  'wpa3': {keyManagement: 'SAE', protectedFrames: 2},
}

function hostapdRates({basic, supported}: ReturnType<typeof ratesFrom>): Pick<HostapdModel, 'basicRates' | 'supportedRates'> {
  const inUnits = (rates: readonly number[]): string => rates.map(rate => String(rate * 10)).join(' ')
  return {basicRates: inUnits(basic), supportedRates: inUnits(supported)}
}

/** An SSID for `ssid2=`: quoted where that is plain, in hexadecimal where a quote, a backslash or a byte beyond ASCII is in it (wpa_config_parse_string). */
export function quoteSsid(ssid: string): string {
  return /^[\x20-\x7e]+$/.test(ssid) && !/["\\]/.test(ssid) ? `"${ssid}"` : Buffer.from(ssid).toString('hex')
}
