import {join} from 'node:path'

import {openBuild} from '../base/buildroot/open-build.js'
import type {MenuName} from '../base/buildroot/menu.js'
import {runMenu, type MenuResult, type ReadyMenu} from '../base/buildroot/run-menu.js'
import {boards, type BoardName} from '../boards/boards.js'
import {BrmcError} from '../errors.js'
import {readTextIfThere} from '../files/read-text.js'
import {writeWhole} from '../files/write-whole.js'
import type {Spec} from '../spec/schema.js'
import type {TouchedFile} from '../sync/apply-plan.js'
import {TREE_FOLDER} from '../tree/template-set.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {buildSettings} from './buildroot-base.js'
import {chooseDeployments, openProject} from './open-project.js'
import {runSteps, type Reporting} from './reporting.js'
import {applyTree, planTree} from './sync-tree.js'

export interface EditRequest {
  folder: string
  menu: MenuName
  /** Default: the one that the file names. */
  board?: BoardName
  /** Settings of the base buildroot in place of what the file says; paths are absolute. */
  buildroot: Partial<Spec['buildroot']>
  reporting: Reporting
}

export interface Edited extends Omit<MenuResult, 'userText'> {
  /** File that the changes went to, below the project. */
  file: string
  /** Something was changed in the menu, and is in the file now. */
  saved: boolean
  /** What was generated again because of it. */
  touched: TouchedFile[]
}

/** The user's own file for each menu. */
export const USER_FILES: Readonly<Record<MenuName, string>> = {buildroot: 'user.defconfig', linux: 'linux-user.fragment', busybox: 'busybox-user.fragment'}

/** Opens a menu for the project's base and saves what was changed in it into the user's own file. */
export async function editMenu(request: EditRequest): Promise<Edited> {
  const project = await openProject(request.folder)
  return alone({folder: project.folder, purpose: PROJECT_LOCK}, request.reporting, async () => {
    const planned = await planTree(project)
    await applyTree(planned, request.reporting.signal)
    const file = `${TREE_FOLDER}/${USER_FILES[request.menu]}`
    const path = join(project.folder, file)
    const before = await readTextIfThere(path) ?? ''
    const deployment = deploymentOf(project, request)
    const {userText, ...result} = await inMenu({request, userText: before, folder: project.folder, deployment, templates: planned.templates})
    const saved = userText !== before
    if (saved) await writeWhole(path, userText)
    return {...result, file, saved, touched: saved ? await applyTree(await planTree(project), request.reporting.signal) : []}
  })
}

type Deployment = Parameters<typeof buildSettings>[0]['deployment']

function deploymentOf(project: Awaited<ReturnType<typeof openProject>>, {board, buildroot}: EditRequest): Deployment {
  const [{deployment} = {}] = chooseDeployments(project, [])
  if (!deployment) throw new BrmcError('SPEC_INVALID', 'the project file describes no deployment', {suggestions: ['see why with: brmc check']})
  return {...deployment, ...board && {board: boards[board].name}, buildroot: {...deployment.buildroot, ...buildroot}}
}

interface Session {
  request: EditRequest
  userText: string
  folder: string
  deployment: Deployment
  templates: Parameters<typeof buildSettings>[0]['templates']
}

interface Making {
  ready?: ReadyMenu
  result?: MenuResult
}

/** While the menu has the terminal nothing else writes to it: what comes before it is one list of steps, what comes after another. */
async function inMenu({request: {menu, reporting}, userText, folder, deployment, templates}: Session): Promise<MenuResult> {
  const making = await runSteps<Making>([{
    title: `Make ready the menu of ${menu} for ${deployment.board}`,
    async run(context, show) {
      const build = await openBuild({...await buildSettings({deployment, folder, templates, reporting}), watch: {onPreparing: show.say}})
      context.ready = await runMenu({menu, build, userText, defconfig: `configs/brmc_${deployment.board}_defconfig`, onStep: show.note})
    },
  }], {}, reporting)
  await making.ready?.open()
  const {result} = await runSteps<Making>([{
    title: 'See to it that your lines say what the menu showed',
    async run(context) {
      const result = await context.ready?.result()
      if (result) context.result = result
    },
  }], making, reporting)
  if (!result) throw new BrmcError('INTERNAL', 'the menu is made ready first')
  return result
}
