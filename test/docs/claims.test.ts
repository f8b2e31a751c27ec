import {existsSync, readFileSync} from 'node:fs'

import {expect} from 'chai'

import {notVisibleInFiles, rules} from '../../src/spec/rules/index.js'
import {claimsOf} from '../claims/claims-of.js'

const page = readFileSync('docs/claims.md', 'utf8')
const claims = claimsOf(page)

describe('docs/claims.md', () => {
  it('has a row with a proof for each of the rules M01 to M36, by its name', () => {
    const wanted = [...rules.filter(({id}) => id.startsWith('M')).map(({id, name}) => `${id} ${name}`), ...Object.keys(notVisibleInFiles).map(id => `${id} (receivers)`)].sort()
    expect(claims.filter(({id}) => id.startsWith('M')).map(({id, claim}) => `${id} ${claim}`)).to.deep.equal(wanted)
  })

  it('has no row without a proof', () => {
    const rows = page.split('\n').filter(line => /^\| [A-Z]\d/.test(line))
    expect(claims).to.have.length(rows.length)
  })

  it('names tests in files that there are', () => {
    expect(claims.flatMap(({proofs}) => proofs.map(({file}) => file)).filter(file => !existsSync(file))).to.deep.equal([])
  })
})
