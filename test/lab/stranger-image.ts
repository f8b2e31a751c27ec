import {spawnSync} from 'node:child_process'
import {chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export interface StrangerOptions {
  table: 'dos' | 'gpt'
  /** Of mke2fs, in place of those for an ext4. */
  mke2fs?: readonly string[]
  /** MiB of the root partition. */
  rootSize?: number
  /** More partitions than these two, as sfdisk's lines. */
  more?: readonly string[]
}

export interface Stranger {
  image: string
  /** Bytes from the image's start. */
  bootOffset: number
  rootOffset: number
  rootBytes: number
}

const MIB = 2 ** 20
const BOOT_START = 4
const BOOT_SIZE = 40
const TYPES = {dos: {boot: 'c', root: '83'}, gpt: {boot: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', root: '0FC63DAF-8483-4772-8E79-3D69D8477DE4'}}
const IDS = {dos: '0xcafe1234', gpt: '01234567-89AB-4CDE-8F01-23456789ABCD'}
const BOOT_UUID = '11111111-2222-4333-8444-555555555555'

export function must(file: string, args: readonly string[], input?: string): string {
  const {error, status, stdout, stderr} = spawnSync(file, args, {encoding: 'utf8', maxBuffer: 256 * MIB, ...input !== undefined && {input}, env: {...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8', TZ: 'UTC'}})
  if (error) throw error
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`)
  return stdout
}

/**
 * An image as others make them, by others' tools: sfdisk, mkfs.vfat, mke2fs -d from a tree with merged /usr, a directory of 1,500 files, capabilities, hard
 * links, and an fstab that mounts the boot partition at /boot/firmware.
 */
export function makeStranger(image: string, {table, mke2fs = ['-t', 'ext4', '-b', '4096'], rootSize = 96, more = []}: StrangerOptions): Stranger {
  const folder = mkdtempSync(join(tmpdir(), 'brmc-stranger-'))
  try {
    const rootStart = BOOT_START + BOOT_SIZE
    writeFileSync(image, '')
    truncateSync(image, (rootStart + rootSize + 2 + 8 * more.length) * MIB)
    const boot = `start=${BOOT_START * 2048}, size=${BOOT_SIZE}M, type=${TYPES[table].boot}${table === 'gpt' ? `, uuid=${BOOT_UUID}` : ''}`
    const root = `start=${rootStart * 2048}, size=${rootSize}M, type=${TYPES[table].root}`
    must('sfdisk', ['-q', image], [`label: ${table}`, `label-id: ${IDS[table]}`, boot, root, ...more].join('\n'))
    makeFat(image, folder)
    makeTree(join(folder, 'tree'), table === 'gpt' ? BOOT_UUID : 'cafe1234-01')
    must('mke2fs', ['-q', ...mke2fs, '-d', join(folder, 'tree'), '-E', `offset=${rootStart * MIB}`, image, `${rootSize * 1024}k`])
    return {image, bootOffset: BOOT_START * MIB, rootOffset: rootStart * MIB, rootBytes: rootSize * MIB}
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function makeFat(image: string, folder: string): void {
  const fat = join(folder, 'fat')
  const files = join(folder, 'boot')
  mkdirSync(join(files, 'overlays'), {recursive: true})
  writeFileSync(fat, '')
  truncateSync(fat, BOOT_SIZE * MIB)
  must('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'BOOTFS', fat])
  writeFileSync(join(files, 'cmdline.txt'), 'console=serial0,115200 root=PARTUUID=cafe1234-02 rootwait\n')
  writeFileSync(join(files, 'config.txt'), 'arm_64bit=1\n')
  writeFileSync(join(files, 'kernel8.img'), Buffer.alloc(200_000, 'k'))
  writeFileSync(join(files, 'overlays/vc4-kms-v3d-pi5.dtbo'), Buffer.alloc(3000, 'o'))
  must('mmd', ['-i', fat, '::/overlays', '::/old', '::/old/deep'])
  must('mcopy', ['-i', fat, join(files, 'cmdline.txt'), join(files, 'config.txt'), join(files, 'kernel8.img'), '::/'])
  must('mcopy', ['-i', fat, join(files, 'overlays/vc4-kms-v3d-pi5.dtbo'), '::/overlays'])
  must('mcopy', ['-i', fat, join(files, 'config.txt'), '::/old/deep'])
  must('mattrib', ['-i', fat, '+r', '::/config.txt'])
  must('dd', [`if=${fat}`, `of=${image}`, 'bs=1M', `seek=${BOOT_START}`, 'conv=notrunc,sparse', 'status=none'])
}

function makeTree(tree: string, bootUuid: string): void {
  for (const path of ['usr/bin', 'usr/lib', 'usr/share/many', 'etc/default', 'boot/firmware', 'var/log/old/deep', 'var/lib/thing', 'root', 'home/pi', 'tmp', 'proc']) mkdirSync(join(tree, path), {recursive: true})
  chmodSync(join(tree, 'root'), 0o700)
  chmodSync(join(tree, 'tmp'), 0o1777)
  symlinkSync('usr/bin', join(tree, 'bin'))
  symlinkSync('usr/lib', join(tree, 'lib'))
  symlinkSync('/etc/default', join(tree, 'home/pi/defaults'))
  const text = (path: string, content: string | Buffer): void => { writeFileSync(join(tree, path), content) }
  text('etc/fstab', `# <file system> <mount point>\nPARTUUID=${bootUuid}  /boot/firmware  vfat  defaults  0  2\nPARTUUID=cafe1234-02  /  ext4  defaults,noatime  0  1\n`)
  text('etc/hostname', 'raspberrypi\n')
  text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nvideo:x:1234:44::/:/bin/false\n')
  text('etc/group', 'root:x:0:\nvideo:x:44:\n')
  text('usr/bin/ping', Buffer.alloc(60_000, 'p'))
  must('setcap', ['cap_net_raw+ep', join(tree, 'usr/bin/ping')])
  text('usr/bin/tool', Buffer.alloc(100_000, 't'))
  linkSync(join(tree, 'usr/bin/tool'), join(tree, 'usr/bin/tool-again'))
  linkSync(join(tree, 'usr/bin/tool'), join(tree, 'usr/bin/tool-third'))
  for (let index = 0; index < 1500; index++) text(`usr/share/many/a-name-of-some-length-${index}`, `${index}\n`)
  for (const name of ['big', 'big-too', 'small']) {
    text(`var/lib/thing/${name}`, name)
    must('setfattr', ['-n', 'user.note', '-v', 'n'.repeat(name === 'small' ? 10 : 900), join(tree, 'var/lib/thing', name)])
  }

  text('var/log/old/deep/x', 'x')
  symlinkSync(`/${'far/'.repeat(100)}away`, join(tree, 'var/log/old/far'))
  if (statSync(tree).uid !== process.getuid?.()) throw new Error('the tree belongs to somebody else')
}
