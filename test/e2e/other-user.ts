import {execFile} from 'node:child_process'
import {chmod, chown, cp, readdir} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {promisify} from 'node:util'

import {brmc, PACKAGE_ROOT, type Ended} from './command.js'

/** Debian's nobody. */
const NOBODY = 65_534

/**
 * Runs brmc as a user who owns nothing but `cwd` and `home`; without root rights, as the same user with another home and umask. It runs from a copy
 * of the package as it is shipped, with nothing but its production dependencies: the checkout may be closed to others.
 */
export async function brmcAsAnotherUser(args: readonly string[], {cwd, home}: {cwd: string, home: string}): Promise<Ended> {
  const packageRoot = join(home, 'package')
  await copyPackage(packageRoot)
  const root = process.getuid?.() === 0
  if (root) await giveTo(NOBODY, home)
  const before = process.umask(0o077)
  try {
    return await brmc(args, {
      cwd, packageRoot,
      env: {HOME: home, TZ: 'Pacific/Kiritimati', LANG: 'C'},
      ...root && {uid: NOBODY, gid: NOBODY},
    })
  } finally {
    process.umask(before)
  }
}

async function copyPackage(target: string): Promise<void> {
  const {stdout} = await promisify(execFile)('npm', ['ls', '--omit=dev', '--all', '--parseable'], {cwd: PACKAGE_ROOT})
  const modules = stdout.trim().split('\n').map(path => relative(PACKAGE_ROOT, path)).filter(path => path.startsWith('node_modules/'))
  const shipped = ['bin', 'dist', 'board', 'br2-external', 'overlays', 'package.json', 'oclif.manifest.json']
  for (const path of [...shipped, ...modules]) await cp(join(PACKAGE_ROOT, path), join(target, path), {recursive: true})
}

async function giveTo(user: number, folder: string): Promise<void> {
  await chown(folder, user, user)
  await chmod(folder, 0o755)
  for (const {name, parentPath} of await readdir(folder, {withFileTypes: true, recursive: true})) await chown(join(parentPath, name), user, user)
}
