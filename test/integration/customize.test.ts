import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, openSync, closeSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {encodeTarHeader} from '../../src/archive/tar-header.js'
import {writeTar} from '../../src/archive/write-tar.js'
import {BrmcError, type ErrorCode} from '../../src/errors.js'
import {readSha256} from '../../src/files/read-sha256.js'
import type {RootEntry} from '../../src/overlay/entry.js'
import {customizeImage, type CustomizedImage, type CustomizeRequest} from '../../src/workflow/customize-image.js'
import {CAPABILITY} from '../image/tricky-tree.js'
import {makeStranger, must, type Stranger} from '../lab/stranger-image.js'

const owned = {uid: 0, gid: 0, mtime: 1_600_000_000, size: 0}
const MIB = 2 ** 20

describe('brmc customize', function () {
  this.timeout(300_000)
  let folder: string
  let strangers: Record<'dos' | 'gpt', Stranger>
  const sums = new Map<string, string>()

  before(async () => {
    expect(process.getuid?.(), 'this test mounts: it has to be run as root').to.equal(0)
    folder = mkdtempSync(join(tmpdir(), 'brmc-customize-'))
    strangers = {dos: makeStranger(join(folder, 'mbr.img'), {table: 'dos'}), gpt: makeStranger(join(folder, 'gpt.img'), {table: 'gpt'})}
    for (const {image} of Object.values(strangers)) sums.set(image, await readSha256(image))
  })
  afterEach('no image was touched', async () => {
    for (const [image, sum] of sums) expect(await readSha256(image), image).to.equal(sum)
  })
  after(() => { rmSync(folder, {recursive: true, force: true}) })

  /** A folder of a test's own below the shared one. */
  const own = (): string => mkdtempSync(join(folder, 'test-'))

  async function customize(request: Partial<CustomizeRequest> & Pick<CustomizeRequest, 'image' | 'output'>): Promise<CustomizedImage> {
    return customizeImage({overlays: [], bootOverlays: [], reporting: {renderer: 'silent', signal: new AbortController().signal}, ...request})
  }

  /** The error of a run that has to fail, with nothing left behind. */
  async function refused(code: ErrorCode, request: Partial<CustomizeRequest> & Pick<CustomizeRequest, 'image' | 'output'>): Promise<BrmcError> {
    const place = join(request.output, '..')
    const before = readdirSync(place).sort()
    const error = await customize(request).then(() => undefined, (thrown: unknown) => thrown)
    expect(error, `it was not refused as it should be: ${String(error)}`).to.be.instanceOf(BrmcError)
    const known = error as BrmcError
    expect(known.code, `${known.message} ${known.details.join('\n')}`).to.equal(code)
    expect(readdirSync(place).sort()).to.deep.equal(before)
    return known
  }

  async function tarOf(entries: readonly RootEntry[], name = 'overlay.tar'): Promise<string> {
    const tar = join(own(), name)
    await writeTar(tar, entries)
    return tar
  }

  /** An archive that makes `name` one more name of what is not in it. */
  function linkTar(name: string, linkname: string): string {
    const tar = join(own(), 'link.tar')
    writeFileSync(tar, Buffer.concat([encodeTarHeader({...owned, name, linkname, mode: 0o755, typeflag: '1', major: 0, minor: 0}), Buffer.alloc(1024)]))
    return tar
  }

  function tree(files: Record<string, string>): string {
    const top = own()
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(top, path, '..'), {recursive: true})
      writeFileSync(join(top, path), content)
    }

    return top
  }

  function expectSound(image: string, {rootOffset, bootOffset}: Stranger): void {
    must('e2fsck', ['-f', '-n', `${image}?offset=${rootOffset}`])
    const fat = join(own(), 'fat')
    must('dd', [`if=${image}`, `of=${fat}`, 'bs=1M', `skip=${bootOffset / MIB}`, 'count=40', 'conv=sparse', 'status=none'])
    must('fsck.fat', ['-n', fat])
  }

  /** What the kernel sees in the root: a line for each attribute of each file; directories' times are left out, for they tell when, not what. */
  function census(image: string, {rootOffset, rootBytes}: Stranger, change?: string): string[] {
    const mounted = join(own(), 'mounted')
    mkdirSync(mounted)
    must('mount', ['-o', `loop,${change === undefined ? 'ro,noload' : 'rw'},offset=${rootOffset},sizelimit=${rootBytes}`, image, mounted])
    try {
      return must('bash', ['-c', `set -e; cd "$0"
        ${change ?? ''}
        find . -path ./lost+found -prune -o -type d -printf '%p %y %m %U %G\\n' | sort
        find . ! -type d -printf '%p %y %m %U %G %s %n %l\\n' | sort
        find . -type f -printf '%p %T@\\n' | sort
        find . -type f -print0 | sort -z | xargs -0 sha256sum
        find . '(' -type b -o -type c ')' -exec stat -c '%n %t:%T' {} + | sort
        getfattr -R -h -d -m - -e hex . | awk '/^# file/ {name = $0; next} NF {print name, $0}' | sort`, mounted]).split('\n')
    } finally {
      must('umount', [mounted])
    }
  }

  const without = (lines: readonly string[], others: readonly string[]): string[] => {
    const known = new Set(others)
    return lines.filter(line => !known.has(line))
  }

  const body = (bytes: Buffer | string): Pick<RootEntry, 'content' | 'size'> => ({content: Buffer.from(bytes), size: Buffer.byteLength(bytes)})
  const file = (path: string, more: Partial<RootEntry> = {}): RootEntry => ({path, type: 'file', mode: 0o644, ...owned, ...more})

  /** Every kind of entry, and names that mean something to debugfs, to a shell or to nobody. */
  const everyKind: RootEntry[] = [
    {path: 'lib', type: 'directory', mode: 0o755, ...owned},
    file('lib/modules/6.1/merged.ko', body('merged /usr')),
    {path: 'bin/su', type: 'file', mode: 0o4755, ...owned, ...body('setuid')},
    file('bin/caps', {mode: 0o750, gid: 44, ...body('caps'), xattrs: {'security.capability': CAPABILITY}}),
    file('usr/bin/tool', {mode: 0o755, uid: 33, gid: 44, ...body('one name of three is another file now')}),
    file('etc/hostname', body('site\n')),
    file('var/lib/thing/big', {...body('x'), xattrs: {'user.large': Buffer.alloc(2000, 'v'), 'user.empty': Buffer.alloc(0)}}),
    {path: 'var/lib/thing/folder', type: 'directory', mode: 0o2770, ...owned, uid: 70_000, gid: 4_000_000_000, xattrs: {'user.note': Buffer.from([0, 255, 10])}},
    {path: 'home/pi/defaults/through-a-link', type: 'file', mode: 0o600, ...owned, ...body('lands in /etc/default')},
    {path: 'dev/console', type: 'character', mode: 0o600, device: {major: 5, minor: 1}, ...owned},
    {path: 'dev/large', type: 'block', mode: 0o660, device: {major: 259, minor: 70_000}, ...owned, gid: 6},
    {path: 'dev/wide', type: 'character', mode: 0o660, device: {major: 4000, minor: 3}, ...owned},
    {path: 'dev/pipe', type: 'fifo', mode: 0o622, ...owned},
    {path: 'links/short', type: 'symlink', target: 's'.repeat(59), mode: 0o777, ...owned},
    {path: 'links/medium', type: 'symlink', target: 'm'.repeat(60), mode: 0o777, ...owned, uid: 7},
    {path: 'links/long', type: 'symlink', target: 'l'.repeat(4000), mode: 0o777, ...owned},
    {path: 'links/quoted', type: 'symlink', target: '/a "b" ""c\t; rm -rf <2> \\', mode: 0o777, ...owned},
    file('one', {mode: 0o640, ...body('three names')}),
    {path: 'two', type: 'hardlink', target: 'one', mode: 0o640, ...owned},
    {path: 'usr/share/many/three', type: 'hardlink', target: 'one', mode: 0o640, ...owned},
    file('tmp', body('a file where a directory was')),
    {path: 'usr/bin/tool-third', type: 'directory', mode: 0o755, ...owned},
    file('usr/bin/tool-third/below', body('a directory where a file was')),
    file(`names/${'n'.repeat(255)}`, body('long')),
    file(`names/ü${'日'.repeat(84)}`, body('long in bytes')),
    file('names/a "quoted" name', body('1')),
    file('names/"', body('2')),
    file('names/""', body('3')),
    file('names/ space at both ends ', body('4')),
    file('names/<2>', body('5')),
    file('names/-w', body('6')),
    file('names/#comment', body('7')),
    file('names/tab\tand \\ and $(reboot) `reboot` ; rm *', body('8')),
    file('<12>/in a folder like an inode', body('9')),
    file('empty'),
    file('zeros', body(Buffer.alloc(300_000))),
    file('blocks', body(Buffer.alloc(8193, 'b'))),
    file('new', {mtime: 5_000_000_000}),
    ...Array.from({length: 3000}, (_, index) => file(`usr/share/many/new-${index}`, body(String(index)))),
    ...Array.from({length: 700}, (_, index): RootEntry => ({path: `var/lib/names/of-one-file-${index}`, type: 'hardlink', target: 'one', mode: 0o640, ...owned})),
  ]
  const whiteouts = ['usr/share/many/.wh.a-name-of-some-length-7', 'var/log/.wh.old', 'var/lib/thing/.wh.big-too', 'usr/bin/.wh.tool-again', ...Array.from({length: 900}, (_, index) => `usr/share/many/.wh.a-name-of-some-length-${index + 500}`)]

  for (const table of ['dos', 'gpt'] as const) {
    it(`makes of a stranger's root (${table}) what the kernel and tar make of it`, async () => {
      const stranger = strangers[table]
      const output = join(own(), 'out.img')
      const tar = await tarOf(everyKind)
      const removals = await tarOf(whiteouts.map(path => file(path)), 'whiteouts.tar')
      await customize({image: stranger.image, output, overlays: [removals, tar, linkTar('usr/bin/ping-too', 'usr/bin/ping')]})
      expectSound(output, stranger)

      const byKernel = join(own(), 'kernel.img')
      copyFileSync(stranger.image, byKernel)
      const gone = whiteouts.map(path => path.replace('.wh.', '')).join('\n')
      writeFileSync(join(folder, 'gone'), gone)
      // To tar a file is not worth a directory; a link to /etc would lead it to this machine's own.
      const expected = census(byKernel, stranger, `xargs -d '\\n' rm -rf < ${join(folder, 'gone')}; rm -rf tmp usr/bin/tool-third; mkdir -p var/lib/names; tar --keep-directory-symlink --numeric-owner --xattrs --xattrs-include='*' --exclude='*/defaults/*' -xpf ${tar}; printf 'lands in /etc/default' > etc/default/through-a-link; chmod 600 etc/default/through-a-link; touch -d @1600000000 etc/default/through-a-link; ln usr/bin/ping usr/bin/ping-too`)
      const ours = census(output, stranger)
      // What one has and the other has not is all that is worth reading of thirteen thousand lines.
      expect({ours: without(ours, expected), kernels: without(expected, ours)}).to.deep.equal({ours: [], kernels: []})
    })
  }

  it('puts files of a boot partition where the running system has them, and where --boot-overlay says', async () => {
    const stranger = strangers.dos
    const output = join(own(), 'out.img')
    const overlay = tree({'boot/firmware/config.txt': 'arm_64bit=0\n', 'boot/firmware/Overlays/my-own-overlay.dtbo': 'dt', 'boot/firmware/new folder/a long name.txt': 'long', 'boot/firmware/.wh.old': '', 'etc/hostname': 'site\n'})
    const {changes} = await customize({image: stranger.image, output, overlays: [overlay], bootOverlays: [tree({'ssh': '', '.wh.kernel8.img': ''})]})
    expectSound(output, stranger)
    const at = `${output}@@${stranger.bootOffset}`
    expect(must('mdir', ['-/', '-b', '-i', at, '::']).trim().split('\n').sort()).to.deep.equal([
      '::/cmdline.txt', '::/config.txt', '::/new folder/', '::/new folder/a long name.txt', '::/overlays/', '::/overlays/my-own-overlay.dtbo', '::/overlays/vc4-kms-v3d-pi5.dtbo', '::/ssh'])
    expect(['config.txt', 'new folder/a long name.txt'].map(path => must('mtype', ['-i', at, `::/${path}`]))).to.deep.equal(['arm_64bit=0\n', 'long'])
    expect(changes.filter(({on}) => on === 'boot').map(({change, path}) => `${change} ${path}`)).to.include.members(['replaced /boot/firmware/config.txt', 'added /boot/firmware/ssh', 'removed /boot/firmware/kernel8.img'])
    expect(must('debugfs', ['-R', 'ls -p /boot/firmware', `${output}?offset=${stranger.rootOffset}`])).to.not.include('config.txt')
  })

  it('takes names that are no UTF-8, and what is declared beside an overlay, by the names of the image\'s own accounts', async () => {
    const stranger = strangers.gpt
    const output = join(own(), 'out.img')
    const overlay = tree({'srv/film': 'x'})
    writeFileSync(Buffer.concat([Buffer.from(`${overlay}/srv/`), Buffer.from([0x66, 0xff, 0x22, 0xe4])]), 'latin')
    writeFileSync(`${overlay}.meta.yaml`, 'remove: [var/log/old]\npaths:\n  srv/film: {owner: video, group: video, mode: "2750"}\n  etc/hostname: {mode: "0600"}\n')
    const {changes} = await customize({image: stranger.image, output, overlays: [overlay]})
    expectSound(output, stranger)
    const seen = census(output, stranger)
    expect(seen).to.include.members(['./srv/film f 2750 1234 44 1 1 ', './etc/hostname f 600 0 0 12 1 '])
    expect(must('debugfs', ['-R', 'ls -p /srv', `${output}?offset=${stranger.rootOffset}`])).to.match(/f.+"/)
    expect(changes.map(({change, path}) => `${change} ${path}`)).to.include.members(['altered /etc/hostname', 'removed /var/log/old/deep/x', 'added /srv/f\udcff"\udce4'])
  })

  it('gives the same bytes for the same overlays, whatever the time', async () => {
    const overlay = tree({'etc/hostname': 'site\n', 'usr/share/many/more': 'm', 'boot/firmware/new/x.txt': 'x', 'new/folder/file': 'f'})
    const outputs = [join(own(), 'a.img'), join(own(), 'b.img')]
    for (const output of outputs) {
      await customize({image: strangers.gpt.image, output, overlays: [overlay, await tarOf([file('from/tar', body('tar'))])]})
      await new Promise(resolve => { setTimeout(resolve, 2100) })
    }

    expect(readFileSync(outputs[0] ?? '').equals(readFileSync(outputs[1] ?? ''))).to.equal(true)
  })

  const makers: [string, readonly string[]][] = [
    ['ext2 of 1 KiB blocks and 128-byte inodes, without hashed directories', ['-t', 'ext2', '-b', '1024', '-I', '128', '-O', '^dir_index']],
    ['ext3 of 128-byte inodes', ['-t', 'ext3', '-I', '128']],
    ['ext4 with 64-bit block numbers and checksums', ['-t', 'ext4', '-O', '64bit,metadata_csum']],
    ['ext4 without a journal and without checksums', ['-t', 'ext4', '-O', '^has_journal,^metadata_csum,^64bit']],
  ]
  for (const [what, mke2fs] of makers) {
    it(`changes an ${what}`, async () => {
      const place = own()
      const stranger = makeStranger(join(place, 'other.img'), {table: 'dos', mke2fs})
      const output = join(place, 'out.img')
      const entries = everyKind.filter(({path}) => path !== 'var/lib/thing/big' && path !== 'links/long' && path !== 'new')
      await customize({image: stranger.image, output, overlays: [await tarOf(whiteouts.map(path => file(path))), await tarOf(entries)]})
      expectSound(output, stranger)
      const names = must('debugfs', ['-R', 'ls -p /usr/share/many', `${output}?offset=${stranger.rootOffset}`])
      expect(names.match(/new-/g)).to.have.length(3000)
      expect(names).to.not.include('length-777')
    })
  }

  it('gives back the attributes that files shared, when some or all of them go', async () => {
    const place = own()
    const stranger = makeStranger(join(place, 'shared.img'), {table: 'dos', mke2fs: ['-t', 'ext4', '-I', '128']})
    // The kernel lets files of the same attributes share one block.
    census(stranger.image, stranger, 'for n in 1 2 3 4; do echo $n > same-$n; setfattr -n user.same -v "$(printf %0500d 0)" same-$n; done; sync')
    for (const gone of [['same-1'], ['same-1', 'same-2', 'same-3', 'same-4']]) {
      const output = join(own(), 'out.img')
      await customize({image: stranger.image, output, overlays: [tree(Object.fromEntries(gone.map(name => [`.wh.${name}`, ''])))]})
      expectSound(output, stranger)
    }
  })

  it('refuses to write over the image, under whatever name', async () => {
    const {image} = strangers.dos
    const place = own()
    symlinkSync(image, join(place, 'link.img'))
    linkSync(image, join(place, 'same.img'))
    for (const output of [image, join(place, 'link.img'), join(place, 'same.img')]) expect((await refused('USAGE', {image, output})).message).to.include('never changed')
  })

  it('foretells that the root would be full, and of the boot partition says so', async () => {
    const {image} = strangers.dos
    const place = own()
    const large = tree({'var/large': ''})
    appendFileSync(join(large, 'var/large'), Buffer.alloc(200 * MIB, 1))
    expect((await refused('IMAGE_TOO_SMALL', {image, output: join(place, 'out.img'), overlays: [large]})).message).to.match(/MiB free/)
    expect((await refused('IMAGE_TOO_SMALL', {image, output: join(place, 'out.img'), bootOverlays: [large]})).suggestions.join()).to.include('.wh.')
  })

  const damages: [string, (stranger: Stranger) => void, RegExp][] = [
    ['a root that was in use', ({image, rootOffset}) => { must('debugfs', ['-w', '-R', 'feature needs_recovery', `${image}?offset=${rootOffset}`]) }, /journal has to be replayed/],
    ['a root with a wrong bitmap', ({image, rootOffset}) => { must('debugfs', ['-w', '-R', 'freeb 3000 400', `${image}?offset=${rootOffset}`]) }, /is damaged/],
    ['a root whose directory leads nowhere', ({image, rootOffset}) => { must('debugfs', ['-w', '-R', 'clri /etc', `${image}?offset=${rootOffset}`]) }, /is damaged/],
    ['an encrypted root', ({image, rootOffset}) => { overwrite(image, rootOffset, Buffer.concat([Buffer.from('4c554b53babe', 'hex'), Buffer.alloc(4096)])) }, /no root file system/],
    ['a root of btrfs', ({image, rootOffset}) => { overwrite(image, rootOffset + 1024, Buffer.alloc(1024)); overwrite(image, rootOffset + 0x1_0040, Buffer.from('_BHRfS_M')) }, /no root file system/],
    ['no partition table', ({image}) => { overwrite(image, 0, Buffer.alloc(MIB)) }, /no partition table/],
    ['an image that was cut short', ({image}) => { must('truncate', ['-s', '60M', image]) }, /cut short/],
  ]
  function overwrite(image: string, offset: number, bytes: Buffer): void {
    const descriptor = openSync(image, 'r+')
    writeSync(descriptor, bytes, 0, bytes.length, offset)
    closeSync(descriptor)
  }

  for (const [what, damage, said] of damages) {
    it(`refuses ${what}, before anything is written`, async () => {
      const place = own()
      const image = join(place, 'damaged.img')
      copyFileSync(strangers.dos.image, image)
      damage({...strangers.dos, image})
      const error = await refused('IMAGE_INVALID', {image, output: join(place, 'out.img'), overlays: [tree({'etc/x': 'x'})]})
      expect(error.message).to.match(said)
    })
  }

  it('asks which of two roots is meant, and takes the one that is named', async () => {
    const place = own()
    const stranger = makeStranger(join(place, 'two.img'), {table: 'gpt', more: ['size=7M, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4']})
    const {partitiontable: {partitions}} = JSON.parse(must('sfdisk', ['--json', stranger.image])) as {partitiontable: {partitions: {start: number}[]}}
    const second = (partitions[2]?.start ?? 0) * 512
    must('mke2fs', ['-q', '-t', 'ext4', '-E', `offset=${second}`, stranger.image, '7000k'])
    const overlay = tree({'only-here': 'x'})
    const output = join(place, 'out.img')
    expect((await refused('USAGE', {image: stranger.image, output, overlays: [overlay]})).suggestions.join()).to.include('--root-partition')
    await customize({image: stranger.image, output, overlays: [overlay], rootPartition: 3})
    expect(must('debugfs', ['-R', 'cat /only-here', `${output}?offset=${second}`])).to.equal('x')
  })

  const hostile: [string, () => Promise<Partial<CustomizeRequest>>][] = [
    ['an end of line in a name', async () => ({overlays: [await tarOf([file('etc/a\nrm /etc/passwd', body('x'))])]})],
    ['an end of line in a symlink', async () => ({overlays: [await tarOf([{path: 'etc/x', type: 'symlink', target: 'a"\nkill_file /etc', mode: 0o777, ...owned}])]})],
    ['a carriage return', async () => ({overlays: [await tarOf([file('etc/a\rb', body('x'))])]})],
    ['a member below its own symlink', async () => ({overlays: [await tarOf([{path: 'x', type: 'symlink', target: '/etc', mode: 0o777, ...owned}, file('x/passwd', body('x'))])]})],
    ['a hard link to nothing', () => Promise.resolve({overlays: [linkTar('x', 'not/there')]})],
    ['a symlink on the boot partition', async () => ({overlays: [await tarOf([{path: 'boot/firmware/x', type: 'symlink', target: 'config.txt', mode: 0o777, ...owned}])]})],
    ['a name that no FAT can have', async () => ({overlays: [await tarOf([file('boot/firmware/a:b', body('x'))])]})],
    ['a pattern of mtools', async () => ({overlays: [await tarOf([file('boot/firmware/[a-z]', body('x'))])]})],
    ['the mount point taken away', async () => ({overlays: [await tarOf([file('.wh.boot')])]})],
    ['an attribute of no namespace', async () => ({overlays: [await tarOf([file('x', {...body('x'), xattrs: {'-f': Buffer.from('x')}})])]})],
    ['an attribute that is too long', async () => ({overlays: [await tarOf([file('x', {...body('x'), xattrs: {'user.x': Buffer.alloc(5000, 1)}})])]})],
    ['no such folder', () => Promise.resolve({overlays: ['/not/there']})],
  ]
  for (const [what, request] of hostile) {
    it(`refuses a hostile overlay: ${what}`, async () => {
      const place = own()
      const asked = await request()
      const error = await refused(what.includes('FAT') ? 'IMAGE_INVALID' : 'OVERLAY_INVALID', {image: strangers.dos.image, output: join(place, 'out.img'), ...asked})
      expect(error.message).to.not.equal('')
    })
  }

  it('stays in the image where links in it lead out', async () => {
    const place = own()
    const stranger = makeStranger(join(place, 'links.img'), {table: 'dos'})
    const outside = join(place, 'outside')
    mkdirSync(outside)
    census(stranger.image, stranger, `ln -s ../../../../../../..${outside} etc/up; ln -s ${outside} etc/absolute; ln -s loop etc/loop; sync`)
    const output = join(place, 'out.img')
    await customize({image: stranger.image, output, overlays: [tree({'etc/up/a': 'a', 'etc/absolute/b': 'b', 'etc/loop/c': 'c'})]})
    expect(readdirSync(outside)).to.deep.equal([])
    expect(must('debugfs', ['-R', 'cat /etc/up/a', `${output}?offset=${stranger.rootOffset}`])).to.equal('a')
    expectSound(output, stranger)
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const place = own()
    const many = own()
    for (let index = 0; index < 3000; index++) writeFileSync(join(many, `f${index}`), 'x'.repeat(3000))
    const child = spawn('node', ['bin/run.js', 'customize', strangers.dos.image, '--overlay', many, '-o', join(place, 'out.img')], {stdio: 'ignore'})
    for (let waited = 0; waited < 20_000 && !readdirSync(place).some(name => name.includes('customize')); waited += 20) await new Promise(resolve => { setTimeout(resolve, 20) })
    child.kill('SIGINT')
    const [status] = await once(child, 'exit') as [number]
    expect(status).to.equal(130)
    expect(readdirSync(place)).to.deep.equal([])
  })

  it('says in words what an image is that cannot be taken as it is', async () => {
    const place = own()
    chmodSync(place, 0o755)
    writeFileSync(join(place, 'a.img.xz'), 'x')
    expect((await refused('IMAGE_INVALID', {image: join(place, 'a.img.xz'), output: join(place, 'o.img')})).suggestions.join()).to.include('xz -dk')
    expect((await refused('USAGE', {image: join(place, 'none.img'), output: join(place, 'o.img')})).message).to.include('there is no image')
    expect((await refused('USAGE', {image: strangers.dos.image, output: place})).message).to.include('no file')
    expect(existsSync(join(place, 'o.img'))).to.equal(false)
  })
})
