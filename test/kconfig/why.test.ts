import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {foreseenBreaches} from '../../src/kconfig/judge.js'
import {restsOnCompiler} from '../../src/kconfig/question.js'
import {cases} from './cases.js'
import {ask, wish} from './small-trees.js'

describe('Kconfig is asked', () => {
  for (const {title, kind, fragment, fixups, broken} of cases) {
    it(title, async () => {
      const {asked, facts} = await wish({kind, fragment, ...fixups !== undefined && {fixups}})
      const told = foreseenBreaches({kind, asked, facts, compilerKnown: true})
        .map(({symbol, asked: value, got, why, advice}) => `${symbol}: ${value} → ${got}: ${why} → ${advice.join('; ')}`)
      expect(told).to.deep.equal(broken)
    })
  }
})

describe('what Kconfig says before there is a compiler', () => {
  it('is no ground to end a run where it rests on one', async () => {
    const {asked, facts} = await wish({kind: 'linux', fragment: 'CONFIG_SHADOW_STACK=y\nCONFIG_NET_SCH_TBF=y\n'})
    const foreseen = (compilerKnown: boolean): string[] => foreseenBreaches({kind: 'linux', asked, facts, compilerKnown}).map(({symbol}) => symbol)
    expect(foreseen(true)).to.deep.equal(['CONFIG_SHADOW_STACK', 'CONFIG_NET_SCH_TBF'])
    expect(foreseen(false)).to.deep.equal(['CONFIG_NET_SCH_TBF'])
    expect(Object.values(facts).map(restsOnCompiler)).to.deep.equal([true, false])
  })

  it('may be nothing, where the sources speak a Kconfig that is not understood', async () => {
    const srctree = await mkdtemp(join(tmpdir(), 'brmc-kconfig-'))
    await writeFile(join(srctree, 'Config.in'), 'config BR2_X\n\tbool "x"\n\tforeseeable since 2031\n')
    const answer = await ask({kind: 'buildroot', srctree, environment: {}, configs: [], completeFirst: false, fixups: [], asked: []})
    await rm(srctree, {recursive: true})
    expect(answer).to.have.property('unreadable').that.includes('Config.in:3')
  })

  it('takes what a feature is as good with', async () => {
    const {asked, facts} = await wish({kind: 'linux', fragment: 'CONFIG_NFT_CT=y\n'})
    const judgement = {kind: 'linux', asked, facts, compilerKnown: true} as const
    expect(foreseenBreaches({...judgement, accepted: new Map([['CONFIG_NFT_CT', ['y', 'm']]])})).to.deep.equal([])
    expect(foreseenBreaches({...judgement, accepted: new Map([['CONFIG_NFT_CT', ['y']]])})).to.have.length(1)
  })
})
