import {spawnSync} from 'node:child_process'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'

import {hostileTars, withEnd, type Aim} from './hostile-tar.js'
import type {Random} from './random.js'

/** What one attack lays into `overlays/` of a project; returns the overlays that brmc.yaml is to name. */
type Attack = (project: string, random: Random, aim: Aim) => string[]

const FOLDER = 'overlays/evil'
const put = (project: string, path: string, text: string | Buffer = 'evil'): void => {
  mkdirSync(join(project, path, '..'), {recursive: true})
  writeFileSync(join(project, path), text)
}
const link = (project: string, path: string, target: string | Buffer): void => {
  mkdirSync(join(project, path, '..'), {recursive: true})
  symlinkSync(target, join(project, path))
}
const bytes = (...parts: (string | number[])[]): Buffer => Buffer.concat(parts.map(part => Buffer.from(part as string)))

type Titled = [string, Attack]

const tarAttacks: Record<string, Attack> = Object.fromEntries(Object.entries(hostileTars).map(([title, make]): Titled => [title, (project, random, aim) => {
  const tar = make(random, aim)
  const whole = random.below(4) === 0 ? tar : withEnd(tar)
  const packed = random.below(6)
  const name = `overlays/evil.tar${packed === 1 ? '.gz' : packed === 2 ? '.zst' : packed === 3 ? '.xz' : ''}`
  const pack = (tool: string): Buffer => spawnSync(tool, ['-c', '-1'], {input: whole}).stdout
  put(project, name, packed === 1 ? gzipSync(whole) : packed === 2 ? pack('zstd') : packed === 3 ? pack('xz') : whole)
  return [name]
}]))

const folderAttacks: Record<string, Attack> = {
  'links that lead out': (project, random, aim) => {
    link(project, `${FOLDER}/door`, random.of([aim.folder, aim.file, '..', '../../..', '/', '/dev/zero', '/proc/self/mem', 'door', './door/door', bytes([0xff, 0xfe])]))
    put(project, `${FOLDER}/etc/motd`)
    return [FOLDER]
  },
  'a link out in one overlay, and files below it in the next': (project, random, aim) => {
    link(project, 'overlays/first/door', random.of([aim.folder, '../../../..', '/etc', 'etc', '.']))
    put(project, `${FOLDER}/door/evil`)
    put(project, `${FOLDER}/door/secret`)
    return ['overlays/first', FOLDER]
  },
  'chains and circles of links': (project, random, aim) => {
    for (let step = 0; step < 60; step++) link(project, `overlays/first/link${step}`, step === 59 ? random.of([aim.folder, 'link0', 'etc']) : `link${step + 1}`)
    put(project, `${FOLDER}/link${random.below(60)}/evil`)
    return ['overlays/first', FOLDER]
  },
  'links that double': (project, random) => {
    for (let step = 0; step < 40; step++) link(project, `overlays/first/l${step}`, `l${step + 1}/../l${step + 1}/..`)
    put(project, `${FOLDER}/l${random.below(3)}/evil`)
    return ['overlays/first', FOLDER]
  },
  'an overlay that is a link out': (project, random, aim) => {
    const what = random.below(3)
    if (what === 0) link(project, FOLDER, aim.folder)
    if (what === 1) link(project, 'overlays/evil.tar', aim.file)
    if (what === 2) link(project, 'overlays/more', join(aim.folder, '..'))
    return [[FOLDER, 'overlays/evil.tar', 'overlays/more/canary'][what] ?? FOLDER]
  },
  'paths of overlays that go astray': (project, random, aim) => {
    put(project, `${FOLDER}/x`)
    return [random.of(['../canary', aim.folder, 'overlays/../../canary', '.', '/', 'overlays/evil/..', 'a\nb', 'a\u0000b', '.git', 'br2-external/overlays/router', 'overlays', '~', '', 'overlays/gone', 'overlays\\evil'])]
  },
  'names with what no name should have': (project, random) => {
    mkdirSync(join(project, FOLDER), {recursive: true})
    for (let count = 0; count < 5; count++) {
      writeFileSync(Buffer.concat([Buffer.from(`${join(project, FOLDER)}/`), bytes(random.of(['a\nb', '\u001B[2J', '-rf', '\\', ' ', '\u202E', 'é'.repeat(100), 'n'.repeat(250)])), random.bytes(3).map(byte => byte === 0 || byte === 0x2f ? 1 : byte)]), 'x')
    }

    return [FOLDER]
  },
  'what is no file': (project, random) => {
    mkdirSync(join(project, FOLDER), {recursive: true})
    spawnSync(...random.of<[string, string[]]>([['mkfifo', [join(project, FOLDER, 'pipe')]], ['mknod', [join(project, FOLDER, 'node'), 'c', '1', '5']], ['mknod', [join(project, FOLDER, 'disk'), 'b', '8', '0']]]))
    return [FOLDER]
  },
  'whiteouts that go astray': (project, random) => {
    put(project, `${FOLDER}/${random.of(['.wh.', '.wh..', '.wh...', '.wh..wh..opq', 'etc/.wh..wh..opq', '.wh.etc', 'etc/.wh.passwd', 'gone/.wh.gone', '.wh.a/.wh.b', '.wh.init', 'a/.wh.b/c'])}`)
    return [FOLDER]
  },
  'what the root cannot do without': (project, random) => {
    put(project, `${FOLDER}/${random.of(['etc', 'dev', 'lost+found', 'lost+found/x', 'lib', 'init', 'usr', 'root.cpio'])}`)
    return [FOLDER]
  },
  'folders as deep as they go': (project, random) => {
    put(project, `${FOLDER}/${'d/'.repeat(random.of([50, 150, 400]))}x`)
    return [FOLDER]
  },
  'files that are not what they are called': (project, random) => {
    const name = random.of(['overlays/evil.tar', 'overlays/evil.tar.gz', 'overlays/evil.tgz', 'overlays/evil.tar.xz', 'overlays/evil.tar.zst', 'overlays/evil.zip', FOLDER])
    put(project, name, random.of([Buffer.alloc(0), random.bytes(3000), Buffer.alloc(100_000), gzipSync(random.bytes(500)).subarray(0, 200), Buffer.from('1f8b08', 'hex'), Buffer.from('fd377a585a00', 'hex'), Buffer.from('28b52ffd', 'hex')]))
    return [name]
  },
  'a bomb': (project, random) => {
    const zeros = Buffer.alloc(64 * 1024 * 1024)
    const tool = random.of(['gzip', 'xz', 'zstd'])
    const name = `overlays/evil.tar.${{gzip: 'gz', xz: 'xz', zstd: 'zst'}[tool] ?? ''}`
    put(project, name, spawnSync(tool, ['-c', '-1'], {input: zeros, maxBuffer: 1 << 27}).stdout)
    return [name]
  },
}

const evilMetas: readonly ((random: Random, aim: Aim) => string | Buffer)[] = [
  (random, aim) => `paths: {${JSON.stringify(random.of(['../evil', aim.file, 'a/../../evil', '/', '.', '..', '', 'a//b', '*/../../evil', '\u0000', 'a\nb', '__proto__', 'constructor', '****', '**/..']))}: {owner: 1, mode: "4777"}}`,
  (random, aim) => `paths: {a: {${random.of(['hardLink', 'symlink'])}: ${JSON.stringify(random.of([aim.file, '../../../evil', '/etc/shadow', 'a', '.', '..', '', '\u0000', 'x'.repeat(5000)]))}}}`,
  (random, aim) => `${random.of(['remove', 'empty'])}: [${JSON.stringify(random.of([aim.folder, '..', '.', '/', '', 'etc', 'usr/*', '.wh.x', '__proto__', 'etc/passwd/x', 'gone']))}]`,
  random => `paths: {n: {device: ${JSON.stringify(random.of(['c 5 1', 'c -1 0', 'c 99999 0', 'b 1 99999999', 'x 1 1', 'c 1e3 1', 'c 0x1 1', 'c 5 1\n']))}}}`,
  random => `paths: {etc/passwd: {owner: ${random.of(['-1', '1e99', '.nan', '4294967295', 'nobody', '"root:x"', '[]', '{}', 'null', '!!js/function x', '1.5', '"__proto__"'])}}}`,
  random => `paths: {etc/passwd: {mode: ${random.of(['"9999"', '0755', '-1', '"77777"', '"+755"', 'null', '[4, 7, 5, 5]', '"755 "'])}}}`,
  random => `paths: {etc/passwd: {capabilities: ${JSON.stringify(random.of(['cap_net_raw+ep', 'all=eip', 'cap_chown+x', '=ep', `${'cap_chown,'.repeat(20_000)}cap_chown+p`, 'cap_chown+p '.repeat(5000), '\u0000', '']))}}}`,
  random => `paths: {etc/passwd: {xattrs: {${random.of(['user.x', 'security.capability', 'trusted.', 'system.x', '"user.\\n"', '__proto__', 'user.y'])}: ${JSON.stringify(random.of(['y', '0xzz', '0x', 'v'.repeat(70_000), '\u0000']))}}}}`,
  random => '['.repeat(random.of([10, 1000, 50_000])),
  random => `paths: ${'{a: '.repeat(random.of([10, 1000, 50_000]))}`,
  () => `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: &d [${'*c,'.repeat(9)}]\nremove: [${'*d,'.repeat(9)}]`,
  () => 'paths: &p {a: *p}\n',
  random => random.bytes(400),
  random => `paths: {${JSON.stringify(random.of(['*', '**/', '?', '*a*']).repeat(400))}: {owner: 1}}`,
  () => `remove:\n${'  - etc/passwd\n'.repeat(10_000)}`,
  () => `paths:\n${Array.from({length: 3000}, (_, index) => `  "p${index}*": {owner: 1}\n`).join('')}`,
  () => '{"paths": {"a": {"fifo": true}, "a": {"fifo": true}}}',
  () => '--- \npaths: {}\n---\npaths: {}\n',
  () => `remove: [${'x'.repeat(300_000)}]`,
]

const metaAttacks: Record<string, Attack> = {
  'what is declared': (project, random, aim) => {
    put(project, `${FOLDER}/aaa/aab/aac`)
    put(project, `${FOLDER}.meta.yaml`, random.of(evilMetas)(random, aim))
    return [FOLDER]
  },
  'declarations that a link brings': (project, random, aim) => {
    put(project, `${FOLDER}/x`)
    link(project, `${FOLDER}.meta.yaml`, random.of([aim.file, '/dev/zero', '/proc/self/environ', 'evil.meta.yaml', '/', 'gone', '../../canary/secret']))
    return [FOLDER]
  },
}

/** By title; what is declared comes in as many forms as all else together. */
export const attacks: readonly (readonly [string, Attack])[] = [
  ...Object.entries(tarAttacks), ...Object.entries(folderAttacks), ...Object.entries(metaAttacks),
  ...Array.from({length: 25}, () => ['what is declared', metaAttacks['what is declared'] as Attack] as const),
]
