import {readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect} from 'chai'

import {planImage, type BootFile, type ImagePlan, type ImageRequest} from '../../src/image/compose.js'
import {differingRegions} from '../../src/image/differing-regions.js'
import {identityOf} from '../../src/image/identity.js'
import {mappedRanges} from '../../src/image/mapped-ranges.js'
import type {Region} from '../../src/image/region.js'
import {StemWriter} from '../../src/image/write-from-stem.js'
import {writeImage} from '../../src/image/write-image.js'
import {ownFolder} from './on-disk.js'
import {EPOCH, trickyTree} from './tricky-tree.js'

const MIB = 1024 * 1024

/** Numbers that look like chance, the same every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

function anyPlan(next: (below: number) => number): Pick<ImagePlan, 'regions' | 'size'> {
  const regions: Region[] = []
  let offset = 0
  for (let count = next(12); count > 0; count--) {
    offset += next(3) * 4096 + next(3) * 512
    const size = next(4) * 4096 + next(5) * 100
    const kind = next(3)
    regions.push({offset, size, ...kind > 0 && {content: Buffer.alloc(size, kind === 1 ? 'a' : String(next(4)))}})
    offset += size
  }

  return {regions, size: Math.ceil(offset / 4096) * 4096 + next(3) * 4096}
}

describe('an image made from another', () => {
  const folder = ownFolder('stem')

  async function bothWays(stem: Pick<ImagePlan, 'regions' | 'size'>, plan: Pick<ImagePlan, 'regions' | 'size'>): Promise<{differing: Region[], same: boolean}> {
    const [image, target, whole] = ['stem', 'made', 'whole'].map(name => join(folder(), `${name}.img`)) as [string, string, string]
    await writeImage({target: image, size: stem.size, regions: stem.regions})
    await writeImage({target: whole, size: plan.size, regions: plan.regions})
    const differing = differingRegions(stem, plan)
    new StemWriter().write({stem: {image, mappedRanges: mappedRanges(stem.regions, stem.size)}, target, size: plan.size, regions: differing})
    return {differing, same: readFileSync(target).equals(readFileSync(whole))}
  }

  it('has the bytes that it would have had from the start, whatever both are', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = numbers(seed)
      const {same} = await bothWays(anyPlan(next), anyPlan(next))
      expect(same, `seed ${seed}`).to.equal(true)
    }
  }).timeout(60_000)

  const shared: BootFile[] = Array.from({length: 40}, (_, index) => ({path: `overlays/${index}.dtbo`, size: 5000 * index, content: Buffer.alloc(5000 * index, String(index))}))
  const request = (name: string, own: Buffer, more: Partial<ImageRequest> = {}): ImageRequest => {
    const {diskSignature, volumeId} = identityOf('project', name)
    return {bootFiles: [...shared, {path: 'A-first.cpio', size: own.length, content: own, varies: true}], root: {format: 'ram'}, diskSignature, volumeId, epoch: EPOCH, ...more}
  }

  it('differs in some kilobytes where one small file does, though that has grown', async () => {
    const stem = planImage(request('one', Buffer.alloc(9000, 'x')))
    const plan = planImage(request('two', Buffer.alloc(9900, 'y'), {like: stem}))
    const {differing, same} = await bothWays(stem, plan)
    expect(same).to.equal(true)
    expect(differing.reduce((sum, {size}) => sum + size, 0)).to.be.below(32 * 1024)
  })

  it('is planned the same, whether or not another plan was taken over', () => {
    const stem = planImage(request('one', Buffer.alloc(9000, 'x')))
    for (const own of [Buffer.alloc(100, 'y'), Buffer.alloc(900_000, 'y'), Buffer.alloc(0)]) {
      expect(planImage(request('two', own, {like: stem}))).to.deep.equal(planImage(request('two', own)))
    }
  })

  it('holds for a root on ext4, where checksums differ everywhere', async () => {
    const tree = trickyTree(folder(), {large: MIB})
    const [one, two] = ['one', 'two'].map(name => {
      const {rootUuid: uuid, hashSeed} = identityOf('project', name)
      const content = Buffer.from(`${name}\n`)
      const own = new Map([...tree, ['hostname', {path: 'hostname', type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: EPOCH, size: content.length, content}]])
      return planImage(request(name, Buffer.alloc(0), {root: {format: 'ext4', tree: own, uuid, hashSeed, label: 'root'}, headRoom: {bytes: 4 * MIB}}))
    }) as [ImagePlan, ImagePlan]
    const {differing, same} = await bothWays(one, two)
    expect(same).to.equal(true)
    expect(differing.some(({content}) => content !== undefined && !Buffer.isBuffer(content)), 'bodies of the base are not written again').to.equal(false)
  })

  it('stays sparse where blocks cannot be shared, and leaves nothing behind where it cannot be written', async () => {
    const plan = planImage(request('one', Buffer.alloc(9000, 'x'), {size: 300 * MIB}))
    const [image, target] = [join(folder(), 'stem.img'), join(folder(), 'made.img')]
    await writeImage({target: image, size: plan.size, regions: plan.regions})
    new StemWriter().write({stem: {image}, target, size: plan.size, regions: []})
    expect(readFileSync(target).equals(readFileSync(image))).to.equal(true)
    expect(statSync(target).blocks * 512).to.be.at.most(plan.allocated + 128 * 1024)

    writeFileSync(join(folder(), 'file'), '')
    const broken = join(folder(), 'file', 'made.img')
    expect(() => { new StemWriter().write({stem: {image}, target: broken, size: plan.size, regions: []}) }).to.throw(/ENOTDIR/)
  })
})
