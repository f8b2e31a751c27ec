import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {withDeviceTable} from '../../src/overlay/device-nodes.js'
import {parseDeviceTable} from '../../src/overlay/device-table.js'
import type {RootEntry, RootTree} from '../../src/overlay/entry.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'

const EPOCH = 1_600_000_000
const common = {uid: 0, gid: 0, mtime: 1, size: 0}
const entries: RootEntry[] = [
  {path: 'usr/bin/busybox', type: 'file', mode: 0o755, ...common},
  {path: 'usr/bin/su', type: 'hardlink', target: 'usr/bin/busybox', mode: 0o755, ...common},
  {path: 'bin', type: 'symlink', target: 'usr/bin', mode: 0o777, ...common},
  {path: 'root/.ssh/authorized_keys', type: 'file', mode: 0o644, ...common},
]
const tree = mergeLayers([{name: 'base', kind: 'archive', entries}], EPOCH)

function applied(text: string): RootTree {
  return withDeviceTable(tree, parseDeviceTable(text, 'table.txt'), {file: 'table.txt', epoch: EPOCH})
}

const cases: [string, string, string, Partial<RootEntry> | undefined][] = [
  ['a device', '/dev/console c 600 0 0 5 1 - - -', 'dev/console', {type: 'character', mode: 0o600, mtime: EPOCH}],
  ['a directory', '/tmp d 1777 0 0 - - - - -', 'tmp', {type: 'directory', mode: 0o1777}],
  ['a directory and its parents', '/var/lib/x d 700 5 6', 'var/lib/x', {mode: 0o700, uid: 5, gid: 6}],
  ['a file', '/root/.ssh/authorized_keys f 600 0 0 - - - - -', 'root/.ssh/authorized_keys', {mode: 0o600}],
  ['a file through a link', '/bin/busybox f 4755 0 0', 'usr/bin/busybox', {mode: 0o4755}],
  ['a file by another of its names', '/usr/bin/su f 4755 0 0', 'usr/bin/busybox', {mode: 0o4755}],
  ['a file that may be missing', '/gone F 600 0 0', 'gone', undefined],
  ['an owner alone', '/usr/bin/busybox f -1 7 -1', 'usr/bin/busybox', {mode: 0o755, uid: 7, gid: 0}],
  ['all below a directory', '/root r 700 1000 1000', 'root/.ssh', {mode: 0o700, uid: 1000}],
  ['a fifo', '/run/pipe p 644 0 0', 'run/pipe', {type: 'fifo'}],
  ['a comment and an empty line', '# nothing\n\n/a d 755 0 0 # here', 'a', {type: 'directory'}],
]

describe('overlay/device-table', () => {
  for (const [title, text, path, expected] of cases) {
    it(title, () => {
      const entry = applied(text).get(path)
      if (expected) expect(entry).to.include(expected)
      else expect(entry).to.equal(undefined)
    })
  }

  it('counts nodes from start, minors inc apart', () => {
    const nodes = Array.from(applied('/dev/mmcblk0p b 640 0 6 179 1 1 2 3').values()).filter(({type}) => type === 'block')
    expect(nodes.map(({path, device}) => [path, device?.minor])).to.deep.equal([['dev/mmcblk0p1', 1], ['dev/mmcblk0p2', 3], ['dev/mmcblk0p3', 5]])
  })

  it('does not change the tree it was given', () => {
    applied('/usr/bin/busybox f 4755 0 0')
    expect(tree.get('usr/bin/busybox')?.mode).to.equal(0o755)
  })

  it('reports every bad line with its place', () => {
    const text = 'dev/x c 600 0 0 1 1\n/a q 600 0 0\n/b d 899 0 0\n/c d 755 root 0\n/d c 600 0 0 - -\n/../e d 755 0 0\n/f d 755 0 0 a\n|xattr cap_net_raw+ep\n/g'
    expect(() => applied(text)).to.throw(BrmcError, 'not a device table').with.property('details').that.satisfies((details: string[]) => {
      expect(details.map(line => line.split(':').slice(0, 2).join(':'))).to.deep.equal(Array.from({length: 9}, (_, index) => `table.txt:${index + 1}`))
      return true
    })
  })

  for (const [line, message] of [
    ['/gone f 600 0 0', 'table.txt:1: there is no /gone'],
    ['/root f 600 0 0', 'table.txt:1: /root is a directory, not a file'],
    ['/usr/bin/busybox d 600 0 0', 'table.txt:1: /usr/bin/busybox is a file, not a directory'],
    ['/gone r 600 0 0', 'table.txt:1: there is no /gone'],
    ['/root p 600 0 0', 'table.txt:1: /root is a directory already'],
  ] as const) {
    it(`says: ${message}`, () => {
      expect(() => applied(line)).to.throw(BrmcError).with.property('details').that.deep.equals([message])
    })
  }
})
