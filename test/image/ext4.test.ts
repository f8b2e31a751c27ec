import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {planExt4, type Ext4Options} from '../../src/image/ext4/ext4.js'
import {writeImage} from '../../src/image/write-image.js'
import type {RootEntry, RootTree} from '../../src/overlay/entry.js'
import {judge, ownFolder} from './on-disk.js'
import {CAPABILITY, EPOCH, trickyTree} from './tricky-tree.js'

const MIB = 1024 * 1024
const options: Ext4Options = {
  uuid: '01234567-89ab-8cde-8f01-23456789abcd',
  hashSeed: 'fedcba98-7654-8321-8fed-cba987654321',
  label: 'root',
  epoch: EPOCH,
  headRoom: {bytes: 4 * MIB, inodes: 100},
}

function treeOf(...entries: RootEntry[]): RootTree {
  return new Map(entries.map(entry => [entry.path, entry]))
}

const owned = {uid: 0, gid: 0, mtime: 1, size: 0}
const empty = treeOf()
/** More inodes than a group of blocks holds, and hardly a block for them. */
const hollow = treeOf(...Array.from({length: 70}, (_, folder): RootEntry => ({path: `${folder}`, type: 'directory', mode: 0o755, ...owned})),
  ...Array.from({length: 70_000}, (_, file): RootEntry => ({path: `${file % 70}/${file}`, type: 'file', mode: 0o644, ...owned})))

describe('image/ext4', () => {
  const folder = ownFolder('ext4')

  async function written(tree: RootTree, more: Partial<Ext4Options> = {}): Promise<string> {
    const target = join(folder(), 'root.ext4')
    await writeImage({target, ...planExt4(tree, {...options, ...more}), hash: {image: false, ranges: false}})
    return target
  }

  /** e2fsck has nothing to say but its passes and the summary. */
  function expectClean(image: string): void {
    const {status, stdout} = judge('e2fsck', ['-f', '-n', image])
    expect(stdout.trimEnd().split('\n').filter(line => !/^Pass \d/.test(line)), stdout).to.have.length(1)
    expect(status).to.equal(0)
  }

  function debugfs(image: string, command: string): string {
    const {stdout, stderr} = judge('debugfs', ['-R', command, image])
    // debugfs ends with 0 whatever happens: what it says counts.
    expect(stderr.split('\n').slice(1).join('').trim()).to.equal('')
    return stdout
  }

  describe('a tricky tree', () => {
    it('is clean for e2fsck and holds what was put in', async function () {
      this.timeout(60_000)
      const tree = trickyTree(folder())
      const image = await written(tree)
      expectClean(image)
      const {stdout} = judge('dumpe2fs', ['-h', image])
      expect(stdout).to.match(/Filesystem UUID: +01234567-89ab-8cde-8f01-23456789abcd/)
      expect(stdout).to.match(/Directory Hash Seed: +fedcba98-7654-8321-8fed-cba987654321/)
      expect(stdout).to.match(/Filesystem volume name: +root\n/)
      expect(stdout).to.match(/Filesystem state: +clean/)
      expect(/Filesystem features: +(.*)/.exec(stdout)?.[1]?.split(' ')).to.deep.equal([
        'has_journal', 'ext_attr', 'filetype', 'extent', 'flex_bg', 'sparse_super', 'large_file', 'huge_file', 'dir_nlink', 'extra_isize', 'metadata_csum',
      ])

      // debugfs prints owners as signed numbers.
      const cases: [string, RegExp][] = [
        ['stat /bin/su', /Type: regular +Mode: +04755 .*Links: 3/s],
        ['stat /owner', /Mode: +0000 .*User: -294967296 +Group: 70000/s],
        ['stat /tmp', /Type: directory +Mode: +01777/],
        ['stat /dev/console', /Type: character special .*Device major\/minor number: 05:01/s],
        ['stat /dev/large', /Type: block special .*Device major\/minor number: 259:70000/s],
        ['stat /dev/pipe', /Type: FIFO +Mode: +0622/],
        ['stat /short', new RegExp(`Fast link dest: "${'s'.repeat(59)}"`)],
        ['stat /medium', /Type: symlink .*Size: 60/s],
        ['stat /new', /mtime: 0x2a05f200:00000001/],
        ['stat /lost+found', /Inode: 11 +Type: directory +Mode: +0700/],
        ['ea_list /bin/ping', /security.capability \(20\)/],
        ['ea_list /xattr/many', /user.b \(1\).*user.large \(2000\).*trusted.empty \(0\).*security.capability \(20\)/s],
      ]
      for (const [command, expected] of cases) expect(debugfs(image, command), command).to.match(expected)
      const out = join(folder(), 'capability')
      debugfs(image, `ea_get -f ${out} /xattr/many security.capability`)
      expect(readFileSync(out).equals(CAPABILITY)).to.be.true
    })

    it('gives every body back to debugfs', async function () {
      this.timeout(60_000)
      const tree = trickyTree(folder(), {large: 3 * MIB})
      const image = await written(tree)
      const out = join(folder(), 'out')
      mkdirSync(out)
      // As nobody but root can, debugfs cannot chown; it says so and goes on.
      judge('debugfs', ['-R', `rdump / ${out}`, image])
      for (const {path, type, content, size} of tree.values()) {
        if (type !== 'file') continue
        const expected = Buffer.isBuffer(content) ? content : content ? readFileSync(content.file) : Buffer.alloc(0)
        const found = path === 'owner' ? Buffer.alloc(0) : readFileSync(join(out, path))
        expect(found.length, path).to.equal(size)
        expect(found.equals(expected), path).to.be.true
      }
    })
  })

  const sizes: [string, RootTree, Partial<Ext4Options>][] = [
    ['an empty tree', empty, {}],
    ['one group, to the last block', empty, {size: 128 * MIB}],
    ['a second group of one MiB', empty, {size: 129 * MIB}],
    ['30 groups, with copies of the superblock in seven', empty, {size: 3800 * MIB}],
    ['70,000 files with nothing in them', hollow, {headRoom: {bytes: 0, inodes: 0}}],
    ['tables that reach over the second superblock', empty, {size: 400 * MIB, headRoom: {inodes: 130_000}}],
    ['more than 16 groups of files', treeOf({path: 'a', type: 'file', mode: 0o644, ...owned, size: 2600 * MIB, content: {file: '/dev/zero', offset: 0}}), {}],
  ]
  for (const [title, tree, more] of sizes) {
    it(`is clean for e2fsck with ${title}`, async function () {
      this.timeout(120_000)
      const image = await written(tree, more)
      expectClean(image)
    })
  }

  it('keeps a file of more extents than an inode holds', async function () {
    this.timeout(60_000)
    const image = await written(treeOf({path: 'a', type: 'file', mode: 0o644, ...owned, size: 700 * MIB, content: {file: '/dev/zero', offset: 0}}))
    expectClean(image)
    expect(debugfs(image, 'extents /a')).to.match(/^ ?1\/ 1 +\d/m)
  })

  it('leaves at least the room that was asked for', () => {
    for (const bytes of [0, 10 * MIB, 1000 * MIB]) {
      const {freeBytes, freeInodes} = planExt4(empty, {...options, headRoom: {bytes, inodes: 5000}})
      expect(freeBytes).to.be.within(bytes, bytes + 2 * MIB)
      expect(freeInodes).to.be.at.least(5000)
    }
  })

  it('gives the same bytes twice, whatever the order of the entries', () => {
    const tree = trickyTree(folder(), {large: MIB})
    const digest = (shuffled: RootTree): string => {
      const hash = createHash('sha256')
      for (const {offset, size, content} of planExt4(shuffled, options).regions) {
        hash.update(`${offset} ${size}`).update(Buffer.isBuffer(content) ? content : JSON.stringify(content ?? null))
      }

      return hash.digest('hex')
    }

    expect(digest(new Map([...tree].reverse()))).to.equal(digest(tree))
  })

  it('keeps ACLs in ext4’s own form', async () => {
    // user::rw- user:1000:r-- group::r-- mask::r-- other::---
    const acl = Buffer.from('0200000001000600ffffffff02000400e803000004000400ffffffff10000400ffffffff20000000ffffffff', 'hex')
    const image = await written(treeOf({path: 'a', type: 'file', mode: 0o640, ...owned, xattrs: {'system.posix_acl_access': acl}}))
    expectClean(image)
    const out = join(folder(), 'acl')
    debugfs(image, `ea_get -f ${out} /a system.posix_acl_access`)
    // debugfs gives 0 for the owner of an entry that names nobody, where the kernel gives -1.
    expect(readFileSync(out).toString('hex')).to.equal(acl.toString('hex').replaceAll('ffffffff', '00000000'))
  })

  const refusals: [string, RootTree, Partial<Ext4Options>, string, RegExp][] = [
    ['a size that is too small', treeOf({path: 'a', type: 'file', mode: 0, ...owned, size: 50 * MIB, content: {file: 'a', offset: 0}}), {size: 40 * MIB}, 'IMAGE_TOO_SMALL', /needs 5\d MiB .* has 40 MiB/],
    ['a size with too few inodes', hollow, {size: 60 * MIB}, 'IMAGE_TOO_SMALL', /has 70072 files, and a partition of 60 MiB holds 32757/],
    ['a name that is too long', treeOf({path: 'n'.repeat(256), type: 'file', mode: 0, ...owned}), {}, 'OVERLAY_INVALID', /cannot hold/],
    ['a file without a directory', treeOf({path: 'a/b', type: 'file', mode: 0, ...owned}), {}, 'OVERLAY_INVALID', /cannot hold/],
    ['attributes beyond a block', treeOf({path: 'a', type: 'file', mode: 0, ...owned, xattrs: {'user.x': Buffer.alloc(4096)}}), {}, 'OVERLAY_INVALID', /\/a has more extended attributes/],
    ['an attribute of no known kind', treeOf({path: 'a', type: 'file', mode: 0, ...owned, xattrs: {'mine.x': Buffer.alloc(1)}}), {}, 'OVERLAY_INVALID', /mine.x/],
    ['a hard link to nothing', treeOf({path: 'a', type: 'hardlink', target: 'b', mode: 0, ...owned}), {}, 'OVERLAY_INVALID', /cannot hold/],
  ]
  for (const [title, tree, more, code, message] of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => planExt4(tree, {...options, ...more})).to.throw(BrmcError, message).with.property('code', code)
    })
  }

  it('is what mke2fs and debugfs can go on with', async () => {
    const image = await written(empty)
    const file = join(folder(), 'added')
    writeFileSync(file, Buffer.alloc(100_000, 'n'))
    expect(judge('debugfs', ['-w', '-R', `write ${file} added`, image]).stdout).to.match(/Allocated inode: 12/)
    expectClean(image)
  })
})
