import {appendFile, mkdir, mkdtemp, readdir, rm, truncate, unlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {readBundle, writeBundle, type BundleParts} from '../../src/base/write-bundle.js'

const PARTS: BundleParts = {
  bundle: {version: 1, key: 'k', provider: 'debian', board: 'virt', kernelRelease: '6.12', kernel: 'kernel8.img', sourceDateEpoch: 0, packages: []},
  entries: [{path: 'etc', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0}],
  boot: new Map([['kernel8.img', Buffer.from('kernel')]]),
}

describe('a base bundle on disk', () => {
  let bases: string
  let folder: string

  beforeEach(async () => {
    bases = await mkdtemp(join(tmpdir(), 'brmc-bases-'))
    folder = join(bases, 'k')
    await writeBundle(folder, PARTS)
  })

  afterEach(async () => {
    await rm(bases, {recursive: true, force: true})
  })

  it('is read as it was written', async () => {
    expect(await readBundle(folder)).to.deep.include({...PARTS.bundle}).and.have.nested.property('sizes.boot/kernel8\\.img', 6)
  })

  const damages: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['no root', () => unlink(join(folder, 'rootfs.tar'))],
    ['a root that was cut short', () => truncate(join(folder, 'rootfs.tar'), 512)],
    ['a kernel that was cut short', () => truncate(join(folder, 'boot/kernel8.img'), 0)],
    ['a kernel that grew', () => appendFile(join(folder, 'boot/kernel8.img'), 'x')],
    ['half a bundle.json', () => truncate(join(folder, 'bundle.json'), 40)],
    ['a bundle.json of something else', () => writeFile(join(folder, 'bundle.json'), '{"version":1}')],
    ['no bundle.json', () => unlink(join(folder, 'bundle.json'))],
  ]
  for (const [name, damage] of damages) {
    it(`with ${name} is none, and is made again`, async () => {
      await damage()
      expect(await readBundle(folder)).to.equal(undefined)
      await writeBundle(folder, PARTS)
      expect(await readBundle(folder)).to.not.equal(undefined)
    })
  }

  it('clears away what killed runs left, of other bases too', async () => {
    await mkdir(join(bases, 'other.partial', 'boot'), {recursive: true})
    await writeBundle(folder, PARTS)
    expect(await readdir(bases)).to.deep.equal(['k'])
  })

  it('leaves nothing of a run that is interrupted', async () => {
    const ended = await writeBundle(join(bases, 'next'), PARTS, AbortSignal.abort()).catch((error: unknown) => error)
    expect(ended).to.include({code: 'INTERRUPTED'})
    expect(await readdir(bases)).to.deep.equal(['k'])
  })
})
