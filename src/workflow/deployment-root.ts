import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {readTarEntries} from '../archive/read-tar.js'
import {ROOTFS_TAR} from '../base/bundle.js'
import {readBases, type FoundBase} from '../base/read-bases.js'
import {BrmcError} from '../errors.js'
import type {RootTree} from '../overlay/entry.js'
import type {Layer} from '../overlay/layer.js'
import {mergeLayers} from '../overlay/merge-layers.js'
import {run} from '../process/run.js'
import type {Deployment} from '../spec/deployment.js'
import {didYouMean} from '../spec/suggest.js'
import {basesFolder, readUsers} from './base-list.js'
import {chooseDeployments, openProject, type OpenProject} from './open-project.js'
import {readDeviceTable, readLayers, rootOf} from './read-layers.js'
import {planTree} from './sync-tree.js'

/** What a deployment's layers come to, nothing built and nothing written. */
export interface DeploymentRoot {
  name: string
  /** The lowest first; the base is the first, and empty where there is none. */
  layers: readonly Layer[]
  /** With all of them. */
  root: RootTree
  epoch: number
  /** Beginning of the base's key; undefined where no base is here. */
  base?: string
  /** What a reader has to know. */
  notes: readonly string[]
}

const SHOWN_KEY = 12
/** Of layers that lie on no base. */
const NO_EPOCH = 0

/** Reads the roots of these deployments and hands them to `deed`; bodies can be read until it ends. Values of secrets are asked of nobody. */
export async function withDeploymentRoots<T>(
  folder: string, names: readonly string[], signal: AbortSignal, deed: (roots: DeploymentRoot[]) => Promise<T>,
): Promise<T> {
  const project = await openProject(folder)
  const scratch = await mkdtemp(join(tmpdir(), 'brmc-overlay-'))
  try {
    const bases = new Map<string, Layer>()
    const roots: DeploymentRoot[] = []
    for (const name of names) roots.push(await readDeploymentRoot(project, name, {scratch, signal, bases}))
    return await deed(roots)
  } finally {
    await rm(scratch, {recursive: true, force: true})
  }
}

interface Reading {
  scratch: string
  signal: AbortSignal
  /** Read once where deployments share one: what comes from it is then the same for both. */
  bases: Map<string, Layer>
}

async function readDeploymentRoot(project: OpenProject, name: string, {scratch, signal, bases}: Reading): Promise<DeploymentRoot> {
  const {folder} = project
  const [chosen] = chooseDeployments(project, [name])
  if (!chosen) throw new BrmcError('INTERNAL', 'one name, one deployment')
  const {plan, files} = await planTree(project)
  if (plan.some(({action}) => action === 'create')) {
    throw new BrmcError('USAGE', 'br2-external/ lacks files that brmc makes for this project', {suggestions: ['write them with: brmc generate']})
  }

  const found = (await readBaseChoice(folder))(chosen.deployment)
  const base = found ? bases.get(found.folder) ?? baseLayer(found) : NO_BASE
  if (found) bases.set(found.folder, base)
  const epoch = found?.bundle.sourceDateEpoch ?? NO_EPOCH
  try {
    const withheld = files.filter(({secrets}) => secrets !== undefined)
    const read = await readLayers({folder, ...chosen, base, epoch, scratch, run, signal, withheld})
    const layers = read.map(layer => ({...layer, name: layer.name.replace(`${folder}/`, '')}))
    return {
      name, layers, epoch,
      root: found ? rootOf(layers, await readDeviceTable(folder), epoch) : mergeLayers(layers, epoch, {nearest: didYouMean}),
      ...found && {base: found.bundle.key.slice(0, SHOWN_KEY)},
      notes: [
        ...found ? [] : ['there is no base of this deployment here: only what lies over it is shown (brmc image makes one)'],
        ...plan.some(({action}) => action === 'update' || action === 'conflict') ? ['br2-external/ is not what the project says: what is there is shown (brmc status)'] : [],
      ],
    }
  } catch (error) {
    if (found || !(error instanceof BrmcError)) throw error
    throw new BrmcError(error.code, error.message, {cause: error, details: error.details, suggestions: [...error.suggestions, 'no base is here yet, and what is declared may be of it: make one with brmc image']})
  }
}

export const NO_BASE: Layer = {name: 'no base', kind: 'archive', entries: []}

/** The base that a deployment's image was made of, else the newest that could be its. */
export async function readBaseChoice(folder: string): Promise<(deployment: Pick<Deployment, 'name' | 'base' | 'board'>) => FoundBase | undefined> {
  const [{bases}, users] = await Promise.all([readBases(basesFolder(folder)), readUsers(folder)])
  return ({name, base, board}) => {
    const fitting = bases.filter(({bundle}) => bundle.provider === base && bundle.board === board)
    return fitting.find(({bundle}) => bundle.key === users.get(name)) ?? fitting[0]
  }
}

export function baseLayer({folder}: FoundBase): Layer {
  return {name: ROOTFS_TAR, kind: 'archive', entries: readTarEntries(join(folder, ROOTFS_TAR))}
}
