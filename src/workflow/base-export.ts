import {resolve} from 'node:path'

import {readBases, type FoundBase} from '../base/read-bases.js'
import {exportBundle, type Exported} from '../base/transport/write-export.js'
import {BrmcError} from '../errors.js'
import {run} from '../process/run.js'
import {findProject} from '../spec/read-project.js'
import {basesFolder, readUsers} from './base-list.js'
import {mebibytes} from './mebibytes.js'
import {runSteps, type Reporting} from './reporting.js'

export interface ExportRequest {
  /** Folder of the project, or one below it. */
  folder: string
  /** Beginning of the key; else the base of this deployment's image; else the newest. */
  key?: string
  deployment?: string
  /** Default: `brmc-base-<board>-<key>.tar` in the folder one is in. */
  target?: string
  oci: boolean
  reporting: Reporting
}

export interface ExportedBase extends Exported {
  key: string
  provider: string
  board: string
}

/** A base of the project as one file that travels. */
export async function exportBase({folder, key, deployment, target, oci, reporting}: ExportRequest): Promise<ExportedBase> {
  const project = await findProject(resolve(folder))
  const {bundle, folder: baseFolder} = await chooseBase(project, {...key !== undefined && {key}, ...deployment !== undefined && {deployment}})
  const file = resolve(target ?? `brmc-base-${bundle.board}-${bundle.key.slice(0, 12)}${oci ? '.oci' : ''}.tar`)
  const {exported} = await runSteps<{exported?: Exported}>([{
    title: `Export the base ${bundle.key.slice(0, 12)} (${bundle.provider}, ${bundle.board})`,
    async run(context, show) {
      context.exported = await exportBundle(baseFolder, bundle, {target: file, oci, run, signal: reporting.signal})
      show.conclude(`Export the base ${bundle.key.slice(0, 12)} (${bundle.provider}, ${bundle.board}): ${mebibytes(context.exported.size)} MiB`)
    },
  }], {}, reporting)
  if (!exported) throw new BrmcError('INTERNAL', 'the export ended without a file')
  return {key: bundle.key, provider: bundle.provider, board: bundle.board, ...exported}
}

async function chooseBase(project: string, {key, deployment}: {key?: string, deployment?: string}): Promise<FoundBase> {
  const {bases} = await readBases(basesFolder(project))
  const suggestions = ['see what there is with: brmc base ls']
  if (key !== undefined && deployment !== undefined) throw new BrmcError('USAGE', 'a key and a deployment are two ways to name a base: give one of them')
  if (deployment !== undefined) {
    const used = (await readUsers(project)).get(deployment)
    const found = bases.find(({bundle}) => bundle.key === used)
    if (!found) throw new BrmcError('USAGE', `${deployment} has no image whose base is there`, {suggestions: [`make it first: brmc image ${deployment}`]})
    return found
  }

  const [first, ...others] = bases.filter(({bundle}) => bundle.key.startsWith(key?.toLowerCase() ?? ''))
  if (!first) throw new BrmcError('USAGE', key === undefined ? 'there is no base yet' : `there is no base whose key begins with ${key}`, {suggestions: key === undefined ? ['make one: brmc image'] : suggestions})
  if (key !== undefined && others.length > 0) throw new BrmcError('USAGE', `${others.length + 1} bases have a key that begins with ${key}`, {suggestions})
  return first
}
