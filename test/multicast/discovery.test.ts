import {expect} from 'chai'

import {endlessCircles} from '../../src/multicast/circles.js'
import type {MulticastRoute} from '../../src/multicast/model.js'
import {searchesModel} from '../../src/multicast/searches.js'
import {ssdpRoutes} from '../../src/multicast/ssdp.js'
import {formatRange} from '../../src/network/address.js'
import {labDeployment, networkInterface, route} from '../lab/deployment.js'

const {interfaces} = labDeployment()
const words = (routes: readonly MulticastRoute[]): string[] => routes.map(({group, from, to}) => `${formatRange(group)} ${from} > ${to.join(' ')}`)

describe('ssdpRoutes', () => {
  it('lead from each interface to the others, lifted and checked', () => {
    const routes = ssdpRoutes(['wlan0', 'usb0', 'eth0'], {interfaces, daemon: 'smcroute'})
    expect(words(routes)).to.deep.equal([
      '239.255.255.250 wlan0 > usb0 eth0', '239.255.255.250 usb0 > wlan0 eth0', '239.255.255.250 eth0 > wlan0 usb0',
      'ff05::c wlan0 > usb0 eth0', 'ff05::c usb0 > wlan0 eth0', 'ff05::c eth0 > wlan0 usb0',
    ])
    for (const one of routes) expect(one).to.include({liftTtl: true, reversePathCheck: true, join: true})
  })

  it('of IPv6 are between interfaces with an address that can be answered', () => {
    const some = [networkInterface('wlan0', ['10.1.0.1/24', 'fd01::1/64']), networkInterface('usb0', ['fe80::2/64', '10.2.0.1/24']), networkInterface('eth0', [], {dhcp: true})]
    expect(words(ssdpRoutes(['wlan0', 'usb0', 'eth0'], {interfaces: some, daemon: 'smcroute'})).join()).to.not.include('ff05')
  })

  it('are none on one interface, and of IPv4 none with igmpproxy', () => {
    expect(ssdpRoutes(['wlan0'], {interfaces, daemon: 'smcroute'})).to.deep.equal([])
    expect(words(ssdpRoutes(['wlan0', 'usb0'], {interfaces, daemon: 'igmpproxy'}))).to.deep.equal(['ff05::c wlan0 > usb0', 'ff05::c usb0 > wlan0'])
  })
})

describe('searchesModel', () => {
  const ssdp = ['wlan0', 'usb0']
  const routes = ssdpRoutes(ssdp, {interfaces: [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', ['10.2.0.1/24'])], daemon: 'smcroute'})
  const base = {...labDeployment(), routes, discovery: {mdns: [], ssdp}}
  const none = {sets: [], remembered: [], answered: [], translated: []}

  it('remembers who searched on the inside, and lets in what comes for that port', () => {
    expect(searchesModel(base)).to.deep.equal({
      sets: [{name: 'searchers_ipv4', key: 'ip saddr . udp sport'}],
      remembered: [
        {iifs: ['"wlan0"'], match: 'ip daddr 239.255.255.250 udp dport 1900 @th,64,64 0x4d2d534541524348', set: 'searchers_ipv4', key: 'ip saddr . udp sport'},
        {iifs: ['"wlan0"'], match: 'ip daddr 239.255.255.250 udp dport 3702 udp sport != 3702', set: 'searchers_ipv4', key: 'ip saddr . udp sport'},
      ],
      answered: [{iif: '"usb0"', oifs: ['"wlan0"'], match: 'ip daddr . udp dport @searchers_ipv4'}],
      translated: [],
    })
  })

  it('gives answers back through a translation, with or without a firewall', () => {
    const translated = searchesModel({...base, nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}], firewall: {upstream: 'allow', open: []}})
    expect(translated.answered).to.deep.equal([])
    expect(translated.translated).to.deep.equal([{iifs: ['"wlan0"'], oif: '"usb0"', match: 'ip daddr 239.255.255.250 ip saddr . udp sport @searchers_ipv4', map: 'searchers_behind_usb0'}])
    expect(searchesModel({...base, nat: [{from: 'wlan0', to: 'usb0', multicast: 'keep'}]}).translated).to.deep.equal([])
  })

  it('is nothing without a firewall or translation, and nothing without SSDP', () => {
    expect(searchesModel({...base, firewall: {upstream: 'allow', open: []}})).to.deep.equal(none)
    expect(searchesModel({...base, discovery: {mdns: ssdp, ssdp: []}})).to.deep.equal(none)
  })
})

describe('endlessCircles', () => {
  const both = {from: 'usb0', to: ['wlan0']}

  it('are found once, whichever of their routes lifts', () => {
    expect(endlessCircles([route('239.1.1.1', {liftTtl: true}), route('239.1.1.1', {...both, liftTtl: true})])).to.deep.equal([[0, 1]])
    expect(endlessCircles([route('239.1.1.1'), route('239.1.1.1', {...both, liftTtl: true})])).to.deep.equal([[1, 0]])
  })

  it('are among what a range and a group have in common', () => {
    expect(endlessCircles([route('239.1.0.0/16', {liftTtl: true}), route('239.1.1.1', both)])).to.deep.equal([[0, 1]])
    expect(endlessCircles([route('239.1.0.0/16', {liftTtl: true}), route('239.2.1.1', both), route('ff05::1', both)])).to.deep.equal([])
  })

  it('take a sender that may be on both sides', () => {
    const sides = (one: string, other: string) => endlessCircles([route('239.1.1.1', {liftTtl: true, source: one}), route('239.1.1.1', {...both, source: other})])
    expect(sides('10.1.0.0/24', '10.1.0.0/16')).to.deep.equal([[0, 1]])
    expect(sides('10.1.0.0/24', '10.2.0.0/24')).to.deep.equal([])
  })

  it('end where two routes check the reverse path, not where one does', () => {
    const checked = (...which: boolean[]) => endlessCircles([route('239.1.1.1', {liftTtl: true, reversePathCheck: which[0] ?? false}), route('239.1.1.1', {...both, liftTtl: true, reversePathCheck: which[1] ?? false})])
    expect(checked(true, true)).to.deep.equal([])
    expect(checked(true, false)).to.have.length(1)
    expect(checked(false, true)).to.have.length(1)
  })

  it('are none in the routes of discovery, of however many interfaces', () => {
    const many = Array.from({length: 31}, (_, index) => networkInterface(`eth${index}`, [`10.9.${index}.1/24`, `fd09:${index}::1/64`]))
    expect(endlessCircles(ssdpRoutes(many.map(({name}) => name), {interfaces: many, daemon: 'smcroute'}))).to.deep.equal([])
  })

  it('are looked for among thousands of routes', () => {
    const group = (index: number): string => `239.${index >> 8}.${index & 255}.1`
    const ways = Array.from({length: 4000}, (_, index) => route(group(index >> 1), index % 2 ? {...both, liftTtl: true} : {liftTtl: true}))
    expect(endlessCircles(ways)).to.have.length(2000)
  })
})
