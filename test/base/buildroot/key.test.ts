import {chmod, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {expect} from 'chai'

import {buildrootBaseKey, ingredientsOf, type BaseInputs} from '../../../src/base/buildroot/key.js'
import {readBaseTree} from '../../../src/base/buildroot/read-base-tree.js'
import {SHIPPED_PINS} from '../../../src/boards/pins.js'
import {BrmcError} from '../../../src/errors.js'
import {renderTree} from '../../../src/tree/catalogue.js'
import {readTemplates} from '../../../src/tree/read-templates.js'
import {projects} from '../../tree/projects.js'

const project = projects['post']
const COMMIT = 'e'.repeat(40)

describe('the key of a base', () => {
  let folder: string
  const tree = (): string => join(folder, 'br2-external')

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc key '))
    if (!project) throw new Error('there is a project of that name')
    const files = renderTree({pins: SHIPPED_PINS, project: {name: project.name}, deployments: project.deployments, templates: await readTemplates()})
    for (const {path, content, executable} of files) {
      await put(path, content)
      if (executable) await chmod(join(folder, path), 0o755)
    }
  })
  afterEach(async () => { await rm(folder, {recursive: true, force: true}) })

  async function put(path: string, content: string | Buffer): Promise<void> {
    await mkdir(dirname(join(folder, path)), {recursive: true})
    await writeFile(join(folder, path), content)
  }
  const keyOf = async (inputs: Partial<BaseInputs> = {}): Promise<string> => buildrootBaseKey(ingredientsOf({
    board: 'raspberrypi4-64', pins: SHIPPED_PINS, tree: await readBaseTree(tree(), 'raspberrypi4-64'), toolchain: 'bootlin', overrides: {}, builder: 'b', epoch: 1, ...inputs,
  }))

  const files: [path: string, moves: boolean][] = [
    ['overlays/router/etc/inittab', false],
    ['overlays/deployments/default/etc/smcroute.conf', false],
    ['overlays/deployments/another/etc/hostname', false],
    ['README.md', false],
    ['configs/brmc_raspberrypi5_defconfig', false],
    ['board/raspberrypi5/config.txt', false],
    ['configs/brmc_raspberrypi4-64_defconfig', true],
    ['linux-user.fragment', true],
    ['busybox-user.fragment', true],
    ['user.defconfig', true],
    ['package/mine/mine.mk', true],
    ['board/common/patches/smcroute/0001-x.patch', true],
    ['external.mk', true],
  ]
  for (const [path, moves] of files) {
    it(`${moves ? 'changes' : 'stays'} with ${path}`, async () => {
      const before = await keyOf()
      await put(`br2-external/${path}`, 'changed\n')
      expect(await keyOf() === before).to.equal(!moves)
    })
  }

  it('changes where a script can be run no more', async () => {
    const before = await keyOf()
    const script = (await readBaseTree(tree(), 'raspberrypi4-64')).find(({executable}) => executable)
    expect(script).not.to.equal(undefined)
    await chmod(join(tree(), script?.path ?? ''), 0o644)
    expect(await keyOf()).not.to.equal(before)
  })

  const inputs: [string, Partial<BaseInputs>, boolean][] = [
    ['another board', {board: 'raspberrypi3-64'}, true],
    ['another compiler', {toolchain: 'internal'}, true],
    ['another builder image', {builder: 'c'}, true],
    ['another time', {epoch: 2}, true],
    ['a folder in place of a package\'s source', {overrides: {smcroute: 'a'}}, true],
    ['another Buildroot', {pins: {...SHIPPED_PINS, buildroot: {...SHIPPED_PINS.buildroot, version: '2026.02.4'}}}, true],
    ['the pinned release as a clean checkout', {checkout: {version: '2026.02.3', commit: SHIPPED_PINS.buildroot.commit ?? ''}}, false],
    ['another commit of it', {checkout: {version: '2026.02.3', commit: COMMIT}}, true],
    ['a checkout with changes', {checkout: {version: '2026.02.3', folder: 'f'}}, true],
    ['a checkout with changes, where no commit is pinned', {pins: {...SHIPPED_PINS, buildroot: {version: '2026.02.3', epoch: 1}}, checkout: {version: '2026.02.3', folder: 'f'}}, true],
  ]
  for (const [title, changed, moves] of inputs) {
    it(`${moves ? 'changes' : 'stays'} with ${title}`, async () => {
      expect(await keyOf(changed) === await keyOf()).to.equal(!moves)
    })
  }

  it('does not depend on the order of files and packages', async () => {
    const files = await readBaseTree(tree(), 'raspberrypi4-64')
    expect(await keyOf({tree: [...files].reverse(), overrides: {b: '2', a: '1'}})).to.equal(await keyOf({tree: files, overrides: {a: '1', b: '2'}}))
  })

  it('is refused for a tree with a link in it', async () => {
    await symlink('/etc/passwd', join(tree(), 'board/common/link'))
    expect(await keyOf().catch((error: unknown) => error)).to.be.instanceOf(BrmcError).with.property('message').that.includes('br2-external/board/common/link')
  })
})
