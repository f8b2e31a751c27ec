import {expect} from 'chai'

import {contractError} from '../../src/kconfig/format-breaches.js'

describe('contractError', () => {
  const tbf = {
    symbol: 'CONFIG_NET_SCH_TBF', asked: 'y', got: 'n', place: {file: 'br2-external/linux-user.fragment', line: 4},
    why: 'depends on NET_SCHED, which is n (net/sched/Kconfig:6)', advice: ['add to br2-external/linux-user.fragment: CONFIG_NET_SCHED=y'],
  }

  it('tells of each option what was asked and where, what came out, why, and what to do', () => {
    const error = contractError([tbf, {symbol: 'CONFIG_IPV6', asked: 'y', got: 'm', feature: 'IPv6 multicast routing', why: 'x', advice: []}], 'nothing was compiled')
    expect(error).to.include({code: 'CONTRACT_BROKEN', exitCode: 51, message: '2 options are not as asked; nothing was compiled'})
    expect(error.details).to.deep.equal([
      'CONFIG_NET_SCH_TBF: asked y, got n (br2-external/linux-user.fragment:4)',
      '    depends on NET_SCHED, which is n (net/sched/Kconfig:6)',
      '    → add to br2-external/linux-user.fragment: CONFIG_NET_SCHED=y',
      'CONFIG_IPV6: asked y, got m (for IPv6 multicast routing)',
      '    x',
    ])
  })

  it('names a single one at once', () => {
    expect(contractError([tbf], 'nothing was compiled').message).to.equal('CONFIG_NET_SCH_TBF is not as asked; nothing was compiled')
  })
})
