import {cp, mkdir, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {run} from '../../src/process/run.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {makeGuestRoot} from './guest-root.js'

export interface SettingsTaken {
  /** What the console was told, without the mark that every line has. */
  said: string[]
  /** Files of the root that differ from those of the image, by path. */
  changed: Record<string, string>
  hostname: string
}

/** A root in which the router's own script takes over what lies on a FAT partition, with BusyBox and nft, in namespaces of its own. */
export interface SettingsLab {
  root: string
  /** Starts the script, as at boot, on a partition with these files. `again`: on the root as the last time left it; `before`: a shell command in it. */
  take: (files: Readonly<Record<string, string | Buffer>>, again?: boolean, before?: string) => Promise<SettingsTaken>
  /** A file as the image has it; empty where it has none. */
  built: (path: string) => Promise<string>
  remove: () => Promise<void>
}

/** What an image has, and what settings may change. */
const FOLDERS = ['etc', 'root', 'var']

/** The console is a pipe: to it each line is added, as to a terminal. */
const IN_ROOT = `
  mount --bind /dev/null "$0/dev/null"
  mount -t proc proc "$0/proc"
  { chroot "$0" /usr/bin/env -i sh -c '
    eval "$0"
    hostname as-built
    nft -f /etc/nftables.conf
    /usr/libexec/brmc/site-settings /boot
    hostname' "$1" </dev/null 3>&1 1>&4 4>&- | cat >&2; } 4>&1`

export async function settingsLab(deployment: Deployment): Promise<SettingsLab> {
  const root = await makeGuestRoot(deployment)
  const built = `${root}.built`
  await writeFile(join(root, 'dev/null'), '')
  await symlink('/proc/self/fd/3', join(root, 'dev/console'))
  for (const folder of FOLDERS) await cp(join(root, folder), join(built, folder), {recursive: true, verbatimSymlinks: true})

  const take: SettingsLab['take'] = async (files, again = false, before = ':') => {
    if (!again) {
      for (const folder of [...FOLDERS, 'run']) await rm(join(root, folder), {recursive: true, force: true})
      for (const folder of FOLDERS) await cp(join(built, folder), join(root, folder), {recursive: true, verbatimSymlinks: true})
    }

    await rm(join(root, 'boot'), {recursive: true, force: true})
    await mkdir(join(root, 'boot'), {recursive: true})
    await rm(join(root, 'run'), {recursive: true, force: true})
    await mkdir(join(root, 'run'))
    for (const [name, content] of Object.entries(files)) await writeFile(join(root, 'boot', name), content)
    const {stdout, stderr} = await run('unshare', ['--mount', '--net', '--uts', 'sh', '-ec', IN_ROOT, root, before])
    return {
      said: stderr.split('\n').filter(Boolean).map(line => line.replace(/^brmc: /, '')),
      changed: await differences(built, root),
      hostname: stdout.trim(),
    }
  }

  return {root, take, built: path => readFile(join(built, path), 'utf8').catch(() => ''), remove: async () => {
    await rm(root, {recursive: true})
    await rm(built, {recursive: true})
  }}
}

async function differences(built: string, root: string): Promise<Record<string, string>> {
  const changed: Record<string, string> = {}
  for (const folder of FOLDERS) {
    for (const entry of await readdir(join(root, folder), {recursive: true, withFileTypes: true})) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const content = await readFile(path, 'utf8')
      const before = await readFile(path.replace(root, built), 'utf8').catch(() => undefined)
      if (content !== before) changed[path.slice(root.length + 1)] = content
    }
  }

  return changed
}
