import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import type {BootFile} from '../../src/image/boot-file.js'
import {openFat, type ReadAt} from '../../src/image/fat/fat.js'
import {planFat32, type Fat32Options} from '../../src/image/fat32/fat32.js'
import {writeImage} from '../../src/image/write-image.js'
import {judge, ownFolder} from './on-disk.js'

const options: Fat32Options = {label: 'BOOT', volumeId: 0xabcd_1234, epoch: 1_700_000_000, firstSector: 2048}

function bootFile(path: string, size: number, seed = path.length): BootFile {
  return {path, size, content: Buffer.from(Uint8Array.from({length: size}, (_, index) => (index * 31 + seed) & 0xff))}
}

const files: BootFile[] = [
  bootFile('config.txt', 300),
  bootFile('kernel8.img', 2_000_001),
  bootFile('EMPTY.TXT', 0),
  bootFile('bcm2711-rpi-4-b.dtb', 50_000),
  bootFile('a', 512),
  bootFile('a name with spaces and + signs.text', 513),
  bootFile('Grüße – 日本.txt', 5),
  bootFile(`${'n'.repeat(251)}.txt`, 7),
  bootFile('noextension_but_long', 9),
  bootFile('OVERLA~1.DTB', 3),
  bootFile('overlays/README', 77),
  bootFile('overlays/sub/deep/file.bin', 4096),
  ...Array.from({length: 240}, (_, index) => bootFile(`overlays/overlay-with-a-long-name-${index}.dtbo`, index * 37, index)),
]

function readOf(bytes: Buffer): ReadAt {
  return async (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length))
}

describe('image/fat32', () => {
  const folder = ownFolder('fat')

  async function written(boot: readonly BootFile[], more: Partial<Fat32Options> = {}): Promise<string> {
    const target = join(folder(), 'boot.fat')
    await writeImage({target, ...planFat32(boot, {...options, ...more})})
    return target
  }

  it('is clean for fsck.vfat', async () => {
    const {status, stdout} = judge('fsck.vfat', ['-n', await written(files)])
    expect(stdout.trimEnd().split('\n')).to.have.length(2)
    expect(stdout).to.match(/256 files, \d+\/\d+ clusters/)
    expect(status).to.equal(0)
  })

  it('is clean for fsck.vfat above 260 MiB, where clusters are 4 KiB, and with files of every size', async () => {
    const image = await written([...files, {path: 'large.bin', size: 200_000_000, content: {file: '/dev/zero', offset: 0}}], {size: 400 * 1024 * 1024})
    const {status, stdout} = judge('fsck.vfat', ['-nv', image])
    expect(stdout).to.match(/4096 bytes per cluster/)
    expect(stdout).not.to.match(/wrong|differ|bad|mismatch|invalid/i)
    expect(status).to.equal(0)
  })

  it('is read back by mtools file for file, and by our own reader', async () => {
    const image = await written(files)
    const out = join(folder(), 'out')
    mkdirSync(out)
    expect(judge('mcopy', ['-s', '-n', '-i', image, '::/*', out])).to.deep.include({status: 0})
    const fat = await openFat(readOf(readFileSync(image)))
    for (const {path, content} of files) {
      expect(readFileSync(join(out, path)).equals(content as Buffer), `mcopy of ${path}`).to.be.true
      expect((await fat.readFile(path))?.equals(content as Buffer), `own reader of ${path}`).to.be.true
    }
  })

  it('has the label, volume id, time and hidden sectors it was given', async () => {
    const image = await written(files)
    expect(judge('minfo', ['-i', image]).stdout).to.match(/serial number: ABCD1234/).and.match(/disk label="BOOT {7}"/).and.match(/hidden sectors: 2048/)
    expect(judge('mdir', ['-i', image, '::/']).stdout).to.match(/Volume in drive : is BOOT/).and.match(/CONFIG +TXT +300 2023-11-14 +22:13 +config.txt/)
  })

  it('says where each file lies', async () => {
    const plan = planFat32(files, options)
    const image = readFileSync(await written(files))
    for (const {path, offset, size} of plan.files) {
      const {content} = files.find(file => file.path === path) ?? {}
      expect(image.subarray(offset, offset + size).equals(content as Buffer), path).to.be.true
    }
  })

  it('does not depend on the order of the files', () => {
    expect(planFat32([...files].reverse(), options)).to.deep.equal(planFat32(files, options))
  })

  it('grows with its content', () => {
    expect(planFat32(files, options).size).to.equal(64 * 1024 * 1024)
    const large = planFat32([{path: 'x', size: 300_000_000, content: {file: 'x', offset: 0}}], options)
    expect(large.size).to.be.greaterThan(375_000_000)
    expect(large.freeBytes).to.be.greaterThan(75_000_000)
  })

  const refusals: [string, BootFile[], Partial<Fat32Options>, string, string][] = [
    ['a partition that is too small', [bootFile('a', 1)], {size: 16 * 1024 * 1024}, 'IMAGE_TOO_SMALL', 'cannot be as small'],
    ['files that do not fit', [{path: 'a', size: 70_000_000, content: {file: 'a', offset: 0}}], {size: 64 * 1024 * 1024}, 'IMAGE_TOO_SMALL', 'need 67 MiB'],
    ['a file of 4 GiB', [{path: 'a', size: 2 ** 32, content: {file: 'a', offset: 0}}], {}, 'IMAGE_INVALID', 'too large'],
    ['names that differ by case', [bootFile('a', 1), bootFile('A', 1)], {}, 'IMAGE_INVALID', 'twice'],
    ['a file that is a folder too', [bootFile('a', 1), bootFile('a/b', 1)], {}, 'IMAGE_INVALID', 'twice'],
    ['a character FAT does not know', [bootFile('a:b', 1)], {}, 'IMAGE_INVALID', 'cannot be a name'],
    ['a name that ends with a point', [bootFile('a.', 1)], {}, 'IMAGE_INVALID', 'cannot be a name'],
  ]
  for (const [title, boot, more, code, message] of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => planFat32(boot, {...options, ...more})).to.throw(BrmcError, message).with.property('code', code)
    })
  }
})

describe('image/fat', () => {
  const folder = ownFolder('fat')

  for (const [bits, sectors, perCluster] of [[12, 16_000, 4], [16, 65_000, 1], [32, 262_144, 1]] as const) {
    it(`reads a FAT${bits} that mkfs.vfat and mtools made, at an offset`, async () => {
      const image = join(folder(), 'image')
      writeFileSync(join(folder(), 'fragment'), Buffer.alloc(300_000, 'f'))
      writeFileSync(join(folder(), 'large'), Buffer.from(Uint8Array.from({length: 1_000_003}, (_, index) => index % 251)))
      const commands = [
        ['mkfs.vfat', '-F', String(bits), '-s', String(perCluster), '-C', image, String(sectors / 2)],
        ['mmd', '-i', image, '::/overlays'],
        ...Array.from({length: 40}, (_, index) => ['mcopy', '-i', image, join(folder(), 'fragment'), `::/fill${index}`]).slice(0, bits === 12 ? 6 : 40),
        // Holes of 586 clusters: the large file has to be in pieces.
        ['mdel', '-i', image, '::/fill1', '::/fill3', '::/fill5'],
        ['mcopy', '-i', image, join(folder(), 'large'), '::/overlays/a long name.dtbo'],
      ]
      for (const [file = '', ...args] of commands) expect(judge(file, args), file).to.have.property('status', 0)
      const bytes = Buffer.concat([Buffer.alloc(12_345), readFileSync(image)])
      const fat = await openFat(readOf(bytes), 12_345)
      expect(await fat.list('OVERLAYS')).to.have.length(1).and.to.have.nested.property('[0].name', 'a long name.dtbo')
      expect((await fat.readFile('overlays/A Long Name.dtbo'))?.equals(readFileSync(join(folder(), 'large')))).to.be.true
      expect((await fat.readFile('/fill2'))?.equals(Buffer.alloc(300_000, 'f'))).to.be.true
    })
  }

  it('says what is missing or damaged', async () => {
    const plan = planFat32([bootFile('a.txt', 5000)], options)
    const target = join(folder(), 'boot.fat')
    await writeImage({target, ...plan})
    const bytes = readFileSync(target)
    const fat = await openFat(readOf(bytes))
    const messageOf = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing', (error: unknown) => error instanceof BrmcError ? error.message : 'no BrmcError')
    expect(await fat.readFile('b.txt')).to.equal(undefined)
    expect(await fat.readFile('gone/b.txt')).to.equal(undefined)
    expect(await fat.list('a.txt')).to.equal(undefined)
    expect(await messageOf(openFat(readOf(Buffer.alloc(512))))).to.match(/no FAT/)
    // The second cluster of a.txt points at itself.
    const table = bytes.readUInt16LE(14) * 512
    bytes.writeUInt32LE(4, table + 4 * 4)
    expect(await messageOf((await openFat(readOf(bytes))).readFile('a.txt'))).to.match(/damaged/)
  })
})
