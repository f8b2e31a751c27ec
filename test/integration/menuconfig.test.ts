import {appendFile, mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'

const BRMC = new URL('../../bin/run.js', import.meta.url).pathname
const TYPE = new URL('../lab/type-in-terminal.py', import.meta.url).pathname
const ESCAPE = '\u001B\u001B'

const buildroot = process.env['BRMC_TEST_BUILDROOT']

describe('brmc menuconfig', () => {
  let project = ''
  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc-menu-'))
    await run('node', [BRMC, 'init', project, '--board', 'virt', '--name', 'menu', '--country', 'PT'])
    // Volumes of this engine are somebody's builds.
    await appendFile(join(project, 'brmc.yaml'), '\nbuildroot: {output: work/output, downloads: work/downloads, ccache: work/ccache}\n')
  })
  after(() => rm(project, {recursive: true, force: true}))

  it('says that it needs a terminal, and what to do without', async () => {
    const {exitCode, stderr} = await run('node', [BRMC, 'menuconfig', 'linux', '--project', project], {accept: [2]})
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('a menu needs a terminal').and.to.include('br2-external/linux-user.fragment')
  })

  if (buildroot === undefined) console.log("Buildroot's own menu is not opened: BRMC_TEST_BUILDROOT names no checkout")
  else it("keeps what was changed in Buildroot's own menu, and loses the line when it is set back", async function () {
    this.timeout(600_000)
    const user = async () => readFile(join(project, 'br2-external/user.defconfig'), 'utf8')
    const type = async (...script: [string, string[]][]) => run('/usr/bin/python3', [
      TYPE, JSON.stringify(script), 'node', BRMC, 'menuconfig', '--project', project, '--buildroot', buildroot,
    ])
    // Search, jump to the first result, set it; leave all menus.
    const set = async (key: string) => type(['arget options', ['/']], ['Enter', ['PACKAGE_HTOP', '\r']], ['Symbol:', ['1']], ['htop', [key, ESCAPE, ESCAPE, ESCAPE]], ['save', ['\r']])

    const {stdout: left} = await type(['arget options', [ESCAPE]])
    expect(left).to.include('nothing was changed')
    const before = await user()

    const {stdout: shown} = await set('y')
    expect(shown).to.include('br2-external/user.defconfig changed')
    expect(await user()).to.equal(`${before}BR2_PACKAGE_HTOP=y\n`)
    expect(await readFile(join(project, 'br2-external/configs/brmc_virt_defconfig'), 'utf8')).to.match(/^BR2_PACKAGE_HTOP=y$/m)

    await set('n')
    expect(await user()).to.equal(before)
  })
})
