import {join} from 'node:path'

import {fetchLock, findMirror} from '../base/debian/fetch-lock.js'
import type {Lock} from '../base/debian/lock.js'
import {readLock, writeLock} from '../base/debian/write-lock.js'
import {BrmcError} from '../errors.js'
import {run} from '../process/run.js'
import {DEFAULT_DEPLOYMENT} from '../spec/check-project.js'
import {alone, PROJECT_LOCK} from './alone.js'
import {chooseDeployments, type OpenProject} from './open-project.js'
import {runSteps, type Reporting} from './reporting.js'
import {changesBetween, type VersionChange} from './version-change.js'

/** Writes a lock of what the mirror has now, and tells what that changes. */
export async function upgradeLock(project: OpenProject, reporting: Reporting): Promise<VersionChange[]> {
  const done = await alone({folder: project.folder, purpose: PROJECT_LOCK}, reporting, () => runSteps<{changes?: VersionChange[]}>([{
    title: 'Ask the mirror for its packages',
    async run(context) {
      const [chosen] = chooseDeployments(project, [DEFAULT_DEPLOYMENT])
      if (!chosen) throw new BrmcError('INTERNAL', 'a project has a default deployment')
      const {debian} = chosen.deployment
      const source = {mirror: await findMirror(debian, run), suite: debian.suite, components: debian.components, dated: debian.mirror !== undefined}
      const lock = await fetchLock(source, {folder: join(project.folder, 'build', 'apt'), run, signal: reporting.signal})
      context.changes = changesBetween(versionsOf((await oldLock(project.folder))?.packages), versionsOf(lock.packages))
      await writeLock(project.folder, lock)
    },
  }], {}, reporting))
  return done.changes ?? []
}

/** A lock that cannot be used any more is as good as none: it is about to be replaced. */
async function oldLock(folder: string): Promise<Lock | undefined> {
  return readLock(folder).catch((error: unknown) => {
    if (error instanceof BrmcError && error.code === 'PACKAGE_LOCK_STALE') return undefined
    throw error
  })
}

function versionsOf(packages: Lock['packages'] = []): Map<string, string> {
  return new Map(packages.map(({name, version}) => [name, version]))
}
