import {expect} from 'chai'

import {DurationsSchema, mergeDurations, NO_DURATIONS, parseBuildTime} from '../../../../src/base/buildroot/log/durations.js'

const log = `1763890000.500000000:start:extract             : busybox
1763890001.750000000:end  :extract             : busybox
1763890002.000000000:start:build               : busybox
1763890002.000000000:start:build               : host-kmod
1763890012.000000000:end  :build               : host-kmod
1763890022.000000000:end  :build               : busybox
1763890030.000000000:start:build               : linux
1763899000.000000000:start:build               : linux
1763899100.000000000:end  :build               : linux
1763899100.000000000:start:install-target      : linux
`

describe('base/buildroot/log/durations', () => {
  it('reads build-time.log; of a step that was begun anew the last attempt counts, of one that never ended none', () => {
    expect(parseBuildTime(log)).to.deep.equal({
      version: 1,
      durations: {busybox: {extract: 1.25, build: 20}, 'host-kmod': {build: 10}, linux: {build: 100}},
      // 131.25 seconds of work in 1.25 + 20 + 100.
      speed: 1.08,
    })
  })

  it('passes over lines of other forms, and steps that are none', () => {
    expect(parseBuildTime('garbage\n1:start:build : \n1:start:legal : x\n2:end:legal : x\n1763890000.1:end  :build : x\n')).to.deep.equal({version: 1, durations: {}})
    expect(parseBuildTime('')).to.deep.equal(NO_DURATIONS)
  })

  it('lets no clock that was set back make a time negative', () => {
    expect(parseBuildTime('10:start:build : x\n4:end  :build : x\n').durations).to.deep.equal({x: {build: 0}})
  })

  it('mixes what was known with what is new, and keeps what was not built', () => {
    const known = parseBuildTime(log)
    const merged = mergeDurations(known, {version: 1, durations: {linux: {build: 50, 'install-target': 3}, smcroute: {build: 2}}, speed: 1.9})
    expect(merged).to.deep.equal({
      version: 1,
      durations: {busybox: {extract: 1.25, build: 20}, 'host-kmod': {build: 10}, linux: {build: 75, 'install-target': 3}, smcroute: {build: 2}},
      speed: 1.9,
    })
    expect(Object.keys(merged.durations)).to.deep.equal(['busybox', 'host-kmod', 'linux', 'smcroute'])
    expect(mergeDurations(NO_DURATIONS, known)).to.deep.equal(known)
    expect(DurationsSchema.parse(JSON.parse(JSON.stringify(merged)))).to.deep.equal(merged)
  })

  it('refuses a store of another version or with garbage in it', () => {
    for (const wrong of [{version: 2, durations: {}}, {version: 1, durations: {x: {build: -1}}}, {version: 1}]) {
      expect(DurationsSchema.safeParse(wrong).success).to.equal(false)
    }
  })
})
