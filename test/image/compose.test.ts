import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {encodeBmap} from '../../src/image/bmap.js'
import {planImage, type BootFile, type ImageRequest} from '../../src/image/compose.js'
import {identityOf} from '../../src/image/identity.js'
import {refuseFullDisk} from '../../src/image/layout.js'
import {mappedRanges} from '../../src/image/mapped-ranges.js'
import {readBootFileOf} from '../../src/image/read-boot-file.js'
import {writeImage} from '../../src/image/write-image.js'
import type {RootTree} from '../../src/overlay/entry.js'
import {judge, ownFolder} from './on-disk.js'
import {EPOCH, trickyTree} from './tricky-tree.js'

const MIB = 1024 * 1024
const {diskSignature, volumeId, rootUuid: uuid, hashSeed} = identityOf('project', 'default')

function request(tree: RootTree, bootFiles: readonly BootFile[], more: Partial<ImageRequest> = {}): ImageRequest {
  return {bootFiles, root: {format: 'ext4', tree, uuid, hashSeed, label: 'root'}, diskSignature, volumeId, epoch: EPOCH, headRoom: {bytes: 4 * MIB}, ...more}
}

const bootFiles: BootFile[] = [
  {path: 'config.txt', size: 12, content: Buffer.from('arm_64bit=1\n')},
  {path: 'overlays/x.dtbo', size: 3, content: Buffer.from('dtb')},
]

const noTree: RootTree = new Map()

describe('image/compose', () => {
  const folder = ownFolder('compose')

  it('makes a card of which every part is sound for its own judge', async () => {
    const target = join(folder(), 'sdcard.img')
    const plan = planImage(request(trickyTree(folder(), {large: MIB}), bootFiles))
    const {sha256, size} = await writeImage({target, ...plan})
    expect(sha256).to.equal(createHash('sha256').update(readFileSync(target)).digest('hex'))
    expect(statSync(target).size).to.equal(size).and.to.equal(plan.size)
    expect(judge('sfdisk', ['--verify', target])).to.have.property('status', 0)
    const [boot, root] = plan.partitions
    for (const [part, file, args] of [[boot, 'fsck.vfat', ['-n']], [root, 'e2fsck', ['-f', '-n']]] as const) {
      const out = join(folder(), `${file}.part`)
      judge('dd', [`if=${target}`, `of=${out}`, 'bs=512', 'conv=sparse', `skip=${part?.firstSector ?? 0}`, `count=${part?.sectors ?? 0}`])
      const {status, stdout} = judge(file, [...args, out])
      expect(status, stdout).to.equal(0)
    }

    const read = readBootFileOf(target)
    expect((await read('CONFIG.TXT'))?.toString()).to.equal('arm_64bit=1\n')
    expect((await read('overlays/x.dtbo'))?.toString()).to.equal('dtb')
    expect(await read('gone')).to.equal(undefined)
  })

  it('is sparse: it takes about what the plan forecast', async () => {
    const target = join(folder(), 'sdcard.img')
    const plan = planImage(request(noTree, bootFiles, {size: 600 * MIB}))
    await writeImage({target, ...plan})
    expect(plan.size).to.equal(600 * MIB)
    expect(statSync(target).blocks * 512).to.be.at.most(plan.allocated)
    expect(plan.allocated).to.be.lessThan(25 * MIB)
  })

  it('gives the same bytes from two folders', async () => {
    const digests = await Promise.all(['one', 'two'].map(async name => {
      const place = join(folder(), name)
      mkdirSync(place)
      const tree = trickyTree(place, {large: MIB})
      // The tree's random body is the same in both: what differs is where bodies lie.
      const same = new Map(Array.from(tree, ([path, entry]) => [path, path === 'random' ? {...entry, content: Buffer.alloc(entry.size, 'r')} : entry]))
      writeFileSync(join(place, 'dtbo'), 'dtb')
      const files = bootFiles.map(file => file.path.endsWith('dtbo') ? {...file, content: {file: join(place, 'dtbo'), offset: 0}} : file)
      return (await writeImage({target: join(place, 'sdcard.img'), ...planImage(request(same, files))})).sha256
    }))
    expect(digests[0]).to.equal(digests[1])
  })

  it('with the root in memory there is one partition', () => {
    const plan = planImage(request(noTree, bootFiles, {root: {format: 'ram'}}))
    expect(plan.partitions).to.deep.equal([{number: 1, type: 'fat32', firstSector: 2048, sectors: 131_072}])
    expect(planImage(request(noTree, bootFiles, {root: {format: 'ram'}, size: 301 * MIB})).partitions[0]?.sectors).to.equal(300 * MIB / 512)
  })

  it('has a block map that bmaptool follows', async () => {
    const target = join(folder(), 'sdcard.img')
    const {mappedRanges: ranges, size} = await writeImage({target, ...planImage(request(trickyTree(folder(), {large: MIB}), bootFiles))})
    writeFileSync(`${target}.bmap`, encodeBmap(size, ranges))
    const card = join(folder(), 'card')
    const {status, stderr} = judge('bmaptool', ['copy', '--bmap', `${target}.bmap`, target, card])
    expect(status, stderr).to.equal(0)
    expect(readFileSync(card).equals(readFileSync(target))).to.be.true
  })

  it('maps all that counts: file systems are sound on a card that was full of rubbish', async () => {
    const target = join(folder(), 'sdcard.img')
    const plan = planImage(request(trickyTree(folder(), {large: MIB}), bootFiles, {size: 250 * MIB}))
    const {mappedRanges: ranges, size} = await writeImage({target, ...plan})
    const image = readFileSync(target)
    const card = Buffer.alloc(size, 0xa5)
    for (const {offset, size: length} of ranges) image.copy(card, offset, offset, offset + length)
    expect(card.equals(image)).to.be.false
    const [boot, root] = plan.partitions
    for (const [part, file, args] of [[boot, 'fsck.vfat', ['-n']], [root, 'e2fsck', ['-f', '-n']]] as const) {
      const out = join(folder(), 'part')
      const first = (part?.firstSector ?? 0) * 512
      writeFileSync(out, card.subarray(first, first + (part?.sectors ?? 0) * 512))
      const {status, stdout} = judge(file, [...args, out])
      expect(status, stdout).to.equal(0)
    }
  })

  it('bmaptool notices an image that was damaged', async () => {
    const target = join(folder(), 'sdcard.img')
    const {mappedRanges: ranges, size} = await writeImage({target, ...planImage(request(noTree, bootFiles))})
    writeFileSync(`${target}.bmap`, encodeBmap(size, ranges))
    const image = readFileSync(target)
    image[600_000 + MIB] = 1
    writeFileSync(target, image)
    const {status, stderr} = judge('bmaptool', ['copy', '--bmap', `${target}.bmap`, target, join(folder(), 'card')])
    expect(status, stderr).not.to.equal(0)
    expect(stderr).to.match(/checksum mismatch/)
  })

  it('an interrupt leaves nothing behind', async () => {
    const target = join(folder(), 'sdcard.img')
    const ending = new AbortController()
    const plan = planImage(request(trickyTree(folder(), {large: 40 * MIB}), bootFiles))
    const onProgress = (done: number): void => { if (done > 70 * MIB) ending.abort() }
    const error: unknown = await writeImage({target, ...plan, signal: ending.signal, onProgress}).catch((cause: unknown) => cause)
    expect(error).to.be.instanceOf(BrmcError).with.property('code', 'INTERRUPTED')
    expect(readdirSync(folder())).to.deep.equal(['holes'])
  })

  it('says when a body became shorter while the image was made', async () => {
    const body = join(folder(), 'body')
    writeFileSync(body, 'short')
    const plan = planImage(request(noTree, [{path: 'x', size: 6, content: {file: body, offset: 0}}]))
    const error: unknown = await writeImage({target: join(folder(), 'sdcard.img'), ...plan}).catch((cause: unknown) => cause)
    expect(error).to.have.property('message').that.matches(/became shorter/)
    expect(readdirSync(folder())).to.deep.equal(['body'])
  })

  it('says when an image is asked for that is too small, in numbers', () => {
    expect(() => planImage(request(noTree, bootFiles, {size: 60 * MIB}))).to.throw(BrmcError, /60 MiB is too small: 65 MiB are taken/)
    expect(() => planImage(request(noTree, bootFiles, {size: 69 * MIB}))).to.throw(BrmcError, /its partition has 4 MiB/)
  })

  it('foresees a full disk', () => {
    refuseFullDisk({target: 'x', needed: 100, free: 100})
    expect(() => { refuseFullDisk({target: 'sdcard.img', needed: 200 * MIB, free: 100 * MIB}) }).to.throw(BrmcError, /sdcard.img needs 200 MiB and the disk has 100 MiB left/)
  })
})

describe('image/mapped-ranges', () => {
  const cases: [string, [number, number][], [number, number][]][] = [
    ['nothing', [], []],
    ['a byte maps its block', [[5000, 1]], [[4096, 4096]]],
    ['neighbours are one range', [[0, 4096], [4096, 10]], [[0, 8192]]],
    ['two in one block', [[0, 10], [100, 10]], [[0, 4096]]],
    ['a gap of a block', [[0, 4096], [8192, 1]], [[0, 4096], [8192, 4096]]],
    ['not beyond the end', [[16_380, 4]], [[12_288, 4096]]],
    ['an empty region', [[4096, 0]], []],
  ]
  for (const [title, regions, expected] of cases) {
    it(title, () => {
      expect(mappedRanges(regions.map(([offset, size]) => ({offset, size})), 16_384)).to.deep.equal(expected.map(([offset, size]) => ({offset, size})))
    })
  }
})
