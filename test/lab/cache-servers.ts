import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'

import {run} from '../../src/process/run.js'
import {start} from '../../src/process/start.js'
import {freePort} from './dockerd.js'

/** A server of the test's own on which ccache keeps objects. */
export interface CacheServer {
  port: number
  /** How many objects it has. */
  count: () => Promise<number>
  /** What it wrote of who asked for what. */
  log: () => Promise<string>
  end: () => Promise<void>
}

const READY_MS = 15_000

/** A real Redis, which keeps all in memory and wants `password`. */
export async function startRedis(password?: string): Promise<CacheServer> {
  const port = await freePort()
  const settings = [`port ${port}`, 'bind 127.0.0.1', 'save ""', 'appendonly no', ...password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`]]
  return serve(port, async folder => {
    await writeFile(join(folder, 'redis.conf'), settings.map(line => `${line}\n`).join(''))
    return {
      command: ['redis-server', join(folder, 'redis.conf')],
      count: async () => Number((await run('redis-cli', ['-p', String(port), 'dbsize'], {env: {REDISCLI_AUTH: password}})).stdout),
      log: () => Promise.resolve(''),
    }
  })
}

/** A real nginx with WebDAV's PUT and DELETE, which wants `user` and `password`. */
export async function startNginx({user, password}: {user: string, password: string}): Promise<CacheServer> {
  const port = await freePort()
  return serve(port, async folder => {
    const root = join(folder, 'objects')
    await mkdir(root)
    await chmod(folder, 0o755)
    await writeFile(join(folder, 'users'), `${user}:${(await run('openssl', ['passwd', '-apr1', '-stdin'], {input: `${password}\n`})).stdout}`)
    await writeFile(join(folder, 'nginx.conf'), `
      daemon off; user root; worker_processes 1; pid ${folder}/pid; error_log stderr;
      events {}
      http {
        log_format asked '$http_host $remote_user $request_method $status';
        access_log ${folder}/asked.log asked;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        server {
          listen 127.0.0.1:${port};
          location /router/ {
            alias ${root}/; dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 100m;
            auth_basic cache; auth_basic_user_file ${folder}/users;
          }
        }
      }`)
    return {
      command: ['nginx', '-c', join(folder, 'nginx.conf')],
      count: async () => (await run('find', [root, '-type', 'f'])).stdout.split('\n').filter(line => line !== '').length,
      log: async () => readFile(join(folder, 'asked.log'), 'utf8'),
    }
  })
}

interface Serving extends Pick<CacheServer, 'count' | 'log'> {
  command: readonly [string, ...string[]]
}

async function serve(port: number, prepare: (folder: string) => Promise<Serving>): Promise<CacheServer> {
  const folder = await mkdtemp(join(tmpdir(), 'brmc-cache-server-'))
  const {command: [program, ...args], count, log} = await prepare(folder)
  const end = new AbortController()
  const server = start(program, args, {stdio: 'piped', signal: end.signal})
  const gone = server.ended.then(({exitCode, error}) => { throw error ?? new Error(`${program} ended with status ${exitCode ?? 'none'}:\n${server.errorOutput()}`) })
  await Promise.race([answering(port), gone])
  gone.catch(() => undefined)
  return {
    port, count, log,
    end: async () => {
      end.abort()
      await server.ended
      await rm(folder, {recursive: true, force: true})
    },
  }
}

async function answering(port: number): Promise<void> {
  for (const until = performance.now() + READY_MS; ;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (performance.now() > until) throw error
      await sleep(50)
    } finally {
      socket.destroy()
    }
  }
}
