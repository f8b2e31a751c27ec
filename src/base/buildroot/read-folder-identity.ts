import {lstat, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {BrmcError} from '../../errors.js'
import {isMissing} from '../../files/system-error.js'
import {sha256} from '../../files/sha256.js'
import type {Run} from '../../process/run.js'

/**
 * What tells one state of a folder from another: names, sizes and times of change of all in it, as rsync and make tell them. It holds on one machine
 * only; for what travels there is a version. Throws BrmcError USAGE where there is no such folder.
 */
export async function readFolderIdentity(folder: string, purpose: string): Promise<string> {
  const lines: string[] = []
  await walk(folder, '', lines).catch((error: unknown) => {
    if (!isMissing(error)) throw error
    throw new BrmcError('USAGE', `${purpose}: there is no folder ${folder}`, {cause: error})
  })
  return sha256(lines.sort().join('\n'))
}

async function walk(folder: string, below: string, lines: string[]): Promise<void> {
  const entries = await readdir(join(folder, below), {withFileTypes: true})
  await Promise.all(entries.map(async entry => {
    const path = join(below, entry.name)
    if (entry.name === '.git') return
    if (entry.isDirectory()) return walk(folder, path, lines)
    const {size, mtimeMs, mode} = await lstat(join(folder, path))
    lines.push(`${path}\0${size}\0${mtimeMs}\0${mode}`)
  }))
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
  return commit === undefined ? {version, folder: await readFolderIdentity(folder, 'Buildroot')} : {version, commit}
}

/** HEAD of a checkout in which nothing was changed; undefined for any other folder, and where git does not trust its owner. */
async function cleanCommit(folder: string, run: Run): Promise<string | undefined> {
  const git = ['-c', `safe.directory=${folder}`, '-C', folder]
  const status = await run('git', [...git, 'status', '--porcelain=v2', '--branch', '--untracked-files=normal'], {accept: [0, 128]}).catch(() => undefined)
  const top = status?.exitCode === 0 ? await run('git', [...git, 'rev-parse', '--show-cdup'], {accept: [0, 128]}) : undefined
  if (!status || top?.stdout.trim() !== '') return undefined
  const lines = status.stdout.split('\n').filter(line => line !== '')
  return lines.every(line => line.startsWith('# ')) ? lines.map(line => /^# branch\.oid ([0-9a-f]{40})$/.exec(line)?.[1]).find(oid => oid !== undefined) : undefined
}
