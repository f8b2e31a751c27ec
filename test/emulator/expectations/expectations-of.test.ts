import {expect} from 'chai'

import {isFinal, payloadOf} from '../../../src/emulator/expectations/expectation.js'
import {expectationsOf} from '../../../src/emulator/expectations/expectations-of.js'
import {formatAddress} from '../../../src/network/address.js'
import {labDeployment, networkInterface, route} from '../../lab/deployment.js'
import {deployment, failuresOf, tryRouter, type Faults} from './model-router.js'

const LIFTED = /^225\.0\.0\.1-wlan0-ttl-1$/

/** What is wrong with the router, and which expectations must fail: those and no others. */
const cases: [string, Faults, RegExp][] = [
  ['TTL 1 is not lifted', {noLift: true}, LIFTED],
  ['NAT is missing', {noTranslation: true}, /^(225\.0\.0\.1|239\.1\.0\.\d+)-wlan0-(known-)?source$|^nat-/],
  ['NAT misses the first packet of a flow', {untranslatedFirst: true}, /^(225\.0\.0\.1|239\.1\.0\.\d+)-wlan0-source$/],
  ['conntrack masquerades what is to be kept', {masquerades: true}, /^239\.9\.9\.9-eth0-known-source$/],
  ['a reverse path filter is on', {filtersForeign: true}, /-foreign-sender$/],
  ['nothing is routed', {noRouting: true}, /-(delivered|source|ttl-2|above-threshold|foreign-sender|(?<!router-)ping)$|^225\.0\.0\.1-wlan0-ttl-1$/],
  ['the threshold is ignored', {ignoresThreshold: true}, /-at-threshold$/],
  ['any sender passes', {anySender: true}, /-other-sender$/],
  ['routes lead both ways', {bothWays: true}, /^2(25|39).*-back-from-/],
  ['each packet leaves twice', {duplicates: true}, /-(delivered|source|ttl-2|above-threshold|foreign-sender)$|^225\.0\.0\.1-wlan0-ttl-1$/],
  ['payloads are damaged', {damages: true}, /-(delivered|source|ttl-2|above-threshold|foreign-sender)$|^225\.0\.0\.1-wlan0-ttl-1$/],
  ['groups go to all cards', {wrongMac: true}, /-(delivered|source|ttl-2|above-threshold|foreign-sender)$|^225\.0\.0\.1-wlan0-ttl-1$/],
  ['no group is joined', {noJoins: true}, /^2(25|32|39\.9).*-join$/],
  ['a group is joined for another sender', {wrongSender: true}, /^232.*-join$/],
  ['unicast is not forwarded', {noForwarding: true}, /^nat-|-(?<!router-)ping$/],
  ['there is no firewall', {noFirewall: true}, /^firewall-usb0-(router|wlan0|eth0)-ipv4$/],
  ['the router lets nobody in', {closed: true}, /^firewall-(wlan0-inside|eth0-inside|open-)/],
  ['every other group is flooded', {floods: true}, /^(unrouted|link-local)-|-other-sender$|-back-from-/],
]

describe('expectations of a deployment', () => {
  it('are all met by a router that keeps to the file', () => {
    expect(failuresOf(tryRouter())).to.deep.equal([])
    expect(failuresOf(tryRouter({}, 2))).to.deep.equal([])
  })

  for (const [title, faults, wanted] of cases) {
    it(`bite where ${title}, and only there`, () => {
      const failures = failuresOf(tryRouter(faults))
      expect(failures.filter(id => !wanted.test(id))).to.deep.equal([])
      const bitten = tryRouter().expectations.map(({id}) => id).filter(id => wanted.test(id))
      expect(failures).to.deep.equal(bitten).and.not.be.empty
    })
  }

  it('all fail or are silent where the router is dead', () => {
    const {expectations} = tryRouter()
    const met = expectations.filter(one => one.judge([]).passed)
    expect(met.map(({kind}) => kind).every(kind => kind === 'silence' || kind === 'refusal')).to.equal(true)
    expect(expectations.length - met.length).to.be.greaterThan(20)
  })

  it('have ids of their own and say what they mean', () => {
    const {expectations} = tryRouter()
    expect(new Set(expectations.map(({id}) => id)).size).to.equal(expectations.length)
    expect(expectations.map(({title}) => title)).to.include.members([
      '225.0.0.1 from wlan0 leaves as 10.99.2.2 (translated) by usb0, from the first packet on',
      '225.0.0.1 from wlan0 sent with TTL 1 is lifted and arrives with 63',
      '239.1.0.128 from wlan0 leaves by usb0 and eth0, each packet once',
      '232.1.1.1 from wlan0 of another sender (192.168.2.254) is not forwarded',
      '239.9.9.9 from eth0 sent with TTL 5, the threshold, is not forwarded',
      'a device on wlan0 gets an address by DHCP',
      'nothing from usb0 gets into the router: TCP, UDP and a ping to 10.99.2.2 have no answer',
      'nothing from usb0 gets into the network of eth0: TCP, UDP and a ping to 10.3.0.2 do not arrive',
      'the router lets in SSH, DNS and a ping from wlan0: each is answered, if only with a refusal',
      'TCP to port 2222 of the router is let in from usb0',
      'the router does not join 239.1.0.0 on wlan0 (IGMPv3)',
    ])
  })

  it('give every flow whose first packet counts a sender that has not sent to its group', () => {
    const senders = [1, 2].flatMap(attempt => expectationsOf(deployment, undefined, attempt)).filter(({id}) => !/-(router-)?ping$/.test(id)).map(({id, flow}) =>
      ({counts: id.endsWith('-source') && !id.endsWith('-known-source'), sender: flow?.source ? `${formatAddress(flow.source)} to ${formatAddress(flow.group)}` : ''}))
    const counting = senders.filter(({counts}) => counts).map(({sender}) => sender)
    expect(counting).to.have.length(10)
    for (const one of counting) expect(senders.filter(({sender}) => sender === one), one).to.have.length(1)
  })

  it('of a network of senders as well, and never from the router itself', () => {
    const range = labDeployment({routes: [route('232.1.1.1', {source: '10.1.0.0/24'})], nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]})
    const flows = expectationsOf(range).flatMap(({flow}) => flow?.from === 'wlan0' ? [formatAddress(flow.source ?? flow.group)] : [])
    expect(flows).to.not.include('10.1.0.1')
    expect(new Set(flows).size).to.be.greaterThan(4)
    expect(expectationsOf(range).map(({title}) => title)).to.include.members([
      '232.1.1.1 of 10.1.0.2 from wlan0 leaves as 10.2.0.1 (translated) by usb0, from the first packet on',
      '232.1.1.1 of 10.1.0.2 from wlan0 leaves as 10.2.0.1 (translated) by usb0 where its sender is known already',
      '232.1.1.1 from wlan0 of another sender (203.0.113.77) is not forwarded',
    ])
  })

  it('look for another sender among those that only other groups name', () => {
    const titles = expectationsOf(labDeployment({routes: [route('232.1.1.1', {source: '10.1.0.7'}), route('232.1.1.2', {source: '10.1.0.0/24'})]})).map(({title}) => title)
    expect(titles.filter(title => title.includes('another sender')).map(title => title.replace(/10\.1\.0\.\d+/, '10.1.0.x'))).to.deep.equal([
      '232.1.1.1 from wlan0 of another sender (10.1.0.x) is not forwarded', '232.1.1.2 from wlan0 of another sender (203.0.113.77) is not forwarded',
    ])
  })

  it('claim nothing of the first packet where only one sender can be played, who sent at boot', () => {
    const narrow = labDeployment({interfaces: [networkInterface('wlan0', ['10.1.0.1/30']), networkInterface('usb0', ['10.2.0.1/24'])], nat: [{from: 'wlan0', to: 'usb0', multicast: 'translate'}]})
    expect(expectationsOf(narrow).filter(({kind}) => kind === 'source').map(({id}) => id)).to.deep.equal(['225.0.0.1-wlan0-known-source'])
  })

  it('hold a threshold for each way out', () => {
    const titles = expectationsOf(labDeployment({routes: [route('239.1.0.0/24', {to: ['eth0']}), route('239.1.0.7', {ttlThreshold: 20, liftTtl: true})]})).map(({title}) => title)
    expect(titles).to.include.members([
      '239.1.0.7 from wlan0 sent with TTL 1 is lifted and arrives with 63',
      '239.1.0.7 from wlan0 sent with TTL 2 arrives with 1, by eth0 alone',
      '239.1.0.7 from wlan0 sent with TTL 20, a threshold, is forwarded, by eth0 alone',
      '239.1.0.7 from wlan0 sent with TTL 21, above the threshold, is forwarded',
      '239.1.0.0 from wlan0 sent with TTL 2 arrives with 1',
    ])
  })

  it('take a foreign sender as the file has it: rp_filter may be set', () => {
    const titled = (sysctl: Record<string, string>): string[] => expectationsOf(labDeployment({sysctl})).map(({title}) => title).filter(title => title.includes('another network'))
    expect(titled({})).to.deep.equal(['225.0.0.1 from wlan0 of a sender in another network (203.0.113.10) is forwarded too'])
    expect(titled({'net.ipv4.conf.wlan0.rp_filter': '1'})).to.deep.equal(['225.0.0.1 from wlan0 of a sender in another network (203.0.113.10) is not forwarded: rp_filter is 1'])
    expect(titled({'net.ipv4.conf.all.rp_filter': '2'})).to.deep.equal([])
  })

  it('let nobody try again what was seen to be wrong', () => {
    const {expectations, sightings} = tryRouter({untranslatedFirst: true})
    const [source] = expectations.filter(({kind}) => kind === 'source')
    expect(source && isFinal(source.judge(sightings))).to.equal(true)
    expect(source && isFinal(source.judge([]))).to.equal(false)
    expect(expectations.filter(one => one.kind === 'silence').every(one => isFinal(one.judge(sightings)))).to.equal(true)
  })

  it('keep keys within what a payload begins with', () => {
    for (const {stimuli} of expectationsOf(deployment)) {
      for (const stimulus of stimuli) {
        if (stimulus.kind === 'datagram') expect(payloadOf(stimulus.key).toString()).to.match(/^[!-~]{1,110} brmc/)
      }
    }
  })

  it('let receivers join first with mrouted, which needs no routes', () => {
    const [first] = expectationsOf(labDeployment({daemon: 'mrouted', routes: []})).filter(({kind}) => kind === 'delivery')
    expect(first?.stimuli.map(stimulus => `${stimulus.kind} ${stimulus.on}`)).to.deep.equal(['join usb0', 'join eth0', 'datagram wlan0', 'datagram wlan0', 'datagram wlan0'])
  })

  it('speak of hop limits for IPv6', () => {
    const titles = expectationsOf(labDeployment({routes: [route('ff05::4242', {liftTtl: true})]})).map(({title}) => title)
    expect(titles).to.include.members([
      'ff05::4242 from wlan0 sent with hop limit 1 is lifted and arrives with 63',
      'a ping of ff05::4242 from wlan0 is answered by the host on usb0 that joined',
      'ff02::4d (link-local) is not forwarded from wlan0, even with 64 hops to go',
      'the router joins ff05::4242 on wlan0 (MLDv2)',
    ])
  })
})
