import {readFileSync} from 'node:fs'

import {expect} from 'chai'

import {refuseWithoutWpa3, type Site} from '../../src/workflow/site-of-image.js'
import {accessPoint, labDeployment, networkInterface} from '../lab/deployment.js'

describe('an image that is to be another site\'s', () => {
  const site = (base: 'debian' | 'buildroot', security: 'wpa2' | 'wpa3'): Pick<Site, 'deployment'> =>
    ({deployment: labDeployment({base, interfaces: [networkInterface('wlan0', ['10.1.0.1/24'], {accessPoint: accessPoint({security})})]})})
  /** Debian's speaks WPA3; of one that does not, what counts is that these words are not in it. */
  const speaks = readFileSync('/usr/sbin/hostapd')
  const silent = Buffer.from(speaks.toString('latin1').replaceAll('sae_password', 'sae_-------d'), 'latin1')

  it('has a hostapd of Buildroot that speaks WPA3, if that is wanted', () => {
    refuseWithoutWpa3(site('buildroot', 'wpa3'), speaks)
    refuseWithoutWpa3(site('buildroot', 'wpa2'), silent)
    refuseWithoutWpa3(site('debian', 'wpa3'), silent)
    for (const hostapd of [silent, undefined]) {
      expect(() => { refuseWithoutWpa3(site('buildroot', 'wpa3'), hostapd) }).to.throw('needs a hostapd that speaks WPA3').with.property('code', 'BASE_UNSUPPORTED')
    }
  })
})
