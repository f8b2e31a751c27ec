import {chmod, chown, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Run} from '../../src/process/run.js'
import {run} from '../../src/process/run.js'
import {NOBODY_HERE, type LabEngine} from './dockerd.js'

type Caller = Omit<LabEngine, 'call' | 'remove'>

/** In namespaces of mounts where the user is known and has numbers for containers; this machine's accounts stay as they are. */
const AS_USER = `set -e
for name in passwd group subuid subgid; do
  # A small Debian may have no numbers for anybody.
  [ -e "/etc/$name" ] || : >"/etc/$name"
  mount --bind "$0/$name" "/etc/$name"
done
mount --make-rshared /
exec setpriv --reuid=${NOBODY_HERE.uid} --regid=${NOBODY_HERE.gid} --clear-groups "$@"`

/** Whoever calls the podman that startPodman made in `folder`: a user without rights, as podman is meant to be called. */
export function podmanCaller(folder: string): Caller {
  const environment = {
    PATH: process.env['PATH'], HOME: join(folder, 'home'), XDG_RUNTIME_DIR: join(folder, 'run'), CONTAINERS_CONF: join(folder, 'containers.conf'),
    DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined,
  }
  const asUser: Run = (file, args, options) => run('unshare', ['--mount', 'sh', '-c', AS_USER, folder, file, ...args], {cwd: '/', ...options})
  const programs = {run: asUser, runInTerminal: () => Promise.reject(new Error('no terminal is wanted of it'))}
  return {name: 'podman', environment, user: NOBODY_HERE, programs}
}

/** A podman without root's rights, of a user that only it knows. Needs root, to become that user. */
export async function startPodman(): Promise<LabEngine & {folder: string}> {
  const {uid, gid} = NOBODY_HERE
  const folder = await mkdtemp(join(tmpdir(), 'brmc-podman-'))
  await chmod(folder, 0o755)
  for (const name of ['home', 'run']) {
    await mkdir(join(folder, name), {mode: 0o700})
    await chown(join(folder, name), uid, gid)
  }

  const range = 'brmc-podman:200000:65536\n'
  const files = {
    passwd: `root:x:0:0::/root:/bin/sh\nbrmc-podman:x:${uid}:${gid}::${join(folder, 'home')}:/bin/sh\n`,
    group: `root:x:0:\nbrmc-podman:x:${gid}:\n`,
    subuid: range,
    subgid: range,
    // crun of Debian 12 refuses machines with cgroups of both versions; where there is one, runc does as well.
    'containers.conf': '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\n',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const caller = podmanCaller(folder)
  const call = async (...args: readonly string[]): Promise<string> => (await caller.programs.run('podman', args, {env: caller.environment})).stdout
  await call('info')
  return {
    ...caller,
    folder,
    call,
    remove: async () => {
      await call('rm', '--all', '--force')
      // It ends the process that keeps the user's namespaces.
      await call('system', 'migrate')
      await rm(folder, {recursive: true, force: true})
    },
  }
}
