import {expect} from 'chai'

import {addressCount, contains, formatAddress, formatPrefix, formatRange, isLinkLocal, isSingle, lastOf, networkOf, overlap,
  parseAddress, parsePrefix, parseRange, type Address, type Prefix} from '../../src/network/address.js'

const address = (text: string): Address => parseAddress(text) ?? expect.fail(`${text} is not read`)
const prefix = (text: string): Prefix => parsePrefix(text) ?? expect.fail(`${text} is not read`)

describe('addresses', () => {
  // RFC 5952 §4: no leading zeros, the longest run of zeros shortened, of equals the first, not a single one, small letters.
  const formats: [string, string][] = [
    ['192.168.2.1', '192.168.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::AAAA', '2001:db8::aaaa'],
    ['2001:db8:10:0:0:1:2:3', '2001:db8:10::1:2:3'],
    ['10:0:0:1:100:0:0:0', '10:0:0:1:100::'],
    ['0:0:0:1:2:3:4:5', '::1:2:3:4:5'],
    ['1:2:3:4:5:0:0:0', '1:2:3:4:5::'],
    ['fe80::', 'fe80::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['ff05::4242', 'ff05::4242'],
  ]
  for (const [text, shortest] of formats) {
    it(`${text} is written ${shortest}`, () => {
      expect(formatAddress(address(text))).to.equal(shortest)
      expect(address(shortest)).to.deep.equal(address(text))
    })
  }

  it('are what the URL parser of Node makes of them', () => {
    for (const [text] of formats.filter(([written]) => written.includes(':'))) {
      expect(`[${formatAddress(address(text))}]`).to.equal(new URL(`http://[${text}]/`).hostname)
    }
  })

  for (const text of ['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4.5', ' 1.2.3.4', '1.2.3.4 ', '0x1.2.3.4', 'fe80::1%eth0', '[::1]', '1::2::3', ':::', '12345::', '::1.2.3', 'g::']) {
    it(`${JSON.stringify(text)} is none`, () => { expect(parseAddress(text)).to.equal(undefined) })
  }

  for (const text of ['10.0.0.1', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1/08', '10.0.0.1/-1', '10.0.0.1/8/8', '::1/129', '/8', '10.0.0/8', '10.0.0.1/ 8']) {
    it(`${JSON.stringify(text)} is no prefix`, () => { expect(parsePrefix(text)).to.equal(undefined) })
  }

  const ranges: [string, string, string][] = [
    ['192.168.2.7/24', '192.168.2.0', '192.168.2.255'],
    ['10.0.0.1/0', '0.0.0.0', '255.255.255.255'],
    ['10.0.0.1/32', '10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6/64', '2001:db8:1:2::', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['ff05::1/128', 'ff05::1', 'ff05::1'],
  ]
  for (const [text, first, last] of ranges) {
    it(`${text} is ${first} to ${last}`, () => {
      expect(formatAddress(networkOf(prefix(text)))).to.equal(first)
      expect(formatAddress(lastOf(prefix(text)))).to.equal(last)
      expect(formatPrefix(prefix(text))).to.equal(text)
    })
  }

  const overlaps: [string, string, boolean][] = [
    ['10.0.0.0/8', '10.255.0.0/16', true],
    ['10.0.0.0/16', '10.1.0.0/16', false],
    ['10.0.0.0/24', '10.0.0.0/24', true],
    ['0.0.0.0/0', '::/0', false],
    ['fd00::/8', 'fd01::1/64', true],
  ]
  for (const [one, other, does] of overlaps) {
    it(`${one} and ${other} ${does ? 'overlap' : 'do not overlap'}, both ways`, () => {
      expect(overlap(prefix(one), prefix(other))).to.equal(does)
      expect(overlap(prefix(other), prefix(one))).to.equal(does)
    })
  }

  it('are in a prefix or not', () => {
    expect(contains(prefix('10.1.0.0/16'), address('10.1.255.255'))).to.equal(true)
    expect(contains(prefix('10.1.0.0/16'), address('10.2.0.0'))).to.equal(false)
    expect(contains(prefix('::/0'), address('10.2.0.0'))).to.equal(false)
  })

  const written: [string, string, bigint][] = [
    ['225.0.0.1', '225.0.0.1', 1n],
    ['225.0.0.1/32', '225.0.0.1', 1n],
    ['225.0.0.0/24', '225.0.0.0/24', 256n],
    ['0.0.0.0/0', '0.0.0.0/0', 2n ** 32n],
    ['ff05::4242', 'ff05::4242', 1n],
    ['ff05::4242/128', 'ff05::4242', 1n],
    ['ff05::/112', 'ff05::/112', 65_536n],
  ]
  for (const [text, shortest, count] of written) {
    it(`${text} is a range of ${count}, written ${shortest}`, () => {
      const range = parseRange(text) ?? expect.fail(`${text} is not read`)
      expect(formatRange(range)).to.equal(shortest)
      expect(addressCount(range)).to.equal(count)
      expect(isSingle(range)).to.equal(count === 1n)
    })
  }

  for (const text of ['', '225.0.0.1/33', '225.0.0', 'ff05::/129', '225.0.0.1/', 'wlan0']) {
    it(`${JSON.stringify(text)} is no range`, () => { expect(parseRange(text)).to.equal(undefined) })
  }

  it('are link-local in fe80::/10 alone', () => {
    expect(['fe80::1', 'febf:ffff::1', 'fec0::1', 'fe7f::1', '169.254.0.1', 'ff02::1'].map(text => isLinkLocal(address(text)))).to.deep.equal([true, true, false, false, false, false])
  })
})
