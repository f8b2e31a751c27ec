import {expect} from 'chai'

import {packingOf, type Packing} from '../../src/overlay/archive-name.js'
import {findingsOf} from '../spec/rules/checked.js'

describe('overlay/archive-name', () => {
  const cases: [string, Packing | undefined][] = [
    ['site.tar', 'none'],
    ['overlays/site.tar.gz', 'gzip'],
    ['site.tgz', 'gzip'],
    ['site.tar.xz', 'xz'],
    ['site.txz', 'xz'],
    ['site.tar.zst', 'zstd'],
    ['site.tzst', 'zstd'],
    ['site.tar.bz2', undefined],
    ['site.zip', undefined],
    ['tar', undefined],
    ['overlays/site', undefined],
  ]
  for (const [name, packing] of cases) {
    it(`${name} is ${packing === undefined ? 'no archive' : `an archive (${packing})`}, to brmc check too`, () => {
      expect(packingOf(name)).to.equal(packing)
      expect(findingsOf({spec: {overlays: [name]}, overlays: {[name]: 'file'}}, 'N21')).to.have.length(packing === undefined ? 1 : 0)
    })
  }
})
