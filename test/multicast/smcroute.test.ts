import {expect} from 'chai'

import {mergeRoutes, smcrouteModel} from '../../src/multicast/smcroute.js'
import type {MulticastRoute} from '../../src/multicast/model.js'
import {route} from '../lab/deployment.js'
import {growthOfFourfold} from '../lab/growth.js'
import {renderDeployment} from '../lab/render-deployment.js'
import {labDeployment} from '../lab/deployment.js'

async function linesOf(routes: readonly MulticastRoute[]): Promise<string[]> {
  const text = (await renderDeployment(labDeployment({routes}))).get('etc/smcroute.conf') ?? ''
  return text.trim().split('\n').slice(1).filter(line => !line.startsWith('phyint '))
}

describe('smcroute.conf', () => {
  it('makes vifs of the interfaces of routes alone, before any route', async () => {
    const text = (await renderDeployment(labDeployment({routes: [route('225.0.0.1', {from: 'usb0', to: ['eth0']}), route('ff05::1', {from: 'eth0', to: ['usb0']})]}))).get('etc/smcroute.conf') ?? ''
    expect(text.split('\n').slice(1, 4)).to.deep.equal(['phyint eth0 enable', 'phyint usb0 enable', 'mgroup from eth0 group ff05::1'])
    expect(text).to.not.include('wlan0')
  })

  const cases: [string, MulticastRoute[], string[]][] = [
    ['nothing', [], []],
    ['the blog post', [route('225.0.0.1')], ['mgroup from wlan0 group 225.0.0.1', 'mroute from wlan0 group 225.0.0.1 to usb0']],
    ['no join', [route('225.0.0.1', {join: false})], ['mroute from wlan0 group 225.0.0.1 to usb0']],
    ['IPv6', [route('ff05::4242')], ['mgroup from wlan0 group ff05::4242', 'mroute from wlan0 group ff05::4242 to usb0']],
    ['one sender', [route('232.1.1.1', {source: '10.1.0.2'})], ['mgroup from wlan0 source 10.1.0.2 group 232.1.1.1', 'mroute from wlan0 source 10.1.0.2 group 232.1.1.1 to usb0']],
    ['a network of senders: joined for any', [route('225.0.0.1', {source: '10.1.0.0/24'})], ['mgroup from wlan0 group 225.0.0.1', 'mroute from wlan0 source 10.1.0.0/24 group 225.0.0.1 to usb0']],
    ['a range', [route('225.0.1.0/24', {to: ['usb0', 'eth0']})], ['mgroup from wlan0 group 225.0.1.0/24', 'mroute from wlan0 group 225.0.1.0/24 to usb0 eth0']],
    ['a range too wide to join', [route('239.0.0.0/8')], [
      '# 239.0.0.0/8 has too many groups to join on wlan0: behind a snooping switch these packets may not arrive', 'mroute from wlan0 group 239.0.0.0/8 to usb0']],
    ['the same group twice: one line', [route('225.0.0.1'), route('225.0.0.1', {to: ['eth0', 'usb0']})], ['mgroup from wlan0 group 225.0.0.1', 'mroute from wlan0 group 225.0.0.1 to usb0 eth0']],
    ['the same group from two sides: two lines', [route('225.0.0.1'), route('225.0.0.1', {from: 'eth0'})], [
      'mgroup from wlan0 group 225.0.0.1', 'mgroup from eth0 group 225.0.0.1', 'mroute from wlan0 group 225.0.0.1 to usb0', 'mroute from eth0 group 225.0.0.1 to usb0']],
    ['a group of a range: first, and with the links of the range', [route('225.0.0.0/24'), route('225.0.0.3', {to: ['eth0']})], [
      'mgroup from wlan0 group 225.0.0.0/24', 'mroute from wlan0 group 225.0.0.3 to eth0 usb0', 'mroute from wlan0 group 225.0.0.0/24 to usb0']],
    ['a group of a range that is not joined', [route('239.0.0.0/8'), route('239.0.0.3', {to: ['eth0']})].map(one => ({...one, join: one.group.length === 32})), [
      'mgroup from wlan0 group 239.0.0.3', 'mroute from wlan0 group 239.0.0.3 to eth0 usb0', 'mroute from wlan0 group 239.0.0.0/8 to usb0']],
    ['a sender of a group that all may send to', [route('225.0.0.1'), route('225.0.0.1', {source: '10.1.0.2', to: ['eth0']})], [
      'mgroup from wlan0 group 225.0.0.1', 'mroute from wlan0 source 10.1.0.2 group 225.0.0.1 to eth0 usb0', 'mroute from wlan0 group 225.0.0.1 to usb0']],
    ['a threshold: none here, where it would be of all groups that leave by usb0', [route('225.0.0.1', {ttlThreshold: 10})], ['mgroup from wlan0 group 225.0.0.1', 'mroute from wlan0 group 225.0.0.1 to usb0']],
  ]
  for (const [title, routes, lines] of cases) {
    it(title, async () => {
      expect(await linesOf(routes)).to.deep.equal(lines)
    })
  }

  it('keeps routes of the two families apart', () => {
    expect(smcrouteModel([route('225.0.0.0/24'), route('ff00::/8')]).mroutes.map(({to}) => to)).to.deep.equal(['usb0', 'usb0'])
  })

  it('takes as much longer for four times as many senders, not for their square', async () => {
    const merge = (count: number): void => {
      const routes = Array.from({length: count}, (_, index) => route(`232.1.${index >> 8}.${index & 255}`, {source: `10.1.${index >> 8}.${index & 255}`}))
      expect(mergeRoutes([...routes, route('232.1.0.0/16', {to: ['eth0']})])).to.have.length(count + 1)
    }
    expect(await growthOfFourfold(2000, merge)).to.be.below(9)
  })
})
