import {expect} from 'chai'

import {mergeDocuments} from '../../src/spec/merge.js'
import {parseDocument} from '../../src/spec/parse-document.js'

const merged = (project: string, deployment: string): ReturnType<typeof mergeDocuments> => mergeDocuments([parseDocument(project, 'brmc.yaml'), parseDocument(deployment, 'deployments/lab.yaml')])

describe('mergeDocuments', () => {
  const cases: [string, string, string, unknown][] = [
    ['a scalar replaces', 'a: 1\nb: 2', 'a: 3', {a: 3, b: 2}],
    ['maps merge deeply', 'a: {b: {c: 1, d: 2}}', 'a: {b: {c: 3}}', {a: {b: {c: 3, d: 2}}}],
    ['lists replace', 'a: [1, 2]', 'a: [3]', {a: [3]}],
    ['null removes a key', 'a: {b: 1, c: 2}', 'a: {b: null}', {a: {c: 2}}],
    ['null removes a whole map', 'a: {b: 1}\nc: 1', 'a:', {c: 1}],
    ['null of nothing is nothing', 'a: 1', 'b: null\nc: {d: null, e: 1}', {a: 1, c: {e: 1}}],
    ['a map replaces a scalar', 'a: dhcp', 'a: {b: 1}', {a: {b: 1}}],
    ['a scalar replaces a map', 'a: {b: 1}', 'a: dhcp', {a: 'dhcp'}],
    ['overlays append', 'overlays: [a, b]', 'overlays: [c]', {overlays: ['a', 'b', 'c']}],
    ['overlays alone', 'a: 1', 'overlays: [c]', {a: 1, overlays: ['c']}],
    ['overlays taken away', 'overlays: [a, b]', 'overlays: null', {}],
    ['overlays elsewhere are a list like any', 'x: {overlays: [a]}', 'x: {overlays: [b]}', {x: {overlays: ['b']}}],
    ['a null in a list stays for the schema to refuse', 'a: 1', 'b: [null]', {a: 1, b: [null]}],
    ['an empty deployment', 'a: 1', '# nothing', {a: 1}],
  ]
  for (const [title, project, deployment, value] of cases) {
    it(title, () => { expect(merged(project, deployment).value).to.deep.equal(value) })
  }

  it('leaves its inputs alone', () => {
    const project = parseDocument('a: {b: [1]}\noverlays: [x]', 'brmc.yaml')
    mergeDocuments([project, parseDocument('a: {b: [2]}\noverlays: [y]', 'd')])
    expect(project.value).to.deep.equal({a: {b: [1]}, overlays: ['x']})
  })

  it('takes __proto__ for a key like any', () => {
    const {value} = merged('a: 1', '__proto__: {polluted: true}')
    expect(({} as {polluted?: boolean}).polluted).to.equal(undefined)
    expect(Object.keys(value)).to.deep.equal(['a', '__proto__'])
  })

  const {placeOf} = merged(
    'a: 1\nm:\n  kept: 1\n  changed: 2\nl: [{x: 1}, {x: 2}]\noverlays: [one, two]\n',
    'm:\n  changed:  3\n  added: 4\nl: [{x: 5}]\noverlays:\n  - three\n',
  )
  const places: [(string | number)[], string][] = [
    [['a'], 'brmc.yaml:1:4'],
    [['m', 'kept'], 'brmc.yaml:3:9'],
    [['m', 'changed'], 'deployments/lab.yaml:2:13'],
    [['m', 'added'], 'deployments/lab.yaml:3:10'],
    [['m', 'missing'], 'brmc.yaml:2:1'],
    [['l', 0, 'x'], 'deployments/lab.yaml:4:9'],
    [['l', 1, 'x'], 'deployments/lab.yaml:4:1'],
    [['overlays', 1], 'brmc.yaml:6:17'],
    [['overlays', 2], 'deployments/lab.yaml:6:5'],
  ]
  for (const [path, place] of places) {
    it(`knows that ${path.join('.')} is from ${place}`, () => {
      const {file, line, column} = placeOf(path)
      expect(`${file}:${line}:${column}`).to.equal(place)
    })
  }

  const three = mergeDocuments([
    parseDocument('a: 1\nb: {c: 1, d: 1}\nx: 1\noverlays: [one]\n', 'brmc.yaml'),
    parseDocument('a: 2\nb: {c: 2}\nx: null\noverlays: [two]\n', 'groups/rural.yaml'),
    parseDocument('a: 3\nb: {e: 3}\noverlays: [three]\n', 'deployments/lab.yaml'),
  ])

  it('lays any number of documents over one another', () => {
    expect(three.value).to.deep.equal({a: 3, b: {c: 2, d: 1, e: 3}, overlays: ['one', 'two', 'three']})
  })

  const written: [(string | number)[], string[]][] = [
    [['a'], ['deployments/lab.yaml:1', 'groups/rural.yaml:1', 'brmc.yaml:1']],
    [['b', 'c'], ['groups/rural.yaml:2', 'brmc.yaml:2']],
    [['b', 'd'], ['brmc.yaml:2']],
    [['b', 'e'], ['deployments/lab.yaml:2']],
    [['x'], ['groups/rural.yaml:3', 'brmc.yaml:3']],
    [['overlays', 1], ['groups/rural.yaml:4']],
    [['nobody'], []],
  ]
  for (const [path, places] of written) {
    it(`knows all that wrote ${path.join('.')}`, () => {
      expect(three.placesOf(path).map(({file, line}) => `${file}:${line}`)).to.deep.equal(places)
    })
  }
})
