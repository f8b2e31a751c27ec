import {expect} from 'chai'

import {isGroupRange, isMdns, isSourceSpecific, knownGroup, scopeOf, unforwardableScope} from '../../src/multicast/groups.js'
import {parseAddress, parsePrefix, widthOf, type Prefix} from '../../src/network/address.js'

function range(text: string): Prefix {
  const address = parseAddress(text)
  return address ? {address, length: widthOf(address.family)} : parsePrefix(text) ?? expect.fail(`${text} is not read`)
}

describe('groups', () => {
  const scopes: [string, string | undefined, boolean?][] = [
    ['223.255.255.255', undefined],
    ['224.0.0.0', 'local network control', false],
    ['224.0.0.251', 'local network control', false],
    ['224.0.1.0', 'internetwork control', true],
    ['224.0.2.0', 'global', true],
    ['225.0.0.1', 'global', true],
    ['232.1.1.1', 'source-specific', true],
    ['233.1.1.1', 'GLOP', true],
    ['233.252.0.1', 'AD-HOC III', true],
    ['234.1.1.1', 'unicast-prefix-based', true],
    ['239.0.0.1', 'administratively scoped', true],
    ['239.192.0.1', 'administratively scoped, organization-local', true],
    ['239.195.255.255', 'administratively scoped, organization-local', true],
    ['239.196.0.0', 'administratively scoped', true],
    ['239.255.255.250', 'administratively scoped, local', true],
    ['240.0.0.0', undefined],
    ['fe80::1', undefined],
    ['ff00::1', 'reserved', false],
    ['ff01::1', 'interface-local', false],
    ['ff02::fb', 'link-local', false],
    ['ff12::1', 'link-local', false],
    ['ff32::1', 'link-local', false],
    ['ff03::1', 'realm-local', true],
    ['ff04::1', 'admin-local', true],
    ['ff05::4242', 'site-local', true],
    ['ff3e::1', 'global', true],
    ['ff08::1', 'organization-local', true],
    ['ff06::1', 'unassigned', true],
    ['ff0e::1', 'global', true],
  ]
  for (const [group, name, forwardable] of scopes) {
    it(`${group}: ${name ?? 'no group'}`, () => {
      const {address} = range(group)
      expect(scopeOf(address)?.name).to.equal(name)
      expect(scopeOf(address)?.forwardable).to.equal(forwardable)
      expect(isGroupRange(range(group))).to.equal(name !== undefined)
      expect(unforwardableScope(range(group)) !== undefined).to.equal(forwardable === false)
    })
  }

  const ranges: [string, boolean, boolean][] = [
    ['224.0.0.0/4', true, false],
    ['225.0.0.0/3', false, false],
    ['224.0.0.0/24', true, true],
    ['224.0.0.0/23', true, false],
    ['ff00::/8', true, false],
    ['ff00::/7', false, false],
    ['ff02::/16', true, true],
    ['ff02::/15', true, false],
    ['ff02:0:0:0:0:1:ff00::/104', true, true],
  ]
  for (const [text, isRange, stays] of ranges) {
    it(`${text} is ${isRange ? 'a' : 'no'} range of groups${stays ? ' that stays on its link' : ''}`, () => {
      expect(isGroupRange(range(text))).to.equal(isRange)
      expect(unforwardableScope(range(text)) !== undefined).to.equal(stays)
    })
  }

  const sourceSpecific: [string, boolean][] = [
    ['232.0.0.1', true], ['232.0.0.0/8', true], ['232.0.0.0/7', false], ['233.0.0.1', false],
    ['ff35::1', true], ['ff3e::/32', true], ['ff3e::/31', false], ['ff3e:1::1', false], ['ff15::1', false],
  ]
  for (const [text, is] of sourceSpecific) {
    it(`${text} is ${is ? '' : 'not '}source-specific`, () => { expect(isSourceSpecific(range(text))).to.equal(is) })
  }

  it('are mDNS in every IPv6 scope', () => {
    expect(['224.0.0.251', 'ff02::fb', 'ff05::fb'].map(text => isMdns(range(text)))).to.deep.equal([true, true, true])
    expect(['224.0.0.0/24', '224.0.0.252', 'ff15::fb', 'ff02::1:fb'].map(text => isMdns(range(text)))).to.deep.equal([false, false, false, false])
  })

  it('are known by what they are used for, one by one', () => {
    expect(knownGroup(range('239.255.255.250'))?.oftenTtl1).to.equal(true)
    expect(knownGroup(range('ff02::fb'))?.name).to.equal('mDNS')
    expect(knownGroup(range('239.255.255.0/24'))).to.equal(undefined)
  })
})
