import {BrmcError} from '../../errors.js'
import {parseConfig} from '../../kconfig/contract.js'
import {leftBehind, menuChanges, stillDifferent} from '../../kconfig/menu-changes.js'
import {mergeUserLines} from '../../kconfig/user-lines.js'
import {fragmentMenu} from './fragment-menu.js'
import {buildrootMenu} from './buildroot-menu.js'
import {empty, makeInTerminal, readOutputFile, recover, shell, writeOutputFile, type Output} from './output.js'
import {OWN_FOLDER} from './output-files.js'
import type {OpenBuild} from './open-build.js'
import type {Menu, MenuRequest} from './menu.js'

/** A menu that can be opened. */
export interface ReadyMenu {
  /** Lends the terminal to the menu and waits for its end. Throws BrmcError TOOL_FAILED where it did not open. */
  open: () => Promise<void>
  /** What is to be kept of what was changed in it. */
  result: () => Promise<MenuResult>
}

export interface MenuResult {
  /** The user's file with what was changed in the menu. */
  userText: string
  /** Options changed in the menu that brmc sets itself: nothing was saved of them. */
  refused: readonly string[]
  /** Options that do not come out as the menu showed them. */
  unsettled: readonly string[]
}

const MENU_FOLDER = `${OWN_FOLDER}/menu`
const GROUND = `${OWN_FOLDER}/menu-ground`
/** An option that appears because of another one may itself bring more to light. */
const ROUNDS = 4

/**
 * Makes the menu of Buildroot, the kernel or BusyBox ready for the build's configuration. It works in a folder of its own within the output: nothing that
 * was built is touched. Throws BrmcError TOOL_FAILED with make's words.
 */
export async function runMenu(request: MenuRequest): Promise<ReadyMenu> {
  const {menu: name, userText, onStep} = request
  const output = await menuOutput(request.build)
  onStep('making the configuration')
  const menu = name === 'buildroot' ? buildrootMenu(request, output) : await fragmentMenu(request, output, name)
  const below = await menu.configure(undefined)
  const before = await menu.configure(userText)
  const minimalBefore = await menu.minimal?.()
  return {
    async open() {
      const status = await makeInTerminal(output, menu.target)
      if (status !== 0) throw notOpened(status)
    },
    async result() {
      const after = await menu.read()
      const changed = differing(before, after)
      const refused = changed.filter(symbol => menu.notTheirs.has(symbol))
      if (changed.length === refused.length) return {userText, refused, unsettled: []}
      const minimalAfter = await menu.minimal?.()
      const minimal = minimalBefore !== undefined && minimalAfter !== undefined ? {minimal: {before: minimalBefore, after: minimalAfter}} : {}
      const notTheirs = new Set([...menu.notTheirs, ...leftBehind({before, after, ...minimal})])
      const changes = menuChanges({below, before, after, notTheirs, ...minimal})
      return {...await settle({...menu, notTheirs}, mergeUserLines(userText, changes), after), refused}
    },
  }
}

/** Adds what the lines do not yet come to. */
async function settle(menu: Menu, first: string, after: string): Promise<Omit<MenuResult, 'refused'>> {
  let userText = first
  for (let round = 1; ; round++) {
    const left = stillDifferent(after, await menu.configure(userText), menu.notTheirs)
    if (left.size === 0) return {userText, unsettled: []}
    if (round === ROUNDS) return {userText, unsettled: [...left.keys()]}
    userText = mergeUserLines(userText, left)
  }
}

async function menuOutput({workshop, epoch, ground}: OpenBuild): Promise<Output> {
  const output: Output = {workshop: {...workshop, places: {...workshop.places, output: `${workshop.places.output}/${MENU_FOLDER}`}}, epoch}
  await shell(output, 'mkdir -p "$1"', [output.workshop.places.output])
  await recover(output)
  if (await readOutputFile(output, GROUND) !== ground) await empty(output)
  await writeOutputFile(output, GROUND, ground)
  return output
}

function differing(before: string, after: string): string[] {
  const [was, is] = [parseConfig(before), parseConfig(after)]
  return [...new Set([...was.keys(), ...is.keys()])].filter(symbol => was.get(symbol) !== is.get(symbol)).sort()
}

function notOpened(status: number): BrmcError {
  return new BrmcError('TOOL_FAILED', `the menu ended with status ${status}; nothing was saved`, {
    suggestions: ['its own words stand above', 'it needs a window of 80 columns and 19 lines at least', 'where it does not know the terminal: TERM=xterm brmc menuconfig'],
  })
}
