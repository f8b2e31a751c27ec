import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import type {RootEntry} from '../../src/overlay/entry.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'
import type {Layer} from '../../src/overlay/layer.js'

const EPOCH = 1_600_000_000

function entry(path: string, type: RootEntry['type'], more: Partial<RootEntry> = {}): RootEntry {
  return {path, type, mode: type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: 1, size: 0, ...more}
}

const directory = (path: string, mode = 0o755): RootEntry => entry(path, 'directory', {mode})
const file = (path: string, text = 'x'): RootEntry => entry(path, 'file', {size: text.length, content: Buffer.from(text)})
const link = (path: string, target: string): RootEntry => entry(path, 'symlink', {target})
const hard = (path: string, target: string): RootEntry => entry(path, 'hardlink', {target})

/** Path -> what is there, in a form that reads well in an assertion. */
function merged(lower: RootEntry[], upper: RootEntry[], kind: Layer['kind'] = 'archive'): Record<string, string> {
  const tree = mergeLayers([{name: 'lower', kind: 'archive', entries: lower}, {name: 'upper', kind, entries: upper}], EPOCH)
  return Object.fromEntries(Array.from(tree.values()).filter(({path}) => path !== '').map(({path, type, mode, target, content}) => {
    if (type === 'directory') return [path, `d${mode.toString(8)}`]
    return [path, target === undefined ? (content as Buffer | undefined)?.toString() ?? type : `${type === 'hardlink' ? '=' : '>'}${target}`]
  }))
}

const usrMerge = [directory('usr'), directory('usr/lib'), link('lib', 'usr/lib'), file('usr/lib/a')]

const cases: [string, RootEntry[], RootEntry[], Record<string, string>][] = [
  ['the later file', [file('a', '1')], [file('a', '2')], {a: '2'}],
  ['a file over a directory takes what was below', [directory('a'), file('a/b'), file('ab')], [file('a', '2')], {a: '2', ab: 'x'}],
  ['a directory over a file', [file('a')], [directory('a', 0o700), file('a/b')], {a: 'd700', 'a/b': 'x'}],
  ['a parent nobody names', [], [file('a/b/c')], {a: 'd755', 'a/b': 'd755', 'a/b/c': 'x'}],
  ['a parent that is a file below', [file('a')], [file('a/b')], {a: 'd755', 'a/b': 'x'}],
  ['an archive sets a mode', [directory('root', 0o700)], [directory('root', 0o755)], {root: 'd755'}],
  ['a directory keeps its content', [directory('a'), file('a/b')], [directory('a')], {a: 'd755', 'a/b': 'x'}],
  ['a file below a merged-/usr link', usrMerge, [directory('lib'), file('lib/b')], {lib: '>usr/lib', usr: 'd755', 'usr/lib': 'd755', 'usr/lib/a': 'x', 'usr/lib/b': 'x'}],
  ['an absolute link', [directory('run'), directory('var'), link('var/run', '/run')], [file('var/run/x')], {run: 'd755', 'run/x': 'x', var: 'd755', 'var/run': '>/run'}],
  ['a link out of the root', [directory('a'), directory('b'), link('b/l', '../../../a')], [file('b/l/x')], {a: 'd755', 'a/x': 'x', b: 'd755', 'b/l': '>../../../a'}],
  ['a link that leads nowhere gives way', [link('a', 'gone')], [file('a/b')], {a: 'd755', 'a/b': 'x'}],
  ['links in a circle give way', [link('a', 'b'), link('b', 'a')], [file('a/x')], {a: 'd755', 'a/x': 'x', b: '>a'}],
  ['a file in place of a merged-/usr link', usrMerge, [file('lib')], {lib: 'x', usr: 'd755', 'usr/lib': 'd755', 'usr/lib/a': 'x'}],
  ['a whiteout', [directory('a'), file('a/b'), file('c')], [file('.wh.a')], {c: 'x'}],
  ['a whiteout below a link', usrMerge, [file('lib/.wh.a')], {lib: '>usr/lib', usr: 'd755', 'usr/lib': 'd755'}],
  ['a whiteout of nothing', [file('c')], [file('x/.wh.a')], {c: 'x'}],
  ['a whiteout spares its own layer', [file('a', '1')], [file('a', '2'), file('.wh.a')], {a: '2'}],
  ['an opaque folder', [directory('a', 0o700), file('a/b'), file('ab')], [file('a/c'), file('a/.wh..wh..opq')], {a: 'd700', 'a/c': 'x', ab: 'x'}],
  ['a hard link', [file('a'), hard('b', 'a')], [], {a: 'x', b: '=a'}],
  ['a hard link to a hard link', [file('a'), hard('b', 'a'), hard('c', 'b')], [], {a: 'x', b: '=a', c: '=a'}],
  ['a replaced file leaves its content to its other names', [file('a', '1'), hard('b', 'a'), hard('c', 'a')], [file('a', '2')], {a: '2', b: '1', c: '=b'}],
  ['a replaced name leaves the file alone', [file('a', '1'), hard('b', 'a')], [file('b', '2')], {a: '1', b: '2'}],
  ['a hard link to a lower layer', [file('a', '1')], [hard('b', 'a')], {a: '1', b: '=a'}],
  ['a hard link through a merged-/usr link', usrMerge, [hard('lib/b', 'lib/a')], {lib: '>usr/lib', usr: 'd755', 'usr/lib': 'd755', 'usr/lib/a': 'x', 'usr/lib/b': '=usr/lib/a'}],
]

describe('overlay/merge-layers', () => {
  for (const [title, lower, upper, expected] of cases) {
    it(title, () => { expect(merged(lower, upper)).to.deep.equal(expected) })
  }

  it('leaves the mode of an existing directory alone when a folder has it too', () => {
    expect(merged([directory('root', 0o700)], [directory('root'), directory('new')], 'folder')).to.deep.equal({root: 'd700', new: 'd755'})
  })

  it('has a root, and gives its time to what no layer names', () => {
    const tree = mergeLayers([{name: 'l', kind: 'folder', entries: [file('a/b')]}], EPOCH)
    expect(Array.from(tree.keys())).to.deep.equal(['', 'a', 'a/b'])
    expect(tree.get('')).to.include({mode: 0o755, mtime: EPOCH})
    expect(tree.get('a')).to.include({mode: 0o755, mtime: EPOCH})
  })

  const refusals: [string, RootEntry[], string][] = [
    ['a member below a symlink of its own layer', [link('a', '/etc'), file('a/passwd')], 'a/passwd lies below a'],
    ['a hard link to nothing', [hard('a', 'gone')], 'not there'],
    ['a hard link to a directory', [directory('d'), hard('a', 'd')], 'a directory'],
    ['a whiteout without a name', [file('a/.wh.')], 'without a name'],
    ['a root that is a file', [file('')], 'root itself'],
  ]
  for (const [title, entries, message] of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => merged([], entries)).to.throw(BrmcError, message).with.property('message').that.matches(/^upper: /)
    })
  }
})
