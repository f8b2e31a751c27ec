import {expect} from 'chai'

import {globalSysctls, interfaceSysctls} from '../../src/network/sysctl.js'
import {address, labDeployment, networkInterface, route} from '../lab/deployment.js'

const valuesOf = (settings: readonly {path: string, value: string}[]) => Object.fromEntries(settings.map(({path, value}) => [path, value]))

describe('globalSysctls', () => {
  for (const [answerPing, value] of [[true, '0'], [false, '1']] as const) {
    it(`answers a ping of a group: ${answerPing}`, () => {
      expect(valuesOf(globalSysctls(labDeployment({answerPing})))).to.include({'net/ipv4/icmp_echo_ignore_broadcasts': value, 'net/ipv6/icmp/echo_ignore_multicast': value})
    })
  }

  it('never sets mc_forwarding, which is read-only', () => {
    expect(JSON.stringify(globalSysctls(labDeployment()))).to.not.include('mc_forwarding')
  })

  it("lets the file's own settings win, however they are written", () => {
    const settings = globalSysctls(labDeployment({sysctl: {'net.ipv4.ip_forward': '0', 'net/ipv4/conf/all/rp_filter': '1', 'vm.swappiness': '1'}}))
    expect(valuesOf(settings)).to.include({'net/ipv4/ip_forward': '0', 'net/ipv4/conf/all/rp_filter': '1', 'vm/swappiness': '1'})
    expect(settings.filter(({path}) => path === 'net/ipv4/ip_forward')).to.have.length(1)
  })

  it("leaves an interface's own to the interface", () => {
    expect(JSON.stringify(globalSysctls(labDeployment({sysctl: {'net.ipv4.conf.usb0.log_martians': '1'}})))).to.not.include('usb0')
  })
})

describe('interfaceSysctls', () => {
  const wlan0 = networkInterface('wlan0', ['10.1.0.1/24'])
  const usb0 = networkInterface('usb0', [], {role: 'upstream', dhcp: true})
  const cases: [string, Parameters<typeof interfaceSysctls>, Record<string, string>][] = [
    ['an interface that multicast arrives on', [wlan0, labDeployment({routes: [route('225.0.0.1')]})], {'net/ipv4/conf/wlan0/rp_filter': '0', 'net/ipv6/conf/wlan0/accept_ra': '0'}],
    ['an uplink', [usb0, labDeployment()], {'net/ipv4/conf/usb0/rp_filter': '2', 'net/ipv6/conf/usb0/accept_ra': '2'}],
    ['an uplink with an IPv6 gateway of its own', [{...usb0, gateways: [address('fd02::2')]}, labDeployment()], {'net/ipv4/conf/usb0/rp_filter': '2', 'net/ipv6/conf/usb0/accept_ra': '0'}],
    ['mrouted: any may receive', [usb0, labDeployment({daemon: 'mrouted'})], {'net/ipv4/conf/usb0/rp_filter': '0', 'net/ipv6/conf/usb0/accept_ra': '2'}],
    ['a setting of the file', [usb0, labDeployment({sysctl: {'net.ipv4.conf.usb0.rp_filter': '1', 'net.ipv4.conf.usb00.x': '1'}})], {'net/ipv4/conf/usb0/rp_filter': '1', 'net/ipv6/conf/usb0/accept_ra': '2'}],
    ['a name with a dot', [networkInterface('eth0.100', []), labDeployment({sysctl: {'net.ipv4.conf.eth0.100.log_martians': '1'}})],
      {'net/ipv4/conf/eth0.100/rp_filter': '2', 'net/ipv6/conf/eth0.100/accept_ra': '0', 'net/ipv4/conf/eth0.100/log_martians': '1'}],
  ]
  for (const [title, input, values] of cases) {
    it(title, () => {
      expect(valuesOf(interfaceSysctls(...input))).to.deep.equal(values)
    })
  }
})
