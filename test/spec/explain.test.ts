import {expect} from 'chai'

import {explain, formatExplanation} from '../../src/spec/explain.js'
import {mergeDocuments} from '../../src/spec/merge.js'
import {parseDocument} from '../../src/spec/parse-document.js'

const merged = mergeDocuments([
  parseDocument('a: 1\nb: {c: one, gone: 1}\npackages: [iw]\nroutes: [{group: 225.0.0.1}]\n', 'brmc.yaml'),
  parseDocument('b: {c: two, gone: null}\npackages: [tcpdump]\n', 'groups/rural.yaml'),
  parseDocument('b:\n  c: three\n', 'deployments/porto.yaml'),
])
const values = explain({a: 1, b: {c: 'three'}, packages: ['tcpdump'], routes: [{group: '225.0.0.1', ttl: 1}], more: [], deep: {x: true}}, merged)

describe('an explanation', () => {
  it('has each value, who set it and what that took the place of', () => {
    expect(values.map(({path, value, from, over}) => [path, value, ...[from, ...over].map(place => place ? `${place.file}:${place.line}` : 'default')])).to.deep.equal([
      ['a', 1, 'brmc.yaml:1'],
      ['b.c', 'three', 'deployments/porto.yaml:2', 'groups/rural.yaml:1', 'brmc.yaml:2'],
      ['packages[0]', 'tcpdump', 'groups/rural.yaml:2', 'brmc.yaml:3'],
      ['routes[0]', {group: '225.0.0.1', ttl: 1}, 'brmc.yaml:4'],
      ['more', [], 'default'],
      ['deep.x', true, 'default'],
      ['b.gone', undefined, 'groups/rural.yaml:1', 'brmc.yaml:2'],
    ])
  })

  it('is a table', () => {
    expect(formatExplanation(values, {columns: 80}).split('\n')).to.deep.equal([
      'a            1                           brmc.yaml:1',
      'b.c          three                       deployments/porto.yaml:2',
      '                                         not groups/rural.yaml:1',
      '                                         not brmc.yaml:2',
      'packages[0]  tcpdump                     groups/rural.yaml:2',
      '                                         not brmc.yaml:3',
      'routes[0]    {group: 225.0.0.1, ttl: 1}  brmc.yaml:4',
      'more         []                          default',
      'deep.x       true                        default',
      'b.gone       (taken away)                groups/rural.yaml:1',
      '                                         not brmc.yaml:2',
    ])
  })

  it('fits a terminal of 80 columns, whatever is in it', () => {
    const long = 'x'.repeat(200)
    const place = {file: `deployments/${'y'.repeat(60)}.yaml`, line: 12, column: 1}
    const text = formatExplanation([{path: `interfaces.${long}`, value: long, from: place, over: [place]}, {path: 'a', value: 'b\nc', over: []}], {columns: 80})
    expect(Math.max(...text.split('\n').map(line => line.length))).to.be.at.most(80)
    expect(text).to.include('yyy.yaml:12')
  })
})
