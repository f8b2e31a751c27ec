import {execFileSync} from 'node:child_process'
import {chmodSync, closeSync, linkSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'

/** struct vfs_cap_data of cap_net_raw+ep, as linux/capability.h has it. */
export const NET_RAW = '0100000200200000000000000000000000000000'
export const LONG_NAME = 'n'.repeat(255)
/** Latin-1: no UTF-8. */
export const LATIN_NAME = Buffer.from([0x63, 0x61, 0x66, 0xe9])
export const SPARSE_SIZE = 8 * 1024 * 1024
export const CROWD = {folders: 100, files: 1000}

interface Expected {
  path: string
  /** As BusyBox' and coreutils' stat say it: `%F|%a|%u:%g|%s|%t,%T|%h`. */
  stat: string
}

/** What each of the two overlays brings below its own folder, however it is said there. */
export const EXPECTED: readonly Expected[] = [
  {path: 'setuid', stat: 'regular file|4755|0:0|7|0,0|1'},
  {path: 'setgid', stat: 'regular file|2711|0:100|7|0,0|1'},
  {path: 'owned', stat: 'regular file|640|1000:44|7|0,0|1'},
  {path: 'large-owner', stat: 'regular file|600|4000000000:70000|7|0,0|1'},
  {path: 'sticky', stat: 'directory|1777|0:0|4096|0,0|2'},
  {path: 'hollow', stat: 'directory|700|7:7|4096|0,0|2'},
  {path: 'console', stat: 'character special file|600|0:0|0|5,1|1'},
  {path: 'card', stat: 'block special file|660|0:6|0|b3,0|1'},
  {path: 'pipe', stat: 'fifo|622|0:0|0|0,0|1'},
  {path: 'link', stat: 'symbolic link|777|0:0|5|0,0|1'},
  {path: 'one-name', stat: 'regular file|755|0:0|7|0,0|2'},
  {path: 'other-name', stat: 'regular file|755|0:0|7|0,0|2'},
  {path: 'sparse', stat: `regular file|644|0:0|${SPARSE_SIZE}|0,0|1`},
  {path: 'empty', stat: 'regular empty file|644|0:0|0|0,0|1'},
  {path: `names/${LONG_NAME}`, stat: 'regular file|644|0:0|7|0,0|1'},
]

const BODY = 'content'

/** `overlays/every` and what is declared of it: everything a folder carries by itself, and everything it does not. `busybox` is the router's own. */
export function writeEveryFolder(project: string, busybox: Buffer): void {
  const top = join(project, 'overlays/every')
  const folder = join(top, 'srv/folder')
  writeCommon(folder, busybox)
  // What lies below is a directory.
  writeFileSync(join(top, 'srv/place'), BODY)
  const at = (path: string): string => `srv/folder/${path}`
  writeFileSync(join(project, 'overlays/every.meta.yaml'), `paths:
  ${at('setuid')}: {mode: "4755"}
  ${at('setgid')}: {mode: "2711", group: tcpdump}
  ${at('owned')}: {owner: 1000, group: video, mode: "0640"}
  ${at('large-owner')}: {owner: 4000000000, group: 70000, mode: "0600"}
  ${at('sticky')}: {directory: true, mode: "1777"}
  ${at('hollow')}: {directory: true, owner: 7, group: 7, mode: "0700"}
  ${at('console')}: {device: c 5 1, mode: "0600"}
  ${at('card')}: {device: b 179 0, mode: "0660", group: disk}
  ${at('pipe')}: {fifo: true, mode: "0622"}
  ${at('other-name')}: {hardLink: ${at('one-name')}}
  ${at('busybox-raw')}: {capabilities: cap_net_raw+ep}
remove:
  - usr/share/gone
empty:
  - srv/emptied
`)
}

/** The same as an archive of GNU tar's, with nothing declared. Needs root: there is no other way to such files. */
export function writeEveryArchive(project: string, busybox: Buffer): void {
  const stage = join(project, 'stage')
  const folder = join(stage, 'srv/archive')
  writeCommon(folder, busybox)
  const at = (path: string): string => join(folder, path)
  const must = (file: string, ...args: string[]): void => { execFileSync(file, args, {env: {...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`}}) }
  for (const [path, owner, mode] of [['setuid', '0:0', '4755'], ['setgid', '0:100', '2711'], ['owned', '1000:44', '640'], ['large-owner', '4000000000:70000', '600']] as const) {
    must('chown', owner, at(path))
    must('chmod', mode, at(path))
  }

  for (const [path, owner, mode] of [['sticky', '0:0', '1777'], ['hollow', '7:7', '700']] as const) {
    mkdirSync(at(path))
    must('chown', owner, at(path))
    must('chmod', mode, at(path))
  }

  must('mknod', '-m', '600', at('console'), 'c', '5', '1')
  must('mknod', '-m', '660', at('card'), 'b', '179', '0')
  must('chown', '0:6', at('card'))
  must('mkfifo', '-m', '622', at('pipe'))
  linkSync(at('one-name'), at('other-name'))
  must('setcap', 'cap_net_raw+ep', at('busybox-raw'))
  mkdirSync(join(stage, 'usr/share'), {recursive: true})
  writeFileSync(join(stage, 'usr/share/.wh.gone-too'), '')
  mkdirSync(join(stage, 'srv/emptied-too'))
  writeFileSync(join(stage, 'srv/emptied-too/.wh..wh..opq'), '')
  must('tar', '--zstd', '--sparse', '--xattrs', '--xattrs-include=security.*', '--numeric-owner', '-C', stage, '-cf', join(project, 'overlays/every.tar.zst'), 'srv', 'usr')
}

/** `overlays/below`, which the two above take from. */
export function writeBelow(project: string): void {
  for (const path of ['usr/share/gone/all-of-it', 'usr/share/gone-too', 'srv/emptied/old', 'srv/emptied-too/old', 'srv/place/inside/deep', 'usr/share/stays']) {
    const file = join(project, 'overlays/below', path)
    mkdirSync(join(file, '..'), {recursive: true})
    writeFileSync(file, path)
  }
}

/** `overlays/crowd`: a hundred thousand files, one in ten with something in it. */
export function writeCrowd(project: string): void {
  for (let folder = 0; folder < CROWD.folders; folder++) {
    const place = join(project, 'overlays/crowd/srv/crowd', String(folder))
    mkdirSync(place, {recursive: true})
    for (let file = 0; file < CROWD.files; file++) writeFileSync(join(place, `file-${file}`), file % 10 === 0 ? `${folder}-${file}\n` : '')
  }
}

function writeCommon(folder: string, busybox: Buffer): void {
  mkdirSync(join(folder, 'names'), {recursive: true})
  for (const path of ['setuid', 'setgid', 'owned', 'large-owner', 'one-name', `names/${LONG_NAME}`]) writeFileSync(join(folder, path), BODY)
  chmodSync(join(folder, 'one-name'), 0o755)
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/names/`), LATIN_NAME]), BODY)
  symlinkSync('empty', join(folder, 'link'))
  writeFileSync(join(folder, 'busybox-raw'), busybox, {mode: 0o755})
  const sparse = join(folder, 'sparse')
  writeFileSync(sparse, 'begin')
  truncateSync(sparse, SPARSE_SIZE)
  const file = openSync(sparse, 'r+')
  writeSync(file, 'end', SPARSE_SIZE - 3)
  closeSync(file)
}
