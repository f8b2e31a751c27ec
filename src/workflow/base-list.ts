import {readdir} from 'node:fs/promises'
import {join, resolve} from 'node:path'

import {bundleSize} from '../base/transport/check-bundle.js'
import {readBases, type FoundBase} from '../base/read-bases.js'
import {readTextIfThere} from '../files/read-text.js'
import {findProject} from '../spec/read-project.js'
import {imagePath} from './image-path.js'

/** Where the bases of a project lie. */
export const basesFolder = (project: string): string => join(project, 'build', 'bases')

export interface ListedBase {
  key: string
  provider: string
  board: string
  kernelRelease: string
  packages: number
  /** Bytes. */
  size: number
  sourceDateEpoch: number
  /** Deployments whose image, as it lies in build/images/, was composed from it. */
  usedBy: string[]
  folder: string
}

export interface BaseList {
  /** The newest first. */
  bases: ListedBase[]
  /** Names in the folder of bases that hold no whole base. */
  damaged: string[]
}

/** The bases of the project in `folder` or above it. Throws PROJECT_MISSING. */
export async function listBases(folder: string): Promise<BaseList> {
  const project = await findProject(resolve(folder))
  const [{bases, damaged}, users] = await Promise.all([readBases(basesFolder(project)), readUsers(project)])
  return {bases: bases.map(base => listed(base, users)), damaged}
}

function listed({bundle, folder}: FoundBase, users: ReadonlyMap<string, string>): ListedBase {
  const {key, provider, board, kernelRelease, packages, sourceDateEpoch} = bundle
  return {
    key, provider, board, kernelRelease, packages: packages.length, size: bundleSize(bundle), sourceDateEpoch,
    usedBy: [...users].filter(([, used]) => used === key).map(([name]) => name), folder,
  }
}

/** Deployment → key of the base that its image was composed from, of all images that are there. */
export async function readUsers(project: string): Promise<Map<string, string>> {
  const names = await readdir(join(project, 'build', 'images')).catch(() => [])
  const keys = await Promise.all(names.sort().map(async name => [name, keyIn(await readTextIfThere(join(project, `${imagePath(name)}.json`)) ?? '')] as const))
  return new Map(keys.flatMap(([name, key]) => key === undefined ? [] : [[name, key]]))
}

/** An image's manifest may be of another brmc: no more of it is read than is needed. */
function keyIn(text: string): string | undefined {
  return /"base":\s*\{\s*"provider":\s*"[a-z]+",\s*"key":\s*"([0-9a-f]{64})"/.exec(text)?.[1]
}
