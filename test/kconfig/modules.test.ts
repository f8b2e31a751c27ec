import {expect} from 'chai'

import type {KernelFeature} from '../../src/kconfig/contract.js'
import {missingModules} from '../../src/kconfig/modules.js'

const features: KernelFeature[] = [
  {name: 'bridges', reason: 'br0', symbols: [], modules: ['bridge', '8021q']},
  {name: 'random', reason: 'keys', symbols: [], modules: ['virtio-rng']},
]
const config = 'CONFIG_MODULES=y\n'

describe('missingModules', () => {
  const cases: [title: string, paths: string[], builtin: string, missing: string[]][] = [
    ['all there, compressed or not', ['kernel/net/bridge/bridge.ko.xz', 'kernel/net/8021q/8021q.ko', 'kernel/drivers/virtio-rng.ko.zst'], '', []],
    ['built in', ['kernel/net/8021q/8021q.ko.gz'], 'kernel/net/bridge/bridge.ko\nkernel/drivers/char/hw_random/virtio-rng.ko\n', []],
    ['a hyphen for an underscore', ['bridge.ko', '8021q.ko', 'virtio_rng.ko'], '', []],
    ['one missing', ['kernel/net/bridge/bridge.ko', 'virtio-rng.ko'], 'kernel/net/8021q/8021q_extra.ko\n', ['8021q']],
    ['none there', ['modules.dep', 'kernel/bridge.ko.txt'], '', ['bridge', '8021q', 'virtio-rng']],
  ]
  for (const [title, paths, builtin, missing] of cases) {
    it(title, () => {
      expect(missingModules(features, {config, paths, builtin}).map(({module}) => module)).to.deep.equal(missing)
    })
  }

  it('asks nothing of a kernel without modules, and tells the feature', () => {
    expect(missingModules(features, {config: '# CONFIG_MODULES is not set\n', paths: [], builtin: ''})).to.deep.equal([])
    expect(missingModules(features, {config, paths: ['bridge.ko', '8021q.ko'], builtin: ''})).to.deep.equal([{feature: 'random', reason: 'keys', module: 'virtio-rng'}])
  })
})
