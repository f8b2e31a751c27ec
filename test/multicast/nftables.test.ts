import {expect} from 'chai'

import {nftablesModel} from '../../src/multicast/nftables.js'
import {quoteNft} from '../../src/multicast/quote-nft.js'
import type {Nat} from '../../src/network/model.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'

const translate: Nat = {from: 'wlan0', to: 'usb0', multicast: 'translate'}
const keep: Nat = {from: 'wlan0', to: 'usb0', multicast: 'keep'}
const {interfaces} = labDeployment()
const dhcpUplink = [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', [], {dhcp: true})]

describe('nftablesModel', () => {
  it('lifts only where the route says so, for its incoming interface, sender and group', () => {
    const routes = [route('225.0.0.1', {liftTtl: true}), route('225.0.0.2'), route('232.0.0.0/24', {liftTtl: true, source: '10.1.0.2'}), route('ff05::1', {liftTtl: true, from: 'eth0'})]
    expect(nftablesModel({interfaces, nat: [], routes}).lifts).to.deep.equal([
      {iif: '"wlan0"', match: 'ip daddr 225.0.0.1', hopLimit: 'ip ttl', lifted: 64},
      {iif: '"wlan0"', match: 'ip saddr 10.1.0.2 ip daddr 232.0.0.0/24', hopLimit: 'ip ttl', lifted: 64},
      {iif: '"eth0"', match: 'ip6 daddr ff05::1', hopLimit: 'ip6 hoplimit', lifted: 64},
    ])
  })

  it('translates only routes between the two interfaces of the nat', () => {
    const routes = [route('225.0.0.1', {to: ['usb0', 'eth0']}), route('225.0.0.2', {to: ['eth0']}), route('225.0.0.3', {from: 'eth0'})]
    const {untracked, translations} = nftablesModel({interfaces, nat: [translate], routes})
    expect(untracked).to.deep.equal([{iif: '"wlan0"', match: 'ip daddr 225.0.0.1'}])
    expect(translations).to.deep.equal([{iif: '"wlan0"', oif: '"usb0"', match: 'ip daddr 225.0.0.1', chain: 'translate_usb0_ipv4'}])
  })

  const uplinks: [string, {interfaces: typeof interfaces, nat: Nat[], group: string}, {actions: string[], kept: number}][] = [
    ['a static address is in the rule', {interfaces, nat: [translate], group: '225.0.0.1'}, {actions: ['ip saddr set 10.2.0.1'], kept: 0}],
    ['and so for IPv6', {interfaces, nat: [translate], group: 'ff05::1'}, {actions: ['ip6 saddr set fd02::1'], kept: 0}],
    ['a DHCP uplink drops until the address is known', {interfaces: dhcpUplink, nat: [translate], group: '225.0.0.1'}, {actions: ['drop'], kept: 0}],
    ['IPv6 without a static address keeps its source', {interfaces: dhcpUplink, nat: [translate], group: 'ff05::1'}, {actions: [], kept: 1}],
    ['a link-local address is none', {interfaces: [networkInterface('usb0', ['fe80::1/64'])], nat: [translate], group: 'ff05::1'}, {actions: [], kept: 1}],
    ['keep translates nothing', {interfaces, nat: [keep], group: '225.0.0.1'}, {actions: [], kept: 0}],
  ]
  for (const [title, {group, ...input}, {actions, kept}] of uplinks) {
    it(title, () => {
      const model = nftablesModel({...input, routes: [route(group)]})
      expect(model.translators.map(({action}) => action)).to.deep.equal(actions)
      expect(model.kept).to.have.length(kept)
      expect(model.translations).to.have.length(actions.length)
    })
  }

  it('has one translator for all groups of an uplink', () => {
    const {translators, translations} = nftablesModel({interfaces, nat: [translate], routes: [route('225.0.0.1'), route('225.0.0.2'), route('225.0.0.1')]})
    expect([translators.length, translations.map(({match}) => match)]).to.deep.equal([1, ['ip daddr { 225.0.0.1, 225.0.0.2 }']])
  })

  it('holds thresholds of each route, for the kernel has them of whole vifs, and of IPv6 none', () => {
    expect(nftablesModel({interfaces, nat: [], routes: [route('ff05::1', {ttlThreshold: 9}), route('225.0.0.1', {ttlThreshold: 5}), route('225.0.0.2')]}).thresholds).to.deep.equal([
      {iif: '"wlan0"', oif: '"usb0"', match: 'ip6 daddr ff05::1', hopLimit: 'ip6 hoplimit', ttlThreshold: 9},
      {iif: '"wlan0"', oif: '"usb0"', match: 'ip daddr 225.0.0.1', hopLimit: 'ip ttl', ttlThreshold: 5},
    ])
  })
})

describe('where receivers decide', () => {
  for (const [daemon, names] of [['igmpproxy', '{ "eth0", "wlan0" }'], ['mrouted', undefined], ['smcroute', undefined]] as const) {
    it(`${daemon}: ${names === undefined ? 'nothing is' : 'what a receiver left is'} ended by rules, on downstream interfaces`, () => {
      expect(nftablesModel({interfaces, nat: [], routes: [], daemon}).askedToStay).to.equal(names)
    })
  }
})

describe('a thousand groups', () => {
  const routes = Array.from({length: 1000}, (_, index) => route(`239.1.${index >> 8}.${index & 255}`, {to: ['usb0', 'eth0'], liftTtl: true, ttlThreshold: 5}))

  it('are one rule of each kind, for each packet is held against all rules', () => {
    const model = nftablesModel({interfaces, nat: [translate, {...translate, to: 'eth0'}], routes})
    expect([model.lifts.length, model.thresholds.length, model.untracked.length, model.translations.length]).to.deep.equal([1, 1, 1, 2])
    expect(model.thresholds[0]).to.include({oif: '{ "eth0", "usb0" }', ttlThreshold: 5})
  })

  it('are as many rules as there are senders, families and ways out', () => {
    const others = [...routes, route('232.1.1.1', {source: '10.1.0.2', liftTtl: true, ttlThreshold: 5}), route('ff05::1', {liftTtl: true, ttlThreshold: 5}), route('239.1.0.0/16', {liftTtl: true, ttlThreshold: 6})]
    const {lifts, thresholds} = nftablesModel({interfaces, nat: [], routes: others})
    expect(lifts.map(({match}) => match)).to.deep.equal(['ip daddr 239.1.0.0/16', 'ip saddr 10.1.0.2 ip daddr 232.1.1.1', 'ip6 daddr ff05::1'])
    expect(thresholds.map(({oif, ttlThreshold}) => `${oif} ${ttlThreshold}`)).to.deep.equal(['{ "eth0", "usb0" } 5', '"usb0" 5', '"usb0" 5', '"usb0" 6'])
  })
})

describe('quoteNft', () => {
  for (const name of ['wlan0', 'eth0.100', 'br-lan', 'a b', '$(x)', "it's", '; flush ruleset', '{ }', '#']) {
    it(`quotes ${name}`, () => {
      expect(quoteNft(name)).to.equal(`"${name}"`)
    })
  }
  for (const name of ['', 'wlan*', 'a"b', 'a\\', 'a\nb', '\t']) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => quoteNft(name)).to.throw(RangeError, 'nft string')
    })
  }
})
