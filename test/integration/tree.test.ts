import {appendFile, chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {run} from '../../src/process/run.js'
import {applyPlan} from '../../src/sync/apply-plan.js'
import {renderedFiles} from '../../src/sync/rendered-files.js'
import {planSync, statusOf, type Resolutions, type SyncPlan} from '../../src/sync/plan.js'
import {readManifest, readTreeState} from '../../src/sync/read-tree-state.js'
import {unifiedDiff} from '../../src/sync/unified-diff.js'
import {SHIPPED_PINS} from '../../src/boards/pins.js'
import {renderTree} from '../../src/tree/catalogue.js'
import {readTemplates} from '../../src/tree/read-templates.js'
import type {TreeFile} from '../../src/tree/template-set.js'
import {projects} from '../tree/projects.js'

const ROUTES = 'br2-external/overlays/deployments/default/etc/smcroute.conf'
const FRAGMENT = 'br2-external/board/common/linux.fragment'

/** A project's life with the real templates on a real disk, as generate, status and diff go about it. */
describe('a generated tree', () => {
  let project = ''
  let files: TreeFile[] = []

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'brmc project-'))
    files = renderTree({pins: SHIPPED_PINS, ...sources(), templates: await readTemplates()})
  })
  after(() => rm(project, {recursive: true, force: true}))

  function sources(): {project: {name: string}, deployments: NonNullable<typeof projects.post>['deployments']} {
    const {name, deployments} = projects.post ?? expect.fail()
    return {project: {name}, deployments}
  }

  async function planFor(rendered: readonly TreeFile[], resolutions?: Resolutions): Promise<SyncPlan> {
    const [manifest, now] = [await readManifest(project), renderedFiles(rendered)]
    const onDisk = await readTreeState(project, new Set([...manifest.keys(), ...now.keys()]))
    return planSync({manifest, onDisk, rendered: now, ...resolutions && {resolutions}})
  }

  const changed = (path: string): TreeFile[] => files.map(file => file.path === path ? {...file, content: Buffer.concat([Buffer.from('# new template\n'), file.content])} : file)

  it('is written whole, and then is as generated', async () => {
    expect(await applyPlan(project, await planFor(files), files)).to.have.length(files.length)
    expect(statusOf(await planFor(files))).to.deep.equal({drift: [], edited: [], conflicts: []})
  })

  it('holds scripts that sh reads and shellcheck finds nothing in', async () => {
    const scripts = files.filter(({executable}) => executable).map(({path}) => join(project, path))
    expect(scripts).not.to.be.empty
    for (const script of scripts) await run('sh', ['-n', script])
    await run('shellcheck', ['--shell=dash', ...scripts])
  })

  it("runs from a fresh checkout: git keeps scripts' executable bit", async () => {
    await run('git', ['init', '--quiet', project])
    await run('git', ['add', '--all'], {cwd: project})
    const {stdout} = await run('git', ['ls-files', '--stage', 'br2-external/board/common/post-build.sh'], {cwd: project})
    expect(stdout).to.match(/^100755 /)
  })

  it("keeps the user's edits, and patch can put a conflict's difference back", async () => {
    await appendFile(join(project, ROUTES), '# mine\n')
    await appendFile(join(project, 'br2-external/linux-user.fragment'), 'CONFIG_TUN=m\n')
    expect(statusOf(await planFor(files))).to.nested.include({'drift.length': 0, 'edited[0].path': ROUTES})

    const moved = changed(ROUTES)
    const after = moved.find(({path}) => path === ROUTES)?.content.toString() ?? ''
    expect(statusOf(await planFor(moved)).conflicts).to.have.length(1)
    const before = await readFile(join(project, ROUTES), 'utf8')
    const [one, patch] = [join(project, 'one'), join(project, 'patch')]
    await Promise.all([writeFile(one, before), writeFile(patch, unifiedDiff({from: `a/${ROUTES}`, to: `b/${ROUTES}`, before, after}))])
    await run('patch', ['--quiet', '--fuzz=0', one, patch])
    expect(await readFile(one, 'utf8')).to.equal(after)

    await applyPlan(project, await planFor(moved, {overwrite: 'all', keep: []}), moved)
    expect(await readFile(join(project, ROUTES), 'utf8')).to.equal(after)
    expect(await readFile(join(project, 'br2-external/linux-user.fragment'), 'utf8')).to.include('CONFIG_TUN=m\n')
  })

  it('loses the files of a deployment that is gone, and mends what was broken', async () => {
    const {project: {name}, deployments} = sources()
    const fewer = renderTree({pins: SHIPPED_PINS, project: {name}, deployments: deployments.slice(0, 1), templates: await readTemplates()})
    await rm(join(project, FRAGMENT))
    await chmod(join(project, 'br2-external/board/common/post-image.sh'), 0o644)
    const touched = await applyPlan(project, await planFor(fewer), fewer)
    expect(touched).to.deep.include({path: FRAGMENT, action: 'create-again'}).and.to.deep.include({path: 'br2-external/board/common/post-image.sh', action: 'update'})
    const left = await run('find', ['br2-external/overlays/deployments', '-mindepth', '1', '-maxdepth', '1'], {cwd: project})
    expect(left.stdout.trim()).to.equal('br2-external/overlays/deployments/default')
  })
})
