import {chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {run} from '../../src/process/run.js'
import {routesBeside} from '../../src/multicast/daemons.js'
import type {Deployment} from '../../src/spec/deployment.js'
import {renderDeployment} from './render-deployment.js'

const ROUTER_OVERLAY = fileURLToPath(new URL('../../overlays/router', import.meta.url))
const BUSYBOX = '/bin/busybox'

/** Makes a root like the Debian base's from this machine's own programs: BusyBox, nft, the routing daemons, and the two overlays; `others` are laid over them. Returns its path. */
export async function makeGuestRoot(deployment: Deployment, others: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'brmc-guest-'))
  // It becomes /, into which everybody may look.
  await chmod(root, 0o755)
  for (const folder of ['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'etc', 'var', 'usr/bin', 'usr/sbin', 'usr/lib']) await mkdir(join(root, folder), {recursive: true})
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(name === 'lib64' ? 'usr/lib' : `usr/${name}`, join(root, name))
  await symlink('../run', join(root, 'var/run'))
  await copyPrograms(root, deployment)
  await cp(ROUTER_OVERLAY, root, {recursive: true})
  const files = new Map([
    ...await renderDeployment(deployment),
    ['etc/passwd', 'root::0:0:root:/root:/bin/sh\navahi:x:102:102:avahi:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n'],
    ['etc/group', 'root:x:0:\navahi:x:102:\nnogroup:x:65534:\n'],
    ...Object.entries(others),
  ])
  for (const [path, text] of files) {
    await mkdir(join(root, dirname(path)), {recursive: true})
    await writeFile(join(root, path), text)
  }

  return root
}

async function copyPrograms(root: string, deployment: Deployment): Promise<void> {
  await cp(BUSYBOX, join(root, 'usr/bin/busybox'), {dereference: true})
  for (const applet of (await run(BUSYBOX, ['--list'])).stdout.trim().split('\n')) {
    await symlink('/usr/bin/busybox', join(root, 'usr/bin', applet)).catch(() => undefined)
  }

  await symlink('/usr/bin/busybox', join(root, 'usr/sbin/init'))
  // iproute2's ip in the place of BusyBox's: of a deployment that routes IPv6 beside mrouted or igmpproxy.
  // Built without D-Bus, as Buildroot does, it reads other words.
  const avahi = deployment.packages.includes('avahi') ? [[process.env['BRMC_TEST_AVAHI'] ?? '/usr/sbin/avahi-daemon', '/usr/sbin/avahi-daemon']] : []
  const besides = deployment.packages.includes('iproute2') || routesBeside(deployment) ? [['/sbin/ip', '/usr/bin/ip']] : []
  const mrouted = process.env['BRMC_TEST_MROUTED']
  const own = ['/usr/sbin/nft', '/usr/sbin/smcrouted', '/usr/sbin/igmpproxy'].map(path => [path, path])
  for (const [program = '', target = ''] of [...own, ...besides, ...avahi, ...mrouted === undefined ? [] : [[mrouted, '/usr/sbin/mrouted']]]) {
    await rm(join(root, target), {force: true})
    await cp(program, join(root, target), {dereference: true})
    const {stdout} = await run('ldd', [program])
    for (const [library] of stdout.matchAll(/\/\S+/g)) {
      await mkdir(join(root, dirname(library)), {recursive: true})
      await cp(library, join(root, library), {dereference: true})
    }
  }
}
