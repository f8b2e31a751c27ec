import {encodePax} from '../../src/archive/pax.js'
import {encodeTarHeader, type TarHeader} from '../../src/archive/tar-header.js'
import type {Random} from './random.js'

/** Where an attack would like to get: absolute, outside of the project. */
export interface Aim {
  folder: string
  file: string
}

type Member = Partial<TarHeader> & {body?: Buffer}

const BLOCK = 512
const END = Buffer.alloc(2 * BLOCK)

/** A member as it is said, true or not. */
function member({body = Buffer.alloc(0), ...header}: Member): Buffer {
  const fields = {name: 'x', linkname: '', mode: 0o644, uid: 0, gid: 0, mtime: 0, size: body.length, typeflag: '0', major: 0, minor: 0, ...header}
  return Buffer.concat([encodeTarHeader(fields), body, Buffer.alloc((BLOCK - body.length % BLOCK) % BLOCK)])
}

const pax = (records: Record<string, string | Buffer>, typeflag = 'x'): Buffer =>
  member({name: 'pax', typeflag, body: encodePax(new Map(Object.entries(records).map(([key, value]) => [key, Buffer.from(value)])))})
const long = (name: string, typeflag = 'L'): Buffer => member({name: '././@LongLink', typeflag, body: Buffer.from(name)})
const file = (name: string, text = 'evil'): Buffer => member({name, body: Buffer.from(text)})
const link = (name: string, linkname: string): Buffer => member({name, linkname, typeflag: '2'})
const hard = (name: string, linkname: string): Buffer => member({name, linkname, typeflag: '1'})
const folder = (name: string): Buffer => member({name, typeflag: '5', mode: 0o755})

/** The same header with other bytes at `at`, and a checksum that fits again. */
function patched(whole: Buffer, at: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(whole)
  bytes.copy(copy, at)
  copy.fill(' ', 148, 156)
  const sum = copy.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0)
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return copy
}

const upwards = (random: Random, {file: outside}: Aim): string => random.of([
  '../evil', '../../evil', 'a/../../evil', './../evil', 'a/b/../../../evil', '/../evil', '..', '../', 'a/..', '/..//../evil', './/..//./../evil', outside, `/${outside}`, `..${outside}`, `../../../../../../..${outside}`,
])

export const hostileTars: Readonly<Record<string, (random: Random, aim: Aim) => Buffer>> = {
  'names that go up': (random, aim) => file(upwards(random, aim)),
  'names that go up, in the prefix': (random, aim) => patched(file('evil'), 345, Buffer.from(random.of(['..', '../..', aim.folder, 'a/../..']))),
  'names that go up, in pax': (random, aim) => Buffer.concat([pax({path: upwards(random, aim)}), file('good')]),
  'names that go up, in pax for all': (random, aim) => Buffer.concat([pax({path: upwards(random, aim)}, 'g'), file('good'), file('better')]),
  'names that go up, long': (random, aim) => Buffer.concat([long(upwards(random, aim)), file('good')]),
  'a link out, and a member below it': (random, aim) => Buffer.concat([link('door', random.of([aim.folder, '..', '/', '../..', '.'])), file(random.of(['door/evil', './door/evil', 'door//evil', 'door/./evil', 'door/../evil']))]),
  'a chain of links out': (random, aim) => Buffer.concat([link('one', 'two'), link('two', random.of(['three', aim.folder])), link('three', aim.folder), file('one/evil')]),
  'a link out in the place of a folder': (_random, aim) => Buffer.concat([folder('door'), file('door/good'), link('door', aim.folder), file('door/evil')]),
  'links in a circle': random => Buffer.concat([link('one', 'two'), link('two', 'one'), random.of([file('one/evil'), hard('evil', 'one'), folder('one/evil')])]),
  'a link to itself': random => Buffer.concat([link('self', random.of(['self', './self', '/self'])), file('self/evil')]),
  'a hard link out': (random, aim) => hard('evil', random.of([aim.file, `../../..${aim.file}`, '../evil', '/etc/shadow', ''])),
  'a hard link to a link out': (_random, aim) => Buffer.concat([link('door', aim.file), hard('evil', 'door'), file('evil', 'more')]),
  'a hard link through a link out': (_random, aim) => Buffer.concat([link('door', aim.folder), hard('evil', 'door/secret')]),
  'hard links to one another': random => random.of([hard('self', 'self'), Buffer.concat([hard('a', 'b'), hard('b', 'a')]), Buffer.concat([folder('d'), hard('a', 'd')])]),
  'hard link in pax': (_random, aim) => Buffer.concat([pax({linkpath: aim.file}), hard('evil', 'good')]),
  'one name, many types': random => Buffer.concat(Array.from({length: 12}, () => random.of([file('a'), folder('a'), link('a', 'b'), hard('a', 'b'), member({name: 'a', typeflag: '6'}), file('a/b'), file('b'), folder('a/b/c'), link('a/b', '..')]))),
  'types that are none': random => member({name: 'odd', typeflag: String.fromCharCode(random.below(128)), linkname: 'x'}),
  'a size that cannot be': random => patched(file('big'), 124, random.of([
    Buffer.from('77777777777\0'), Buffer.from('8000000000000000ffffffff', 'hex'), Buffer.from('ffffffffffffffffffffffff', 'hex'), Buffer.from('80ffffffffffffffffffffff', 'hex'), Buffer.from('-0000000001\0'), Buffer.from('99999999999\0'), Buffer.alloc(12, 0xc0),
  ])),
  'a size in pax that cannot be': random => Buffer.concat([pax({size: random.of(['-1', '1e3', 'NaN', '0x10', '99999999999999999999', '4.5', '', ' 4', '9007199254740993', 'Infinity'])}), file('big')]),
  'numbers that cannot be': random => Buffer.concat([pax({[random.of(['uid', 'gid', 'mtime'])]: random.of(['-1', '1e400', 'NaN', '4294967296', '1.5', 'x', '', '99999999999999999999'])}), file('who')]),
  'numbers in the header that cannot be': random => patched(file('who'), random.of([108, 116, 100, 329, 337]), Buffer.from(random.of(['ffffffffffffffff', '80ffffffffffffff', '8000000100000000', '3939393939393900']), 'hex')),
  'devices that cannot be': random => member({name: 'node', typeflag: random.of(['3', '4']), major: random.of([0, 5000, 2 ** 30, -1]), minor: random.of([1, 2 ** 21, 2 ** 40, -5])}),
  'pax that is not well-formed': random => member({typeflag: random.of(['x', 'g']), body: random.of([
    Buffer.from('0 a=b\n'), Buffer.from('999999 path=x\n'), Buffer.from('12 pathx\n'), Buffer.from('-5 path=x\n'), Buffer.from('path=x\n'), Buffer.from('5 a=b'), Buffer.from('9\0path=x\n'), random.bytes(200), Buffer.from('6 path=long long\n'), Buffer.from('3 =\n'),
  ])}),
  'pax upon pax': random => Buffer.concat([...Array.from({length: 2 + random.below(200)}, (_, index) => pax({[`key${index}`]: 'v'.repeat(random.below(2000))}, random.of(['x', 'g']))), file('good')]),
  'names with what no name should have': random => Buffer.concat([pax({path: random.of(['a\nb', 'a\u001B[2Jb', 'a\0b', '\0', 'a\u007F', '\u202Etxt', 'a\\b', 'nul\0../evil', '\r', ' ', '~', '-rf'])}), file('good')]),
  'names that are not UTF-8': random => Buffer.concat([pax({path: Buffer.concat([Buffer.from('n'), random.bytes(1 + random.below(40)).map(byte => byte === 0x2f || byte === 0 ? 1 : byte)])}), file('good')]),
  'names that are too long': random => Buffer.concat([random.of([pax({path: 'n'.repeat(256)}), pax({path: `${'d/'.repeat(3000)}x`}), long('n'.repeat(300)), long('é'.repeat(200)), pax({path: 'n/'.repeat(1000)})]), file('good')]),
  'long names that are odd': random => Buffer.concat([long(random.of(['', '\0', '\0evil', '/', './', '../evil\0', 'a'.repeat(100_000)]), random.of(['L', 'K'])), random.of([file('good'), link('good', 'x'), hard('good', 'x')])]),
  'a long name and no member': random => long('left alone', random.of(['L', 'K', 'x'])),
  'links to nothing and to what has no name': random => Buffer.concat([pax({linkpath: random.of(['', 'a\0b', 'l'.repeat(5000), '\n'])}), link('link', 'x')]),
  'sparse members': random => random.of([
    member({name: 'holes', typeflag: 'S', body: Buffer.alloc(512)}),
    Buffer.concat([pax({'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': '../evil', 'GNU.sparse.realsize': '99999999999999'}), file('holes', '99999\n0\n1\n')]),
    Buffer.concat([pax({'GNU.sparse.map': '0,1,999999999999,1', 'GNU.sparse.size': '9999999999999'}), file('holes')]),
    Buffer.concat([pax({'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'holes', 'GNU.sparse.realsize': '1000'}), file('GNUSparse/holes', '2\n0\n5\n5\n-7\n')]),
    Buffer.concat([pax({'GNU.sparse.map': '99999999999990,7', 'GNU.sparse.size': '99999999999999', 'GNU.sparse.name': random.of(['holes', '/holes', 'etc/../../evil', ''])}), file('holes', 'content')]),
    patched(member({name: 'holes', typeflag: 'S', body: Buffer.from('content')}), 386, Buffer.from(`00000000000\0${random.of(['00000000007', '77777777777'])}\0`)),
    patched(patched(member({name: 'holes', typeflag: 'S', body: Buffer.alloc(2000, '7')}), 483, Buffer.from(random.of(['00000100000\0', '77777777777\0', '\xff'.repeat(12)]), 'latin1')), 482, Buffer.from([1])),
  ]),
  'attributes that cannot be': random => Buffer.concat([pax({[`SCHILY.xattr.${random.of(['', 'x', 'user.', 'system.posix_acl_access', 'security.capability', 'user.\nx', '__proto__', 'os2.x'])}`]: random.bytes(random.of([0, 3, 20, 5000, 70_000]))}), file('good')]),
  'whiteouts that go astray': random => file(random.of(['.wh.', '.wh..', '.wh...', '.wh..wh..opq', '.wh..wh.', 'a/.wh...', 'etc/.wh.passwd', '.wh.etc', '.wh.init', '.wh.usr', 'gone/.wh.gone', '.wh.a/.wh.b', '.wh.../evil', 'etc/passwd/.wh.x', '.wh.\n'])),
  'what the root cannot do without': random => random.of([file('etc'), file('dev'), link('etc', '/'), file('lost+found'), link('lost+found', 'etc'), file(''), folder('/'), link('/', 'x'), file('./'), member({name: './', typeflag: '2', linkname: 'x'})]),
  'an archive that was cut short': random => {
    const whole = Buffer.concat([file('a', 'x'.repeat(3000)), folder('b'), file('b/c', 'y'.repeat(700)), END])
    return whole.subarray(0, random.below(whole.length))
  },
  'an archive with flipped bits': random => {
    const whole = Buffer.concat([pax({'path': 'some/long/path', 'SCHILY.xattr.user.x': 'y'}), file('a', 'x'.repeat(600)), link('l', 'a'), hard('h', 'some/long/path'), member({name: 'c', typeflag: '3', major: 5, minor: 1})])
    for (let flip = 0; flip < 1 + random.below(4); flip++) whole[random.below(whole.length)] = random.below(256)
    return whole
  },
  'an archive with flipped bits and checksums that fit': random => patched(file('a', 'content'), random.below(500), random.bytes(1 + random.below(12))),
  'no archive at all': random => random.bytes(random.below(5000)),
}

export const withEnd = (tar: Buffer): Buffer => Buffer.concat([tar, END])
