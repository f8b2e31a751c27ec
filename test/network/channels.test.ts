import {expect} from 'chai'

import {channelRefusal, isKnownCountry} from '../../src/network/channels.js'

describe('channels', () => {
  const cases: [number, string, boolean][] = [
    [1, 'US', true], [11, 'US', true], [12, 'US', false], [13, 'PT', true], [13, 'CA', true], [14, 'JP', false], [14, 'DE', false],
    [36, 'PT', true], [48, 'US', true], [36, 'BD', false], [52, 'PT', false], [64, 'US', false], [52, 'ID', true], [100, 'DE', false], [144, 'US', false], [100, 'PA', true],
    [149, 'US', true], [165, 'AU', true], [149, 'JP', false], [149, 'FR', true], [161, 'ZA', false],
    [37, 'US', false], [15, 'US', false], [169, 'US', false], [177, 'US', false],
  ]
  for (const [channel, country, allowed] of cases) {
    it(`${channel} in ${country}: ${allowed ? 'allowed' : 'refused'}`, () => { expect(channelRefusal(channel, country) === undefined).to.equal(allowed) })
  }

  it('says what to choose instead, and that is allowed', () => {
    expect(channelRefusal(100, 'DE')).to.deep.equal({
      why: 'channel 100 is shared with radar (DFS), and the driver brcmfmac cannot look out for radar as an access point',
      fix: 'choose 36, 40, 44 or 48, or 1 to 11',
    })
  })

  it('knows the countries of the regulatory database, and no others', () => {
    expect(['US', 'GB', 'PT', 'JP', 'ZW'].every(country => isKnownCountry(country))).to.equal(true)
    expect(['UK', 'EU', '00', 'XX'].some(country => isKnownCountry(country))).to.equal(false)
  })
})
