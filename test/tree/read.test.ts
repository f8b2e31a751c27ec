import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {readUserDefconfig} from '../../src/tree/read-user-defconfig.js'

describe('what the tree is read from', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc package-'))
    await Promise.all(['br2-external', 'board', 'overlays/router/etc'].map(path => mkdir(join(folder, path), {recursive: true})))
  })
  afterEach(() => rm(folder, {recursive: true, force: true}))

  it('templates are named by their path in the package', async () => {
    await writeFile(join(folder, 'overlays/router/etc/inittab'), 'text')
    expect([...await readTemplates(folder)].map(([path, content]) => `${path}: ${content.toString()}`)).to.deep.equal(['overlays/router/etc/inittab: text'])
  })

  it('a link among templates is refused: npm would not pack it', async () => {
    await symlink('x', join(folder, 'board/link'))
    expect(await readTemplates(folder).catch((error: unknown) => error)).to.be.instanceOf(BrmcError).with.property('message').that.includes('board/link')
  })

  it('an installation without its templates is told as one', async () => {
    await rm(join(folder, 'board'), {recursive: true})
    expect(await readTemplates(folder).catch((error: unknown) => error)).to.be.instanceOf(BrmcError).with.property('suggestions').that.deep.equals(['install brmc again'])
  })

  it("the user's defconfig lines are empty until there are some", async () => {
    expect(await readUserDefconfig(folder)).to.equal('')
    await writeFile(join(folder, 'br2-external/user.defconfig'), 'BR2_X=y\n')
    expect(await readUserDefconfig(folder)).to.equal('BR2_X=y\n')
  })
})
