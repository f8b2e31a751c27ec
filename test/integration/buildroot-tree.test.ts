import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {BOARD_NAMES} from '../../src/boards/boards.js'
import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {askedLines, compareAsked, lastAsked} from '../../src/kconfig/asked.js'
import {parseConfig} from '../../src/kconfig/contract.js'
import {run} from '../../src/process/run.js'
import {applyPlan} from '../../src/sync/apply-plan.js'
import {renderedFiles} from '../../src/sync/rendered-files.js'
import {planSync} from '../../src/sync/plan.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import {projects} from '../tree/projects.js'

const buildroot = process.env['BRMC_TEST_BUILDROOT']

if (buildroot === undefined) console.log('the tree is not held against Buildroot itself: BRMC_TEST_BUILDROOT names no checkout')
else describe('the tree, by hand', () => { byHand(buildroot) })

/** As a person would use it who has Buildroot and no brmc. */
function byHand(checkout: string): void {
  let folder = ''
  let tree = ''

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brmc-tree-'))
    tree = join(folder, 'br2-external')
    const {name, deployments} = projects.post ?? expect.fail()
    const files = renderTree({pins: SHIPPED_PINS, project: {name}, deployments, templates: await readTemplates()})
    await applyPlan(folder, planSync({manifest: new Map(), onDisk: new Map(), rendered: renderedFiles(files)}), files)
  })
  after(() => rm(folder, {recursive: true}))

  const make = async (output: string, ...args: string[]) => run('make', ['-s', '-C', checkout, `O=${join(folder, output)}`, `BR2_EXTERNAL=${tree}`, ...args])

  it("has nothing that Buildroot's own check-package warns of", async function () {
    this.timeout(120_000)
    const program = join(checkout, 'utils/check-package')
    // It hands over to Python's own modules flake8 and magic, which Debian installs for its own Python.
    const files = (await readdir(tree, {recursive: true, withFileTypes: true})).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    const {stdout, stderr} = await run('/usr/bin/python3', [program, '--br2-external', ...files], {accept: [0, 1], cwd: tree})
    expect(`${stdout}${stderr}`.trim().split('\n').at(-1)).to.equal('0 warnings generated')
    expect(`${stdout}${stderr}`).to.match(/[1-9]\d* lines processed/)
  })

  for (const board of BOARD_NAMES) {
    it(`configures ${board} as it asks, without a line that Buildroot drops`, async function () {
      this.timeout(120_000)
      const name = `brmc_${board}_defconfig`
      const {stdout, stderr} = await make(board, name)
      expect(`${stdout}${stderr}`).not.to.match(/warning/i)
      const asked = lastAsked(askedLines(await readFile(join(tree, 'configs', name), 'utf8'), name))
      expect(asked.length).to.be.above(20)
      expect(compareAsked(asked, parseConfig(await readFile(join(folder, board, '.config'), 'utf8')))).to.deep.equal([])

      const info = JSON.parse((await make(board, 'show-info')).stdout) as Record<string, {type: string, virtual?: boolean}>
      expect(info).to.include.keys('linux', 'busybox', 'smcroute', 'mrouted', 'nftables', 'hostapd', 'dropbear', 'rootfs-tar')
    })
  }

  it('lays the overlay of the deployment that make is told over the root', async function () {
    this.timeout(120_000)
    const {deployments} = projects.post ?? expect.fail()
    const overlays = async (...args: string[]) => (await make('virt', 'printvars', 'VARS=ROOTFS_OVERLAYS BRMC_DEPLOYMENT', ...args)).stdout
    const [first, last] = [deployments[0]?.name ?? '', deployments.at(-1)?.name ?? '']
    expect(await overlays()).to.include(`BRMC_DEPLOYMENT=${first}\n`)
    expect(await overlays(`BRMC_DEPLOYMENT=${last}`)).to.include(`BRMC_DEPLOYMENT=${last}\n`)
  })
}
