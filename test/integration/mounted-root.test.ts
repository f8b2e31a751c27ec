import {spawnSync} from 'node:child_process'
import {lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {writeTar} from '../../src/archive/write-tar.js'
import {planExt4} from '../../src/image/ext4/ext4.js'
import {writeImage} from '../../src/image/write-image.js'
import type {RootEntry} from '../../src/overlay/entry.js'
import {mergeLayers} from '../../src/overlay/merge-layers.js'
import {readTarLayer} from '../../src/overlay/read-tar-layer.js'
import {run} from '../../src/process/run.js'
import {EPOCH, trickyTree} from '../image/tricky-tree.js'

const options = {uuid: '01234567-89ab-8cde-8f01-23456789abcd', hashSeed: 'fedcba98-7654-8321-8fed-cba987654321', label: 'root', epoch: EPOCH}

function must(file: string, ...args: string[]): string {
  const {error, status, stdout, stderr} = spawnSync(file, args, {encoding: 'utf8', maxBuffer: 64 * 1024 * 1024})
  if (error) throw error
  expect(status, `${file} ${args.join(' ')}: ${stderr}`).to.equal(0)
  return stdout
}

/** Every attribute of every file below `folder`, a line each, as find, getfattr and sha256sum see them. */
function census(folder: string): string[] {
  const lines = must('sh', '-c', `set -e; cd "$0"
    find . -path ./lost+found -prune -o -printf '%p %y %m %U %G %T@ %l\\n' | sort
    find . -path ./lost+found -prune -o ! -type d -printf '%p %s %n\\n' | sort
    find . -type f -print0 | sort -z | xargs -0 sha256sum
    find . '(' -type b -o -type c ')' -exec stat -c '%n %t:%T' {} + | sort
    getfattr -R -h -d -m - -e hex . > "$0.attributes"; sort "$0.attributes"`, folder)
  return lines.split('\n')
}

describe('a root that the kernel mounts', function () {
  this.timeout(300_000)
  let folder: string
  let mounted: string
  before(() => {
    expect(process.getuid?.(), 'this test mounts: it has to be run as root').to.equal(0)
    folder = mkdtempSync(join(tmpdir(), 'brmc-mounted-'))
    mounted = join(folder, 'mounted')
    mkdirSync(mounted)
  })
  afterEach(() => { spawnSync('umount', [mounted]) })
  after(() => { rmSync(folder, {recursive: true, force: true}) })

  it('is what tar unpacks, in every attribute', async () => {
    const tar = join(folder, 'root.tar')
    await writeTar(tar, trickyTree(folder, {large: 3 * 1024 * 1024}).values())
    const unpacked = join(folder, 'unpacked')
    mkdirSync(unpacked)
    must('tar', '-C', unpacked, '--numeric-owner', '--xattrs', '--xattrs-include=*', '-xpf', tar)

    const layer = await readTarLayer(tar, {scratch: folder, run})
    const image = join(folder, 'root.ext4')
    await writeImage({target: image, ...planExt4(mergeLayers([layer], EPOCH), options)})
    must('mount', '-o', 'loop,ro', image, mounted)
    const found = census(mounted)
    expect(found).to.deep.equal(census(unpacked))
    expect(found.filter(line => line.startsWith('security.capability='))).to.have.length(2)
    expect(lstatSync(join(mounted, 'bin/alias')).ino).to.equal(lstatSync(join(mounted, 'a-first-name')).ino)
    expect(readlinkSync(join(mounted, 'long'))).to.equal('l'.repeat(4000))
  })

  it('is written on by the kernel and stays sound', async () => {
    const image = join(folder, 'work.ext4')
    await writeImage({target: image, ...planExt4(trickyTree(folder, {large: 3 * 1024 * 1024}), options)})
    must('mount', '-o', 'loop', image, mounted)
    must('sh', '-c', `
      set -e; cd "$0"
      for n in $(seq 300); do echo "$n" > "crowd/new-$n"; rm "crowd/a-name-of-some-length-$n"; done
      mkdir -p a/b/c && cp random a/b/c/copy && mv crowd a/ && truncate -s 5M one-block && setfattr -n user.added -v yes bin/ping
      dd if=/dev/urandom of=filler bs=1M count=20 status=none && sync`, mounted)
    must('umount', mounted)
    const {status, stdout} = spawnSync('e2fsck', ['-f', '-n', image], {encoding: 'utf8'})
    expect(status, stdout).to.equal(0)
  })

  it('shows its ACLs to programs', async () => {
    // user::rw- user:1000:r-- group::r-- mask::r-- other::---
    const acl = '0200000001000600ffffffff02000400e803000004000400ffffffff10000400ffffffff20000000ffffffff'
    const image = join(folder, 'acl.ext4')
    const entry: RootEntry = {path: 'a', type: 'file', mode: 0o640, uid: 0, gid: 0, mtime: EPOCH, size: 0, xattrs: {'system.posix_acl_access': Buffer.from(acl, 'hex')}}
    await writeImage({target: image, ...planExt4(new Map([['a', entry]]), options)})
    must('mount', '-o', 'loop,ro', image, mounted)
    expect(must('getfattr', '--absolute-names', '-n', 'system.posix_acl_access', '-e', 'hex', join(mounted, 'a'))).to.include(`=0x${acl}`)
  })

  it('grows offline to a larger card', async () => {
    const image = join(folder, 'grown.ext4')
    await writeImage({target: image, ...planExt4(trickyTree(folder, {large: 3 * 1024 * 1024}), options)})
    truncateSync(image, 2 * 1024 * 1024 * 1024)
    must('e2fsck', '-f', '-y', image)
    must('resize2fs', image)
    must('e2fsck', '-f', '-n', image)
    must('mount', '-o', 'loop,ro', image, mounted)
    expect(readFileSync(join(mounted, 'bin/ping'), 'utf8')).to.equal('ping')
  })

  it('survives a cut: the journal is replayed', async () => {
    const image = join(folder, 'cut.ext4')
    await writeImage({target: image, ...planExt4(trickyTree(folder, {large: 3 * 1024 * 1024}), options)})
    must('mount', '-o', 'loop', image, mounted)
    writeFileSync(join(mounted, 'lasting'), 'lasting')
    must('sync', '-f', mounted)
    writeFileSync(join(mounted, 'bin/later'), 'later')
    // A copy of the device while it is mounted is what a power cut leaves.
    const cut = join(folder, 'after-cut.ext4')
    must('cp', '--sparse=always', image, cut)
    must('umount', mounted)
    must('mount', '-o', 'loop', cut, mounted)
    expect(readFileSync(join(mounted, 'lasting'), 'utf8')).to.equal('lasting')
    must('umount', mounted)
    must('e2fsck', '-f', '-n', cut)
  })
})
