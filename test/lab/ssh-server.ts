import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import {run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import {freePort} from './dockerd.js'

export interface SshServer {
  /** For DOCKER_HOST. */
  address: string
  /** PATH whose ssh knows the server and has a key for it. */
  path: string
  end: () => Promise<void>
}

const READY_MS = 15_000
/** In a namespace of mounts where root's home is another, for the server takes keys from there alone. */
const SERVE = 'mount --bind "$0/passwd" /etc/passwd && exec dropbear -F -E -s -r "$0/host" -P "$0/pid" -p "127.0.0.1:$1"'

/** A real ssh server on this machine (dropbear, which comes without a service), whose sessions find `dockerHost` as their engine. Needs root. */
export async function startSshServer(dockerHost: string): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-ssh-'))
  const port = await freePort()
  await run('dropbearkey', ['-t', 'ed25519', '-f', join(folder, 'host')])
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
  await writeFile(join(folder, 'passwd'), `root:x:0:0:root:${folder}:/bin/sh\n`)
  await mkdir(join(folder, '.ssh'), {mode: 0o700})
  // As SetEnv of OpenSSH's server would.
  await writeProgram(join(folder, 'session'), `export DOCKER_HOST=${dockerHost}\nexec sh -c "$SSH_ORIGINAL_COMMAND"`)
  await writeFile(join(folder, '.ssh/authorized_keys'), `command="${folder}/session" ${await readFile(join(folder, 'key.pub'), 'utf8')}`, {mode: 0o600})
  const {stdout} = await run('dropbearkey', ['-y', '-f', join(folder, 'host')])
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${port} ${/^ssh-ed25519 \S+/m.exec(stdout)?.[0] ?? ''}\n`)
  const options = [
    `IdentityFile ${folder}/key`, 'IdentitiesOnly yes', `UserKnownHostsFile ${folder}/known`, 'BatchMode yes',
    'ControlMaster auto', `ControlPath ${folder}/%C`, 'ControlPersist 60',
  ]
  await writeFile(join(folder, 'ssh.conf'), options.map(option => `${option}\n`).join(''))
  await mkdir(join(folder, 'bin'))
  await writeProgram(join(folder, 'bin/ssh'), `exec /usr/bin/ssh -F ${folder}/ssh.conf "$@"`)
  const end = new AbortController()
  const server = start('unshare', ['--mount', 'sh', '-c', SERVE, folder, String(port)], {stdio: 'piped', signal: end.signal})
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`
  const ssh = async (...args: readonly string[]): Promise<boolean> => (await run('ssh', [...args, '-p', String(port), 'root@127.0.0.1', 'true'], {env: {PATH: path}, accept: [0, 255]})).exitCode === 0
  for (const until = performance.now() + READY_MS; !await ssh();) {
    if (performance.now() > until) throw new Error(`the ssh server lets nobody in:\n${server.errorOutput()}`)
    await sleep(100)
  }

  return {
    address: `ssh://root@127.0.0.1:${port}`,
    path,
    async end() {
      // The connection that later ones went through would stay for its minute, and the server with it.
      await ssh('-O', 'exit')
      end.abort()
      await server.ended
      await rm(folder, {recursive: true, force: true})
    },
  }
}

async function writeProgram(file: string, text: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${text}\n`)
  await chmod(file, 0o755)
}
