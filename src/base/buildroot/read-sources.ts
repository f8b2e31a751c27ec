import {resolve} from 'node:path'

import type {Run} from '../../process/run.js'
import type {Deployment} from '../../spec/deployment.js'
import {readBuildrootIdentity, readFolderIdentities, type BuildrootIdentity} from './read-folder-identity.js'

/** What lies in the folders that a deployment gives to the build. */
export interface Sources {
  /** Absent: the pinned release. */
  checkout?: {folder: string, identity: BuildrootIdentity}
  /** `bootlin`, `internal`, or the identity of a compiler's folder. */
  toolchain: string
  /** Package → its folder. */
  overrides: Readonly<Record<string, {folder: string, identity: string}>>
}

/**
 * Looks at those folders; programs of their own do the work.
 * @param projectFolder absolute; paths of brmc.yaml are relative to it
 * @throws BrmcError USAGE where one is not there, or is no Buildroot
 */
export async function readSources({path, toolchain, override}: Deployment['buildroot'], {projectFolder, run}: {projectFolder: string, run: Run}): Promise<Sources> {
  const at = (written: string): string => resolve(projectFolder, written)
  const [checkout, compiler, overrides] = await Promise.all([
    path === undefined ? undefined : readBuildrootIdentity(at(path), run),
    typeof toolchain === 'string' ? toolchain : identityOf({'buildroot.toolchain.external': at(toolchain.external)}, run),
    overridesOf(Object.entries(override).map(([name, written]) => [name, at(written)]), run),
  ])
  return {toolchain: compiler, overrides, ...checkout && path !== undefined && {checkout: {folder: at(path), identity: checkout}}}
}

async function identityOf(folder: Readonly<Record<string, string>>, run: Run): Promise<string> {
  return Object.values(await readFolderIdentities(folder, run))[0] ?? ''
}

async function overridesOf(folders: readonly [string, string][], run: Run): Promise<Sources['overrides']> {
  const keyOf = (name: string): string => `buildroot.override.${name}`
  const identities = await readFolderIdentities(Object.fromEntries(folders.map(([name, folder]) => [keyOf(name), folder])), run)
  return Object.fromEntries(folders.map(([name, folder]) => [name, {folder, identity: identities[keyOf(name)] ?? ''}]))
}
