import {expect} from 'chai'

import {interfaceNames, routerAddresses, virtualHostsOf} from '../../src/emulator/topology.js'
import {formatAddress, formatPrefix} from '../../src/network/address.js'
import {address, labDeployment, networkInterface, route} from '../lab/deployment.js'

const deployment = labDeployment({
  interfaces: [
    networkInterface('wlan0', ['192.168.2.1/24', 'fd00:2::1/64'], {dhcpServer: {from: address('192.168.2.2'), to: address('192.168.2.50'), dns: [], leaseMinutes: 10}}),
    networkInterface('usb0', [], {role: 'upstream', dhcp: true, mac: '02:00:00:00:02:00'}),
    networkInterface('eth0', ['10.99.0.1/17'], {gateways: [address('10.99.0.9')]}),
  ],
  routes: [route('232.1.1.1', {source: '172.16.5.5'})],
})

describe('virtual hosts of a deployment', () => {
  const [wlan0, usb0, eth0] = virtualHostsOf(deployment, 'virt')

  it('take the lowest address that is nobody’s and not given out by the router', () => {
    expect(wlan0?.addresses.slice(0, 2).map(formatAddress)).to.deep.equal(['192.168.2.51', '192.168.2.254'])
    expect(wlan0?.addresses.map(formatAddress)).to.not.include.members(['192.168.2.1', '192.168.2.10', '192.168.2.255'])
  })

  it('are the gateway where the file names one', () => {
    expect(eth0?.addresses.slice(0, 1).map(formatAddress)).to.deep.equal(['10.99.0.9'])
  })

  it('play the sender of an (S,G) route', () => {
    expect(wlan0?.addresses.map(formatAddress)).to.include('172.16.5.5')
  })

  it('lend the router an address in a network nobody else has', () => {
    expect(usb0?.lease && formatPrefix(usb0.lease.prefix)).to.equal('10.99.128.2/24')
    expect(usb0 && routerAddresses(deployment, usb0).map(formatAddress)).to.deep.equal(['10.99.128.2'])
  })

  it('bind names to cards, those of the file first', () => {
    expect(interfaceNames(virtualHostsOf(deployment, 'virt'))).to.equal('brmc.ifname=52:54:00:b0:00:01=wlan0,02:00:00:00:02:00=usb0,52:54:00:b0:00:03=eth0')
    expect(interfaceNames(virtualHostsOf(deployment, 'raspi3b'))).to.equal('brmc.ifname=40:54:00:b0:00:01=wlan0,40:00:00:00:02:00=usb0,40:54:00:b0:00:03=eth0')
  })

  for (const prefix of ['192.168.2.1/31', '192.168.2.1/30', '192.168.2.1/32', 'fd00::1/127', '10.0.0.1/8']) {
    it(`never take the router's own address, in ${prefix}`, () => {
      const [host] = virtualHostsOf(labDeployment({interfaces: [networkInterface('wlan0', [prefix])], routes: []}), 'virt')
      expect(host?.addresses.map(formatAddress)).to.not.include(prefix.split('/')[0])
      expect(host?.addresses.length).to.be.lessThan(100)
    })
  }
})
