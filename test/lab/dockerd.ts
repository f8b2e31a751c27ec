import {once} from 'node:events'
import {chmod, mkdir, mkdtemp, rm, symlink} from 'node:fs/promises'
import {createServer, type AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import type {Programs} from '../../src/container/workshop.js'
import {runInTerminal} from '../../src/process/run-in-terminal.js'
import {run} from '../../src/process/run.js'
import {start, type StartedProgram} from '../../src/process/start.js'

/** An engine of the test's own: its images, its volumes, its state; nothing of the machine's engines is touched. */
export interface LabEngine {
  name: 'docker' | 'podman'
  /** The caller's environment, leading to it. */
  environment: Record<string, string | undefined>
  /** Who calls it, and how. */
  user: {uid: number, gid: number}
  programs: Programs
  /** What its program prints. */
  call: (...args: readonly string[]) => Promise<string>
  /** Ends it, and takes away all it kept. */
  remove: () => Promise<void>
}

export interface Dockerd extends LabEngine {
  /** Ends the daemon and waits for it. */
  stop: () => Promise<void>
}

const READY_MS = 30_000
/** Nobody that this machine knows. */
export const NOBODY_HERE = {uid: 4321, gid: 4322}

/** Whoever calls the daemon that `environment` leads to. */
export function dockerCaller(environment: LabEngine['environment']): Omit<LabEngine, 'call' | 'remove'> {
  return {name: 'docker', environment, user: NOBODY_HERE, programs: {run, runInTerminal}}
}

/** Starts a daemon. `blindFor`: it runs as on another machine, is spoken to by TCP, and finds an empty folder there. Needs root. */
export async function startDockerd({blindFor}: {blindFor?: string} = {}): Promise<Dockerd> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-dockerd-'))
  const host = blindFor === undefined ? `unix://${folder}/docker.sock` : `tcp://127.0.0.1:${await freePort()}`
  const args = [
    `--host=${host}`, `--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`, '--bridge=none', '--iptables=false', '--ip6tables=false',
    '--containerd-namespace=brmc-test', '--containerd-plugins-namespace=brmc-test-plugins', ...blindFor === undefined ? [] : ['--tls=false'],
  ]
  const end = new AbortController()
  const daemon = blindFor === undefined
    ? start('dockerd', args, {stdio: 'piped', signal: end.signal})
    : start('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none "$0" && exec dockerd "$@"', blindFor, ...args], {stdio: 'piped', signal: end.signal})
  const environment = {...process.env, DOCKER_HOST: host, DOCKER_CONTEXT: undefined, DOCKER_TLS_VERIFY: undefined}
  const call = async (...words: readonly string[]): Promise<string> => (await run('docker', words, {env: environment})).stdout
  const stop = async (): Promise<void> => {
    // Its pid file goes with it.
    await run('sh', ['-c', '[ ! -e "$0" ] || kill "$(cat "$0")"', `${folder}/pid`])
    await Promise.race([daemon.ended, sleep(READY_MS)])
    end.abort()
    await daemon.ended
  }

  await untilReady(daemon, call)
  return {
    ...dockerCaller(environment),
    call,
    stop,
    remove: async () => {
      await stop()
      await run('sh', ['-c', 'for place in "$0"/exec/netns/*; do ! mountpoint -q "$place" || umount "$place"; done', folder])
      await rm(folder, {recursive: true, force: true})
    },
  }
}

async function untilReady(daemon: StartedProgram, call: (...args: readonly string[]) => Promise<string>): Promise<void> {
  const gone = daemon.ended.then(({exitCode, error}) => { throw error ?? new Error(`dockerd ended with status ${exitCode ?? 'none'}:\n${daemon.errorOutput()}`) })
  const until = performance.now() + READY_MS
  const ready = async (): Promise<void> => {
    for (;;) {
      try {
        await call('version')
        return
      } catch (error) {
        if (performance.now() > until) throw new Error(`dockerd does not answer:\n${daemon.errorOutput()}`, {cause: error})
        await sleep(100)
      }
    }
  }
  await Promise.race([ready(), gone])
  gone.catch(() => undefined)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Makes the smallest image a workshop can work in: BusyBox and tini, from Debian's busybox-static and tini. With `programs`, it also has these of this machine, which a
 * workshop finds where it is given /usr as its toolchain.
 */
export async function importSmallImage({call}: LabEngine, tag: string, programs: readonly string[] = []): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-image-'))
  try {
    await Promise.all(['bin', 'usr/bin', 'tmp', 'dev', 'proc', 'sys', 'etc'].map(async name => mkdir(join(folder, name), {recursive: true})))
    await run('cp', ['/bin/busybox', join(folder, 'bin/busybox')])
    await run('cp', ['-L', '/usr/bin/tini-static', join(folder, 'usr/bin/tini')])
    const {stdout} = await run('/bin/busybox', ['--list'])
    await run('sh', ['-c', 'cd "$0/bin" && for name; do [ -e "$name" ] || ln -s busybox "$name"; done', folder, ...stdout.trim().split('\n')])
    if (programs.length > 0) {
      const links: [string, string][] = [['lib', 'lib'], ['lib64', 'lib64'], ['usr/lib', 'lib'], ['usr/include', 'include'], ...programs.map((name): [string, string] => [`usr/bin/${name}`, `bin/${name}`])]
      await Promise.all(links.map(async ([path, target]) => symlink(`/brmc/toolchain/${target}`, join(folder, path))))
    }

    await chmod(join(folder, 'tmp'), 0o1777)
    await chmod(folder, 0o755)
    await run('tar', ['-C', folder, '--owner=0', '--group=0', '--exclude=./image.tar', '-cf', join(folder, 'image.tar'), '.'])
    await call('import', join(folder, 'image.tar'), tag)
    await call('image', 'inspect', tag)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
