import {expect} from 'chai'

import {interfaceLines} from '../../src/tree/interface-lines.js'
import {accessPoint, address, labDeployment, networkInterface, route} from '../lab/deployment.js'

const linesOf = (...input: Parameters<typeof interfaceLines>) => interfaceLines(...input).filter(({key}) => key !== 'sysctl').map(({name, key, value}) => `${name} ${key} ${value}`)

describe('/etc/brmc/interfaces', () => {
  it('is in the order the guest works it off: up after the addresses, servers last', () => {
    const wlan0 = networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64'], {
      mac: '02:00:00:00:00:01',
      gateways: [address('10.1.0.254'), address('fd01::fe')],
      dhcpServer: {from: address('10.1.0.10'), to: address('10.1.0.20'), dns: [], leaseMinutes: 10},
      accessPoint: accessPoint({ssid: 'pi', passphrase: '12345678'}),
    })
    expect(linesOf(labDeployment({interfaces: [wlan0]}))).to.deep.equal([
      'wlan0 role downstream', 'wlan0 mac 02:00:00:00:00:01', 'wlan0 address 10.1.0.1/24', 'wlan0 address fd01::1/64', 'wlan0 up now',
      'wlan0 gateway 10.1.0.254', 'wlan0 gateway fd01::fe', 'wlan0 access-point /etc/hostapd/wlan0.conf', 'wlan0 dhcp-server /etc/udhcpd/wlan0.conf',
    ])
  })

  it('names the interfaces on which the status page listens, and none where there is no such page', () => {
    const pages = (...input: Parameters<typeof labDeployment>) => linesOf(labDeployment(...input)).filter(line => line.includes(' status-page '))
    expect(pages()).to.deep.equal([])
    expect(pages({statusPage: {port: 8080, interfaces: ['wlan0', 'eth0']}})).to.deep.equal(['wlan0 status-page 8080', 'eth0 status-page 8080'])
  })

  const usb0 = networkInterface('usb0', [], {role: 'upstream', dhcp: true})
  const cases: [string, Parameters<typeof labDeployment>[0], boolean][] = [
    ['translated multicast of a DHCP uplink', {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]}, true],
    ['kept multicast', {nat: [{from: 'wlan0', to: 'usb0', multicast: 'keep'}]}, false],
    ['translated, but nothing is routed there', {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}], routes: [route('225.0.0.1', {to: ['eth0']})]}, false],
    ['translated, but routed from elsewhere', {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}], routes: [route('225.0.0.1', {from: 'eth0'})]}, false],
    ['translated, but all of it IPv6', {nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}], routes: [route('ff05::1')]}, false],
  ]
  for (const [title, options, named] of cases) {
    it(`${named ? 'names' : 'does not name'} a chain to fill: ${title}`, () => {
      expect(linesOf(labDeployment({...options, interfaces: [usb0]})).includes('usb0 translator translate_usb0_ipv4')).to.equal(named)
    })
  }
})
