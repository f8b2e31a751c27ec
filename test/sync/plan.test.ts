import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {manifestAfter, planSync, statusOf, type Resolutions, type SyncItem} from '../../src/sync/plan.js'

const PATH = 'br2-external/x'

interface Row {
  written?: string
  onDisk?: string
  rendered?: string
}

interface Options {
  resolutions?: Resolutions
  executable?: boolean
  generatedOnce?: boolean
}

function plan({written, onDisk, rendered}: Row, {resolutions, executable = false, generatedOnce = false}: Options = {}): SyncItem | undefined {
  return planSync({
    manifest: new Map(written === undefined ? [] : [[PATH, written]]),
    onDisk: new Map(onDisk === undefined ? [] : [[PATH, {sha256: onDisk, executable: false}]]),
    rendered: new Map(rendered === undefined ? [] : [[PATH, {sha256: rendered, executable, generatedOnce}]]),
    ...resolutions && {resolutions},
  })[0]
}

const overwrite: Resolutions = {overwrite: [PATH], keep: []}
const keep: Resolutions = {overwrite: [], keep: [PATH]}

describe('planSync', () => {
  // ARCHITECTURE: written (manifest) | on disk | rendered -> action; what --overwrite and --keep make of it; the hash remembered.
  const rows: [title: string, row: Row, action: string, overwritten: string, kept: string, remembered?: string][] = [
    ['new file', {rendered: 'w'}, 'create', 'create', 'create', 'w'],
    ['nothing changed', {written: 'w', onDisk: 'w', rendered: 'w'}, 'keep', 'keep', 'keep', 'w'],
    ['template changed', {written: 'a', onDisk: 'a', rendered: 'w'}, 'update', 'update', 'update', 'w'],
    ['deleted here, template changed', {written: 'a', rendered: 'w'}, 'create-again', 'create-again', 'create-again', 'w'],
    ['deleted here, same template', {written: 'a', rendered: 'a'}, 'create-again', 'create-again', 'create-again', 'a'],
    ['edited, same template', {written: 'a', onDisk: 'e', rendered: 'a'}, 'keep-edit', 'overwrite', 'keep-edit', 'a'],
    ['edited, changed template', {written: 'a', onDisk: 'e', rendered: 'w'}, 'conflict', 'overwrite', 'keep-edit'],
    ['not written by brmc', {onDisk: 'u', rendered: 'w'}, 'conflict', 'overwrite', 'keep-edit'],
    ['template gone', {written: 'a', onDisk: 'a'}, 'delete', 'delete', 'delete'],
    ['edited, template gone', {written: 'a', onDisk: 'e'}, 'conflict', 'delete', 'forget'],
    ['deleted here, template gone', {written: 'a'}, 'forget', 'forget', 'forget'],
    ['edited to what is rendered now', {written: 'a', onDisk: 'w', rendered: 'w'}, 'adopt', 'adopt', 'adopt', 'w'],
    ['written by a run that was cut short', {onDisk: 'w', rendered: 'w'}, 'adopt', 'adopt', 'adopt', 'w'],
  ]
  for (const [title, row, action, overwritten, kept, remembered] of rows) {
    it(`${title}: ${action}; --overwrite: ${overwritten}; --keep: ${kept}`, () => {
      expect(plan(row)).to.include({action})
      expect(plan(row)?.remember).to.equal(remembered)
      expect(plan(row, {resolutions: overwrite})).to.include({action: overwritten})
      expect(plan(row, {resolutions: keep})).to.include({action: kept})
    })
  }

  const conflicts: [Row, string][] = [
    [{written: 'a', onDisk: 'e', rendered: 'w'}, 'edited'],
    [{onDisk: 'u', rendered: 'w'}, 'unowned'],
    [{written: 'a', onDisk: 'e'}, 'template-gone'],
  ]
  for (const [row, conflict] of conflicts) it(`says why: ${conflict}`, () => expect(plan(row)).to.include({action: 'conflict', conflict}))

  it('for all conflicts at once leaves edits alone that are in nobody\'s way', () => {
    const all: Resolutions = {overwrite: 'all', keep: []}
    expect(plan({written: 'a', onDisk: 'e', rendered: 'w'}, {resolutions: all})).to.include({action: 'overwrite'})
    expect(plan({written: 'a', onDisk: 'e', rendered: 'a'}, {resolutions: all})).to.include({action: 'keep-edit'})
    expect(plan({onDisk: 'u', rendered: 'w'}, {resolutions: {overwrite: [], keep: 'all'}})).to.include({action: 'keep-edit', remember: 'w'})
    expect(plan({onDisk: 'u', rendered: 'w'}, {resolutions: {overwrite: [PATH], keep: 'all'}})).to.include({action: 'overwrite'})
  })

  it('a kept conflict is an edit from there on, until the template moves again', () => {
    const kept = plan({written: 'a', onDisk: 'e', rendered: 'w'}, {resolutions: keep})
    expect(plan({written: kept?.remember ?? '', onDisk: 'e', rendered: 'w'})).to.include({action: 'keep-edit'})
    expect(plan({written: kept?.remember ?? '', onDisk: 'e', rendered: 'x'})).to.include({action: 'conflict'})
  })

  const bad: [string, Resolutions][] = [
    ['a path that is not part of the tree', {overwrite: ['br2-external/y'], keep: []}],
    ['both for one path', {overwrite: [PATH], keep: [PATH]}],
    ['both for all', {overwrite: 'all', keep: 'all'}],
  ]
  for (const [title, resolutions] of bad) {
    it(`refuses ${title}`, () => expect(() => plan({rendered: 'w'}, {resolutions})).to.throw(BrmcError).with.property('code', 'USAGE'))
  }

  it('makes a file for the user once, and never again looks at it or remembers it', () => {
    expect(plan({rendered: 'w'}, {generatedOnce: true})).to.deep.equal({path: PATH, action: 'create'})
    expect(plan({onDisk: 'mine', rendered: 'w'}, {generatedOnce: true})).to.deep.equal({path: PATH, action: 'keep'})
    expect(plan({onDisk: 'mine', rendered: 'w'}, {generatedOnce: true, resolutions: overwrite})).to.include({action: 'keep'})
  })

  it('writes a script again that lost its executable bit', () => {
    expect(plan({written: 'w', onDisk: 'w', rendered: 'w'}, {executable: true})).to.include({action: 'update'})
  })

  it('sorts by path, and remembers what the manifest is to hold', () => {
    const file = {sha256: 'w', executable: false}
    const result = planSync({manifest: new Map([['br2-external/b', 'a']]), onDisk: new Map(), rendered: new Map([['br2-external/c', file], ['br2-external/a', file]])})
    expect(result.map(({path, action}) => `${action} ${path}`)).to.deep.equal(['create br2-external/a', 'forget br2-external/b', 'create br2-external/c'])
    expect([...manifestAfter(result)]).to.deep.equal([['br2-external/a', 'w'], ['br2-external/c', 'w']])
  })

  it('drift is what generating again would change or stop at', () => {
    const drifting = rows.filter(([, row]) => {
      const item = plan(row)
      return item !== undefined && statusOf([item]).drift.length > 0
    }).map(([, , action]) => action)
    expect(new Set(drifting)).to.deep.equal(new Set(['create', 'update', 'create-again', 'conflict', 'delete']))
  })
})
