import {expect} from 'chai'

import type {DatagramStimulus, Expectation, Sighting} from '../../../src/emulator/expectations/expectation.js'
import {payloadOf} from '../../../src/emulator/expectations/expectation.js'
import {expectationsOf} from '../../../src/emulator/expectations/expectations-of.js'
import {ssdpRoutes} from '../../../src/multicast/ssdp.js'
import {formatAddress, type Address} from '../../../src/network/address.js'
import type {Nat} from '../../../src/network/model.js'
import {address, labDeployment, networkInterface} from '../../lab/deployment.js'

const interfaces = [networkInterface('wlan0', ['10.1.0.1/24']), networkInterface('usb0', ['10.2.0.1/24'], {role: 'upstream'})]
const both = ['wlan0', 'usb0']

function expectations(nat: Nat[] = []): Map<string, Expectation> {
  const deployment = labDeployment({interfaces, nat, routes: ssdpRoutes(both, {interfaces, daemon: 'smcroute'}), discovery: {mdns: both, ssdp: both}})
  return new Map(expectationsOf(deployment).filter(({kind}) => kind === 'discovery').map(one => [one.id, one]))
}

const stimuliOf = (id: string, nat: Nat[] = []): DatagramStimulus[] =>
  (expectations(nat).get(id)?.stimuli ?? []).filter((one): one is DatagramStimulus => one.kind === 'datagram')

/** A datagram as another wire shows it. */
function seen(sent: DatagramStimulus, on: string, changed: {source?: Address, destination?: Address} = {}): Sighting {
  const {key, payload = payloadOf(key), sourcePort, destinationPort} = sent
  const {source = sent.source, destination = sent.destination} = changed
  return {kind: 'datagram', on, key, payload, source, destination, sourcePort, destinationPort, time: 1, ttl: 255, sourceMac: '', destinationMac: '', checksumsValid: true}
}

describe('expectations of discovery', () => {
  it('are of each side', () => {
    expect([...expectations().keys()]).to.deep.equal(['mdns-question-wlan0', 'mdns-announcement-wlan0', 'mdns-question-usb0', 'mdns-announcement-usb0', 'ssdp-wlan0-usb0'])
  })

  for (const what of ['question', 'announcement']) {
    it(`a ${what} is to be heard on the other side, with that name`, () => {
      const one = expectations().get(`mdns-${what}-wlan0`)
      const [sent] = stimuliOf(`mdns-${what}-wlan0`)
      const [other] = stimuliOf(`mdns-${what}-usb0`)
      if (!one || !sent || !other) return expect.fail('it is not asked')
      const router = {source: address('10.2.0.1')}
      expect(one.judge([seen(sent, 'usb0', router)]).passed).to.equal(true)
      expect(one.judge([seen(sent, 'wlan0', router)]).passed).to.equal(false)
      expect(one.judge([seen({...other, on: 'wlan0'}, 'usb0', router)]).passed).to.equal(false)
      return expect(one.judge([])).to.include({passed: false, seen: 'nothing of it'})
    })
  }

  it('the answer to a search comes back to who searched, and is sent to whom the device heard', () => {
    const cases: [Nat[], string][] = [[[], '10.1.0.2'], [[{from: 'wlan0', to: 'usb0', multicast: 'translate'}], '10.2.0.1']]
    for (const [nat, asked] of cases) {
      const one = expectations(nat).get('ssdp-wlan0-usb0')
      const [search, answer] = stimuliOf('ssdp-wlan0-usb0', nat)
      if (!one || !search || !answer) return expect.fail('it is not asked')
      expect(search.payload?.toString()).to.match(/^M-SEARCH \* HTTP/)
      expect([formatAddress(answer.destination), answer.destinationPort]).to.deep.equal([asked, search.sourcePort])
      expect(one.judge([seen(answer, 'wlan0', {destination: address('10.1.0.2')})]).passed).to.equal(true)
      expect(one.judge([seen(answer, 'wlan0', {destination: address('10.1.0.3')})]).passed).to.equal(false)
      expect(one.judge([]).passed).to.equal(false)
    }

    return undefined
  })
})
