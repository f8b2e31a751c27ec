import {expect} from 'chai'

import {SpecSchema} from '../../src/spec/schema.js'
import {withoutSecrets} from '../../src/spec/without-secrets.js'

const spec = SpecSchema.parse({
  version: 1,
  name: 'lisbon',
  board: 'virt',
  system: {hostname: 'lisbon'},
  interfaces: {
    wlan0: {role: 'downstream', address: '192.168.2.1/24', accessPoint: {ssid: 'pi', passphrase: 'correct horse', country: 'PT'}},
    usb0: {role: 'upstream', address: 'dhcp'},
  },
})

describe('a spec without its secrets', () => {
  it('does not hold the passphrase anywhere, and is otherwise the same', () => {
    const shown = withoutSecrets(spec)
    expect(JSON.stringify(shown)).not.to.include('correct horse')
    expect(shown.interfaces['wlan0']?.accessPoint).to.include({ssid: 'pi', country: 'PT'})
    expect({...shown, interfaces: undefined}).to.deep.equal({...spec, interfaces: undefined})
    expect(shown.interfaces['usb0']).to.deep.equal(spec.interfaces['usb0'])
  })

  it('is still a spec: brmc test reads it back from a manifest', () => {
    expect(SpecSchema.safeParse(withoutSecrets(spec)).success).to.equal(true)
  })

  it('leaves the spec itself as it was', () => {
    withoutSecrets(spec)
    expect(spec.interfaces['wlan0']?.accessPoint?.passphrase).to.equal('correct horse')
  })
})
