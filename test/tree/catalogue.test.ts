import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import type {TreeFile} from '../../src/tree/template-set.js'
import {BOARD_NAMES} from '../../src/boards/boards.js'
import {labDeployment} from '../lab/deployment.js'
import {projects} from './projects.js'

const LINES = {
  defconfig: /^(|#.*|BR2_\w+=(y|\d+|"[^"]*"))$/,
  fragment: /^(|#.*|CONFIG_\w+=(y|m|\d+|"[^"]*"))$/,
}

async function treeOf(name: string, userDefconfig = ''): Promise<Map<string, TreeFile>> {
  const project = projects[name] ?? expect.fail(`no project ${name}`)
  const {name: projectName, deployments} = project
  const files = renderTree({pins: SHIPPED_PINS, project: {name: projectName}, deployments, templates: await readTemplates(), userDefconfig})
  return new Map(files.map(file => [file.path, file]))
}

const textOf = (tree: Map<string, TreeFile>, path: string): string => (tree.get(`br2-external/${path}`) ?? expect.fail(`no ${path}`)).content.toString()

describe('renderTree', () => {
  it('makes the same bytes each time, sorted, and each path once', async () => {
    const [one, other] = [await treeOf('post'), await treeOf('post')]
    expect([...one.entries()]).to.deep.equal([...other.entries()])
    const project = projects.post ?? expect.fail()
    const paths = renderTree({pins: SHIPPED_PINS, project: {name: 'x'}, deployments: project.deployments, templates: await readTemplates()}).map(({path}) => path)
    expect(paths).to.deep.equal([...new Set(paths)].sort())
  })

  it('has a defconfig for every board, and boot files for all that boot from a card', async () => {
    const tree = await treeOf('post')
    for (const name of BOARD_NAMES) {
      expect(textOf(tree, `configs/brmc_${name}_defconfig`)).to.include('BR2_aarch64=y')
      expect(tree.has(`br2-external/board/${name}/config.txt`), name).to.equal(name !== 'virt')
    }
  })

  it('leaves out of the tree what only the Debian base needs', async () => {
    expect([...(await treeOf('post')).keys()].filter(path => path.includes('initramfs'))).to.deep.equal([])
  })

  it('writes only lines that Kconfig reads: it skips others without a word', async () => {
    const tree = await treeOf('post')
    for (const {path, content} of tree.values()) {
      const form = path.endsWith('_defconfig') ? LINES.defconfig : path.endsWith('.fragment') ? LINES.fragment : undefined
      if (form) for (const line of content.toString().split('\n')) expect(line, path).to.match(form)
    }
  })

  it('names only files that are there', async () => {
    const tree = await treeOf('post')
    const named = [...tree.values()].filter(({path}) => path.endsWith('_defconfig'))
      .flatMap(({content}) => [...content.toString().matchAll(/\$\(BR2_EXTERNAL_BRMC_PATH\)\/([^\s"]+)/g)].map(([, path = '']) => path))
      .map(path => path.replace('$(BRMC_DEPLOYMENT)', 'default'))
    const paths = [...tree.keys()]
    for (const path of new Set(named)) expect(paths.some(each => each === `br2-external/${path}` || each.startsWith(`br2-external/${path}/`)), path).to.be.true
  })

  it('puts scripts in with their executable bit, and nothing else', async () => {
    for (const {path, content, executable} of (await treeOf('post')).values()) expect(executable, path).to.equal(content.toString().startsWith('#!'))
    expect((await treeOf('post')).get('br2-external/board/common/post-build.sh')).to.have.property('executable', true)
  })

  it('copies overlays/router byte by byte', async () => {
    const tree = await treeOf('post')
    const copied = [...await readTemplates()].filter(([path]) => path.startsWith('overlays/router/'))
    expect(copied).not.to.be.empty
    for (const [path, content] of copied) expect(tree.get(`br2-external/${path}`)?.content.equals(content), path).to.be.true
  })

  it("asks Buildroot for the packages of all deployments, and lays the first one's overlay by default", async () => {
    const tree = await treeOf('post')
    expect(textOf(tree, 'configs/brmc_virt_defconfig')).to.include('BR2_PACKAGE_TCPDUMP=y\n').and.to.include('BR2_PACKAGE_IPROUTE2=y\n').and.not.to.include('AVAHI')
    expect(textOf(await treeOf('lab'), 'configs/brmc_virt_defconfig')).not.to.include('BR2_PACKAGE_TCPDUMP')
    expect(textOf(tree, 'overlays/deployments.inc')).to.include('BRMC_DEPLOYMENT ?= default\n')
  })

  it('asks Buildroot for avahi without what it would take along, where mDNS is reflected', async () => {
    const deployments = [labDeployment({packages: ['avahi']})]
    const files = renderTree({pins: SHIPPED_PINS, project: {name: 'x'}, deployments, templates: await readTemplates()})
    const tree = new Map(files.map(file => [file.path, file]))
    expect(textOf(tree, 'configs/brmc_virt_defconfig')).to.include('BR2_PACKAGE_AVAHI=y\n# BR2_PACKAGE_AVAHI_AUTOIPD is not set\nBR2_PACKAGE_AVAHI_DAEMON=y\n')
  })

  it("ends each defconfig with the user's own lines", async () => {
    const text = textOf(await treeOf('lab', '# mine\nBR2_PACKAGE_HTOP=y\n\n# BR2_PACKAGE_MROUTED is not set\n'), 'configs/brmc_virt_defconfig')
    expect(text).to.match(/\n# From user.defconfig\nBR2_PACKAGE_HTOP=y\n# BR2_PACKAGE_MROUTED is not set\n$/)
  })

  it('marks the files that are made once for the user', async () => {
    const once = [...(await treeOf('lab')).values()].filter(({generatedOnce}) => generatedOnce).map(({path}) => path)
    expect(once).to.deep.equal(['br2-external/busybox-user.fragment', 'br2-external/linux-user.fragment', 'br2-external/user.defconfig'])
  })

  it('refuses lines of user.defconfig that Buildroot would skip, all at once', async () => {
    const attempt = await treeOf('lab', 'BR2_A=y\nfoo bar\nBR2_B=maybe\nBR2_C="open\nBR2_D="fine"\n').catch((error: unknown) => error)
    expect(attempt).to.be.instanceOf(BrmcError).with.property('code', 'SPEC_INVALID')
    expect(attempt).to.have.property('details').that.deep.equals(['line 2: foo bar', 'line 3: BR2_B=maybe', 'line 4: BR2_C="open'])
  })
})
