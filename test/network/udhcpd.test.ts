import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import type {NetworkInterface} from '../../src/network/model.js'
import {udhcpdModel} from '../../src/network/udhcpd.js'
import {address, networkInterface} from '../lab/deployment.js'

function serving(addresses: readonly string[], from: string, to: string): NetworkInterface {
  return networkInterface('wlan0', addresses, {dhcpServer: {from: address(from), to: address(to), dns: [address('9.9.9.9'), address('1.1.1.1')], leaseMinutes: 12}})
}

describe('udhcpdModel', () => {
  it('is absent where no addresses are given out', () => {
    expect(udhcpdModel(networkInterface('wlan0', ['10.1.0.1/24']))).to.equal(undefined)
  })

  it('takes mask and router from the network that holds the range', () => {
    expect(udhcpdModel(serving(['10.1.0.1/24', 'fd01::1/64', '10.2.16.1/20'], '10.2.17.0', '10.2.18.255'))).to.deep.equal({
      name: 'wlan0', start: '10.2.17.0', end: '10.2.18.255', maxLeases: 512, subnet: '255.255.240.0', router: '10.2.16.1', dns: '9.9.9.9 1.1.1.1', leaseSeconds: 720,
    })
  })

  for (const [title, from, to] of [['outside', '10.2.0.10', '10.2.0.20'], ['half outside', '10.1.0.10', '10.1.1.20'], ['backwards', '10.1.0.20', '10.1.0.10']] as const) {
    it(`refuses a range ${title}`, () => {
      expect(() => udhcpdModel(serving(['10.1.0.1/24'], from, to))).to.throw(BrmcError, 'interfaces.wlan0.dhcpServer').with.property('code', 'SPEC_INVALID')
    })
  }
})
