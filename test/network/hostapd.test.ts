import {expect} from 'chai'

import {hostapdModel, quoteSsid} from '../../src/network/hostapd.js'
import type {AccessPoint} from '../../src/network/model.js'
import {networkInterface} from '../lab/deployment.js'

const accessPoint: AccessPoint = {ssid: 'pi', passphrase: 'correct horse', country: 'PT', channel: 6, hidden: false, isolateStations: false}

describe('hostapdModel', () => {
  it('is absent where there is no access point', () => {
    expect(hostapdModel(networkInterface('wlan0', []))).to.equal(undefined)
  })

  for (const [channel, hwMode] of [[1, 'g'], [14, 'g'], [36, 'a'], [177, 'a']] as const) {
    it(`channel ${channel} is hw_mode ${hwMode}`, () => {
      expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: {...accessPoint, channel}}))).to.include({channel, hwMode})
    })
  }

  it('turns yes and no into 1 and 0', () => {
    expect(hostapdModel(networkInterface('wlan0', [], {accessPoint: {...accessPoint, hidden: true, isolateStations: true}}))).to.include({ignoreBroadcastSsid: 1, apIsolate: 1})
  })
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
