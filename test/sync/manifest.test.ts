import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {formatManifest, parseManifest} from '../../src/sync/manifest.js'

const HASH = 'a'.repeat(64)
const manifest = (path: string, hash = HASH): string => JSON.stringify({version: 1, files: {[path]: hash}})

describe('the manifest', () => {
  it('is read as it was written, sorted, one file a line', () => {
    const text = formatManifest(new Map([['br2-external/b', HASH], ['br2-external/a c', HASH]]))
    expect(text.split('\n').filter(line => line.includes('br2-external/'))).to.deep.equal([`    "br2-external/a c": "${HASH}",`, `    "br2-external/b": "${HASH}"`])
    expect([...parseManifest(text).keys()]).to.deep.equal(['br2-external/a c', 'br2-external/b'])
    expect(text.endsWith('}\n')).to.be.true
  })

  it('takes nothing from a path named like a prototype', () => {
    expect([...parseManifest(`{"version": 1, "files": {"__proto__": {"br2-external/x": "${HASH}"}}}`).keys()]).to.deep.equal([])
  })

  const refused: [string, string][] = [
    ['a path that leaves the tree', manifest('br2-external/../../.ssh/authorized_keys')],
    ['a path that leaves it and comes back', manifest('br2-external/a/../b')],
    ['an absolute path', manifest('/etc/passwd')],
    ['a path beside the tree', manifest('brmc.yaml')],
    ['a path that only begins like the tree', manifest('br2-external-2/x')],
    ['the tree itself', manifest('br2-external')],
    ['a folder', manifest('br2-external/x/')],
    ['an empty part', manifest('br2-external//x')],
    ['a dot', manifest('br2-external/./x')],
    ['a backslash', manifest('br2-external/..\\..\\x')],
    ['a NUL', manifest('br2-external/x\0')],
    ['a line end', manifest('br2-external/x\ny')],
    ['a hash that is none', manifest('br2-external/x', 'abc')],
    ['another version', JSON.stringify({version: 2, files: {}})],
    ['an unknown key', JSON.stringify({version: 1, files: {}, more: 1})],
    ['no files', JSON.stringify({version: 1})],
    ['a list', '[]'],
    ['broken JSON', '{"version": 1,'],
    ['merge marks', '<<<<<<< HEAD\n{"version": 1}\n'],
    ['nothing', ''],
  ]
  for (const [title, text] of refused) {
    it(`refuses ${title}`, () => {
      expect(() => parseManifest(text)).to.throw(BrmcError).with.property('code', 'TREE_CONFLICT')
    })
  }
})
