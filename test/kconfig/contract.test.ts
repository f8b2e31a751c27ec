import {readFile} from 'node:fs/promises'

import {expect} from 'chai'

import {compareContract, fragmentLine, parseConfig, type Asked, type KernelFeature} from '../../src/kconfig/contract.js'
import {kernelFeatures} from '../../src/kconfig/features.js'

const feature = (value: Asked, withInitramfs?: KernelFeature['withInitramfs']): KernelFeature[] =>
  [{name: 'feature', reason: 'test', symbols: [{name: 'X', value}], modules: [], ...withInitramfs && {withInitramfs}}]

describe('compareContract', () => {
  const cases: [asked: Asked, config: string, got: string | undefined][] = [
    ['y', 'CONFIG_X=y\n', undefined],
    ['y', 'CONFIG_X=m\n', 'm'],
    ['y', '# CONFIG_X is not set\n', 'n'],
    ['y', 'CONFIG_XY=y\nCONFIG_AX=y\n', 'n'],
    ['y', '', 'n'],
    ['y', '#CONFIG_X=y\n', 'n'],
    ['y', 'CONFIG_X="y"\n', '"y"'],
    ['m', 'CONFIG_X=m\n', undefined],
    ['m', 'CONFIG_X=y\n', 'y'],
    ['y|m', 'CONFIG_X=y\n', undefined],
    ['y|m', 'CONFIG_X=m\r\n', undefined],
    ['y|m', '# CONFIG_X is not set', 'n'],
  ]
  for (const [asked, config, got] of cases) {
    it(`asked ${asked}, config ${JSON.stringify(config)}: ${got === undefined ? 'kept' : `broken, got ${got}`}`, () => {
      const breach = {symbol: 'CONFIG_X', asked, got, feature: 'feature'}
      expect(compareContract(feature(asked), config, {initramfs: false})).to.deep.equal(got === undefined ? [] : [breach])
    })
  }

  const initramfs: [KernelFeature['withInitramfs'], config: string, breaches: number][] = [
    [undefined, 'CONFIG_X=m\n', 1],
    ['modules', 'CONFIG_X=m\n', 0],
    ['modules', '', 1],
    ['unneeded', '', 0],
  ]
  for (const [withInitramfs, config, breaches] of initramfs) {
    it(`with an initramfs, ${withInitramfs ?? 'no help'}, ${JSON.stringify(config)}: ${breaches} breaches`, () => {
      expect(compareContract(feature('y', withInitramfs), config, {initramfs: true})).to.have.length(breaches)
    })
  }
})

describe('the kernel contract', () => {
  const debian = readFile(new URL('debian-6.12-arm64.config', import.meta.url), 'utf8')

  it("is kept by Debian's arm64 kernel, whose initramfs loads modules", async () => {
    expect(compareContract(kernelFeatures, await debian, {initramfs: true})).to.deep.equal([])
  })

  it('is not kept by that kernel alone: ext4 is a module and nothing mounts /dev', async () => {
    const symbols = compareContract(kernelFeatures, await debian, {initramfs: false}).map(({symbol}) => symbol)
    expect(symbols).to.include.members(['CONFIG_EXT4_FS', 'CONFIG_VIRTIO_BLK', 'CONFIG_DEVTMPFS_MOUNT']).and.not.include('CONFIG_IP_MROUTE')
  })

  it('tells each option that goes missing, with its feature', async () => {
    const options = [...parseConfig(await debian)].filter(([, value]) => value !== 'n')
    for (const [symbol] of options) {
      const without = options.filter(([other]) => other !== symbol).map(([other, value]) => `${other}=${value}`).join('\n')
      const breaches = compareContract(kernelFeatures, without, {initramfs: true})
      expect(breaches, symbol).to.have.length(1)
      expect(breaches[0]).to.include({symbol, got: 'n'}).and.property('feature').not.to.be.empty
    }
  })

  it('names each option once', () => {
    const names = kernelFeatures.flatMap(({symbols}) => symbols.map(({name}) => name))
    expect(names).to.have.length(new Set(names).size)
  })

  it('has every option of the 2014 post and of multicast routing for IPv4 and IPv6', () => {
    const names = kernelFeatures.flatMap(({symbols}) => symbols.map(({name}) => name))
    expect(names).to.include.members([
      'IP_MULTICAST', 'IP_MROUTE', 'IP_MROUTE_MULTIPLE_TABLES', 'IP_PIMSM_V1', 'IP_PIMSM_V2', 'IPV6', 'IPV6_MROUTE', 'IPV6_MROUTE_MULTIPLE_TABLES',
      'IPV6_PIMSM_V2', 'NETFILTER_ADVANCED', 'NETFILTER_XT_TARGET_HL', 'IP_NF_MANGLE', 'IP_NF_TARGET_TTL', 'IP_NF_TARGET_MASQUERADE', 'NF_TABLES_INET',
    ])
  })

  it('builds in what may be either, and leaves modules modules', () => {
    expect((['y', 'y|m', 'm'] as const).map(value => fragmentLine({name: 'X', value}))).to.deep.equal(['CONFIG_X=y', 'CONFIG_X=y', 'CONFIG_X=m'])
  })
})
