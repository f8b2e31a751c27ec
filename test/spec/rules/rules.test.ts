import {expect} from 'chai'

import {notVisibleInFiles, rules} from '../../../src/spec/rules/index.js'
import {checked, findingsOf, type Router} from './checked.js'
import {cases} from './cases.js'

describe('rules', () => {
  it('are M01 to M36, but for what is listed as not visible in any file', () => {
    const ids = Array.from({length: 36}, (_, index) => `M${String(index + 1).padStart(2, '0')}`)
    const known = [...rules.map(({id}) => id).filter(id => id.startsWith('M')), ...Object.keys(notVisibleInFiles)].sort()
    expect(known).to.deep.equal(ids)
  })

  it('have ids and names of their own', () => {
    expect(new Set(rules.map(({id}) => id)).size).to.equal(rules.length)
    expect(new Set(rules.map(({name}) => name)).size).to.equal(rules.length)
  })

  it('have each at least one case that triggers and one that does not', () => {
    expect([...new Set(cases.map(([id]) => id))].sort()).to.deep.equal(rules.map(({id}) => id))
  })

  it('find nothing in a router that is right', () => {
    expect(checked({}).findings).to.deep.equal([])
  })

  for (const [id, title, {wrong, right, at, count = 1, severity}] of cases) {
    it(`${id}: ${title}`, () => {
      const found = findingsOf(wrong, id)
      expect(found.map(({file, line, message}) => `${file}:${line} ${message}`)).to.have.length(count)
      expect(found.map(finding => finding.severity)).to.deep.equal(found.map(() => severity ?? rules.find(rule => rule.id === id)?.severity))
      const [first] = found
      if (at.includes('/')) expect(`${first?.file ?? ''}:${first?.line ?? 0}:${first?.column ?? 0}`).to.equal(at)
      else expect(first?.path.join('.')).to.equal(at)
      const clean: Router[] = Array.isArray(right) ? right : [right]
      for (const router of clean) {
        const {findings} = checked(router)
        expect(findings.filter(({rule}) => rule === id || !/^[MN]\d\d$/.test(rule)), 'in the router that is right').to.deep.equal([])
      }
    })
  }
})
