import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {StartedAhead} from '../lab/started-ahead.js'
import {findingsOf} from '../spec/rules/checked.js'
import {scenarios, type LabRun} from './scenarios.js'

const MCAST_LAB = fileURLToPath(new URL('../lab/mcast-lab', import.meta.url))
describe('what becomes of packets where a rule is broken, with the real daemon between namespaces', function () {
  this.timeout(120_000)
  let folder: string
  async function lab({conf, nft, shell, options, checks}: LabRun, name: string): Promise<string[]> {
    const at = (ending: string): string => join(folder, `${name}.${ending}`)
    await writeFile(at('conf'), conf)
    const rules = nft === undefined ? at('sh') : at('nft')
    const source = 'src=$(ip netns identify | sed s/-r\\$/-s/)'
    await writeFile(rules, nft ?? `set -- '${at('conf')}'\n${source}\n${shell ?? ''}\n`)
    await writeFile(at('smcrouted'), `#!/bin/sh\nexec smcrouted ${options ?? ''} "$@"\n`)
    await chmod(at('smcrouted'), 0o755)
    const {stdout, stderr, exitCode} = await run(MCAST_LAB, ['-c', at('conf'), '-n', rules, ...checks], {accept: [0, 1, 2], env: {SMCROUTED: at('smcrouted')}})
    return [...stdout.trim().split('\n'), ...exitCode === 2 ? [`unusable: ${stderr}`] : []]
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-claims-'))
  })
  after(async () => {
    await labs.ended()
    await rm(folder, {recursive: true})
  })

  // Each run has namespaces of its own.
  const labs = new StartedAhead(2, scenarios.map(({wrong, right}, index) => () => Promise.all([lab(wrong, `${index}-wrong`), lab(right, `${index}-right`)])))

  for (const [index, {rule, title, found, wrong, right}] of scenarios.entries()) {
    it(`${rule}: ${title}`, async () => {
      expect(findingsOf(found, rule), 'brmc check says it').to.not.deep.equal([])
      const runs = [['wrong', wrong] as const, ['right', right] as const]
      const printed = await labs.result(index)
      for (const [at, [which, {checks, complaint}]] of runs.entries()) {
        const lines = printed[at] ?? []
        expect(lines.filter(line => /^(not )?ok - (?!smcrouted )/.test(line) || line.startsWith('unusable')), which).to.deep.equal(checks.map(check => `ok - ${check}`))
        const said = lines.filter(line => !/^(not )?ok - /.test(line)).join('\n')
        if (complaint) expect(said, which).to.match(complaint)
        else expect(said, which).to.equal('')
      }
    })
  }
})
