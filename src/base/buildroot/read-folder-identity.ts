import {readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../../errors.js'
import {readFolderState} from '../../files/read-folder-state.js'
import {isMissing} from '../../files/system-error.js'
import {sha256} from '../../files/sha256.js'
import type {Run} from '../../process/run.js'

/**
 * What tells one state of each folder from another: names, sizes, modes and times of change of all in it, as rsync and make tell them. It holds on one
 * machine only; for what travels there is a version. Throws BrmcError USAGE where there is no such folder.
 * @param folders name, as the project file has it → absolute path
 */
export async function readFolderIdentities(folders: Readonly<Record<string, string>>, run: Run): Promise<Record<string, string>> {
  const names = Object.entries(folders)
  await Promise.all(names.map(([name, folder]) => needFolder(folder, name)))
  const states = await statesOf([...new Set(Object.values(folders))], run)
  return Object.fromEntries(names.map(([name, folder]) => [name, sha256((states.get(folder) ?? []).sort().join('\0'))]))
}

async function needFolder(folder: string, name: string): Promise<void> {
  const stats = await stat(folder).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (stats?.isDirectory() !== true) {
    throw new BrmcError('USAGE', `${name}: there is no folder ${folder}`, {suggestions: ['write its path relative to brmc.yaml, or in full']})
  }
}

/** GNU find looks at ten thousand files in the time Node takes for a thousand, and one of it at all folders in the time many take to start; where there is another find, Node does it. */
async function statesOf(folders: readonly string[], run: Run): Promise<Map<string, string[]>> {
  if (folders.length === 0) return new Map()
  const format = String.raw`%H\t%P\t%s\t%T@\t%m\t%l\0`
  const found = await run('find', [...folders, '-name', '.git', '-prune', '-o', '!', '-type', 'd', '-printf', format], {accept: [0, 1]}).catch(() => undefined)
  if (found?.exitCode !== 0) return new Map(await Promise.all(folders.map(async folder => [folder, await readFolderState(folder)] as const)))
  const states = new Map(folders.map((folder): [string, string[]] => [folder, ['']]))
  for (const line of found.stdout.split('\0')) {
    const end = line.indexOf('\t')
    states.get(line.slice(0, end))?.push(line.slice(end + 1))
  }
  return states
}

export interface BuildrootIdentity {
  /** BR2_VERSION of its Makefile. */
  version: string
  /** Commit, where the folder is a clean checkout. */
  commit?: string
  /** Identity of the folder where nothing better tells its content. */
  folder?: string
}

/** Which Buildroot lies in `folder`. Throws BrmcError USAGE where it is none. */
export async function readBuildrootIdentity(folder: string, run: Run): Promise<BuildrootIdentity> {
  const makefile = await readFile(join(folder, 'Makefile'), 'utf8').catch(() => '')
  const version = /^export BR2_VERSION := (\S+)$/m.exec(makefile)?.[1]
  if (version === undefined) {
    throw new BrmcError('USAGE', `${folder} is not a checkout of Buildroot: its Makefile says no BR2_VERSION`, {
      suggestions: ['give the folder that holds Buildroot\'s own Makefile', 'leave it out: brmc then downloads the release it was tried with'],
    })
  }
  const commit = await cleanCommit(folder, run)
  return commit === undefined ? {version, folder: (await readFolderIdentities({Buildroot: folder}, run))['Buildroot'] ?? ''} : {version, commit}
}

/** HEAD of a checkout in which nothing was changed; undefined for any other folder, and where git does not trust its owner. */
async function cleanCommit(folder: string, run: Run): Promise<string | undefined> {
  // A folder below another checkout's is not a checkout.
  if (await stat(join(folder, '.git')).catch(() => undefined) === undefined) return undefined
  const asked = ['-c', `safe.directory=${folder}`, '-C', folder, 'status', '--porcelain=v2', '--branch', '--untracked-files=normal']
  const status = await run('git', asked, {accept: [0, 128]}).catch(() => undefined)
  if (status?.exitCode !== 0) return undefined
  const lines = status.stdout.split('\n').filter(line => line !== '')
  return lines.every(line => line.startsWith('# ')) ? lines.map(line => /^# branch\.oid ([0-9a-f]{40})$/.exec(line)?.[1]).find(oid => oid !== undefined) : undefined
}
