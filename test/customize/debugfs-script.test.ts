import {expect} from 'chai'

import type {Changes} from '../../src/customize/changes.js'
import {debugfsScript} from '../../src/customize/debugfs-script.js'
import type {RootEntry} from '../../src/overlay/entry.js'

const EPOCH = 1_700_000_000
const owned = {uid: 0, gid: 0, mtime: EPOCH, size: 0}
const file = (path: string, more: Partial<RootEntry> = {}): RootEntry => ({path, type: 'file', mode: 0o644, ...owned, ...more})

function scriptOf(changes: Partial<Changes>, freedXattrBlocks: number[] = []): string[] {
  let names = 0
  return debugfsScript({
    changes: {removed: [], added: [], altered: [], ...changes}, inodes: new Map(), hostFile: () => `f${names++}`, epoch: EPOCH, inodeSize: 256, freedXattrBlocks, spareName: '.brmc-0',
  }).toString('latin1').trimEnd().split('\n')
}

describe('the script for debugfs', () => {
  const cases: [string, Partial<Changes>, string[]][] = [
    ['a file of root', {added: [file('etc/motd')]}, ['cd "/etc"', 'write f0 "motd"', 'sif "./motd" mode 0100644']],
    ['a file of somebody, of another time', {added: [file('x', {uid: 70_000, gid: 44, mode: 0o4711, mtime: 5})]},
      ['cd "/"', 'write f0 "x"', 'sif "./x" mode 0104711', 'sif "./x" uid 70000', 'sif "./x" gid 44', 'sif "./x" mtime @5']],
    ['an attribute', {added: [file('x', {xattrs: {'user.a': Buffer.from('1')}})]}, ['cd "/"', 'write f0 "x"', 'sif "./x" mode 0100644', 'ea_set -f f1 "./x" "user.a"']],
    ['what lies in one folder', {added: [file('a/b'), file('a/c')]}, ['cd "/a"', 'write f0 "b"', 'sif "./b" mode 0100644', 'write f1 "c"', 'sif "./c" mode 0100644']],
    ['a device of large numbers', {added: [{path: 'd', type: 'block', mode: 0o660, device: {major: 259, minor: 70_000}, ...owned}]},
      ['cd "/"', 'mknod "d" b 0 0', 'sif "./d" block[0] 0', 'sif "./d" block[1] 286327664', 'sif "./d" mode 060660']],
    ['one more name', {added: [file('a'), {path: 'b', type: 'hardlink', target: 'a', mode: 0o644, ...owned}]},
      ['cd "/"', 'write f0 "a"', 'sif "./a" mode 0100644', 'mknod "b" p', 'rm "./b"', 'ln "/a" "b"', 'sif "/a" links_count 2']],
    ['a folder that goes, what is in it first', {removed: [file('a/b'), {path: 'a', type: 'directory', mode: 0o755, ...owned}]}, ['cd "/a"', 'rm "./b"', 'cd "/"', 'rmdir "./a"']],
    ['a quote, a leading dash, an inode number', {removed: [file('"'), file('-f'), file('<2>')]}, ['cd "/"', 'rm "./"""', 'rm "./-f"', 'rm "./<2>"']],
    ['a name that is no UTF-8', {removed: [file('\udcff')]}, ['cd "/"', 'rm "./\u00ff"']],
    ['another owner of what is there', {altered: [{before: file('x'), after: file('x', {uid: 5})}]}, ['cd "/"', 'sif "./x" uid 5']],
  ]
  for (const [what, changes, expected] of cases) {
    it(`says: ${what}`, () => {
      expect(scriptOf(changes)).to.deep.equal(expected)
    })
  }

  it('frees blocks of attributes as the blocks of a file that goes', () => {
    expect(scriptOf({}, [7, 9])).to.deep.equal([
      'cd "/"', 'mknod ".brmc-0" p', 'sif "./.brmc-0" mode 0100600', 'sif "./.brmc-0" block[0] 7', 'sif "./.brmc-0" block[1] 9', 'rm "./.brmc-0"'])
  })

  const refused: [string, RootEntry][] = [
    ['an end of line', file('a\nrm /etc/passwd')],
    ['a carriage return', file('a\rb')],
    ['a NUL', file('a\0b')],
    ['an end of line in a folder', file('a\n/b')],
    ['an end of line in a symlink', {path: 'l', type: 'symlink', target: 'x\ny', mode: 0o777, ...owned}],
    ['a symlink to nothing', {path: 'l', type: 'symlink', target: '', mode: 0o777, ...owned}],
    ['a line that debugfs would cut', {path: 'l', type: 'symlink', target: '"'.repeat(4095), mode: 0o777, ...owned}],
    ['a name of 256 bytes', file('ü'.repeat(128))],
    ['an attribute that looks like an option', file('x', {xattrs: {'-r': Buffer.from('1')}})],
  ]
  for (const [what, entry] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => scriptOf({added: [entry]})).to.throw().with.property('code', 'OVERLAY_INVALID')
    })
  }
})
