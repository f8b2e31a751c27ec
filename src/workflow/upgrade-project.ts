import {join} from 'node:path'

import {readTextIfThere} from '../files/read-text.js'
import {web} from '../process/web.js'
import {LOCK_FILE} from '../spec/project-text.js'
import type {Spec} from '../spec/schema.js'
import {PINS_FILE} from '../tree/read-pins.js'
import {openProject, type OpenProject} from './open-project.js'
import type {Reporting} from './reporting.js'
import {upgradeLock} from './upgrade-lock.js'
import {upgradePins} from './upgrade-pins.js'
import type {VersionChange} from './version-change.js'

export interface UpgradeRequest {
  folder: string
  /** Only what this base is made of. */
  base?: Spec['base']
  /** A checkout of Buildroot to read the pins off, absolute. */
  buildroot?: string
}

export interface Upgrade {
  base: Spec['base']
  changes: VersionChange[]
}

/** Moves what the project's bases are made of: brmc.pins.json for buildroot, brmc.lock.json for debian. */
export async function upgradeProject({folder, base, buildroot}: UpgradeRequest, reporting: Reporting): Promise<Upgrade[]> {
  const project = await openProject(folder)
  const bases = buildroot !== undefined ? ['buildroot' as const] : base ? [base] : await basesOf(project)
  const upgrades: Upgrade[] = []
  for (const one of bases) {
    upgrades.push({base: one, changes: one === 'debian' ? await upgradeLock(project, reporting) : await upgradePins(project, {...buildroot !== undefined && {buildroot}, fetch: web}, reporting)})
  }

  return upgrades
}

/** Those that deployments ask for, and those that something is pinned for already. */
async function basesOf({folder, checked}: OpenProject): Promise<Spec['base'][]> {
  const asked = new Set(checked.deployments.map(({base}) => base))
  const pinned = async (file: string): Promise<boolean> => await readTextIfThere(join(folder, file)) !== undefined
  if (await pinned(PINS_FILE)) asked.add('buildroot')
  if (await pinned(LOCK_FILE)) asked.add('debian')
  return [...asked].sort()
}
