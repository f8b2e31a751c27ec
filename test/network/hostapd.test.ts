import {expect} from 'chai'

import {hostapdModel, quoteSsid} from '../../src/network/hostapd.js'
import {accessPoint, networkInterface} from '../lab/deployment.js'

describe('hostapdModel', () => {
  it('is absent where there is no access point', () => {
    expect(hostapdModel(networkInterface('wlan0', []))).to.equal(undefined)
  })

  for (const [channel, hwMode] of [[1, 'g'], [14, 'g'], [36, 'a'], [177, 'a']] as const) {
    it(`channel ${channel} is hw_mode ${hwMode}`, () => {
      expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: accessPoint({channel})}))).to.include({channel, hwMode})
    })
  }

  it('turns yes and no into 1 and 0', () => {
    expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: accessPoint({hidden: true, isolateStations: true})}))).to.include({ignoreBroadcastSsid: 1, apIsolate: 1})
  })
})

describe('security', () => {
  for (const [security, keyManagement, protectedFrames] of [['wpa2', 'WPA-PSK', 0], ['wpa2+wpa3', 'WPA-PSK SAE', 1], ['wpa3', 'SAE', 2]] as const) {
    it(`${security} is ${keyManagement} with ieee80211w=${protectedFrames}`, () => {
      expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: accessPoint({security})}))).to.include({keyManagement, protectedFrames})
    })
  }
})

describe('the rate of multicast', () => {
  const cases = [
    [undefined, 6, '', ''],
    [1, 6, '10', '10 20 55 60 90 110 120 180 240 360 480 540'],
    [11, 6, '110 120 240', '110 120 180 240 360 480 540'],
    [6, 6, '60 120 240', '60 90 110 120 180 240 360 480 540'],
    [6, 36, '60 120 240', '60 90 120 180 240 360 480 540'],
    [18, 36, '180 240', '180 240 360 480 540'],
    [54, 36, '540', '540'],
  ] as const
  for (const [rate, channel, basicRates, supportedRates] of cases) {
    it(`${rate ?? 'not given'} on channel ${channel}: ${basicRates === '' ? "hostapd's own rates" : `basic ${basicRates}`}`, () => {
      const multicast = {toUnicast: false, ...rate !== undefined && {rate}}
      expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: accessPoint({channel, multicast})}))).to.include({basicRates, supportedRates})
    })
  }
})

describe('quoteSsid', () => {
  const cases: [string, string][] = [
    ['pi', '"pi"'],
    [' two  words ', '" two  words "'],
    ["$(reboot); 'x' # y", '"$(reboot); \'x\' # y"'],
    ['say "hi"', '73617920226869 22'.replace(' ', '')],
    ['back\\slash', '6261636b5c736c617368'],
    ['café', '636166c3a9'],
    ['📡', 'f09f93a1'],
  ]
  for (const [ssid, text] of cases) {
    it(`writes ${ssid} as ${text}`, () => {
      expect(quoteSsid(ssid)).to.equal(text)
    })
  }
})
