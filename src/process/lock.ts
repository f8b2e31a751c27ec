import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {realpath} from 'node:fs/promises'
import {createServer} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

export interface Lock {
  release: () => Promise<void>
}

const ASK_AGAIN_MS = 200

/**
 * The lock `purpose` on a folder, or undefined where another process holds it. It is an abstract socket (unix(7)): nothing lies on disk, and the
 * kernel lets go of it when its holder ends, however that comes about. Processes in another network namespace do not see it.
 */
export async function tryLock(folder: string, purpose: string): Promise<Lock | undefined> {
  const server = createServer()
  server.listen(`\0brmc-${createHash('sha256').update(`${await realpath(folder)}\0${purpose}`).digest('hex')}`)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined
    throw error
  }

  server.unref()
  return {
    release: async () => new Promise(resolve => {
      server.close(() => { resolve() })
    }),
  }
}

/** The same, waited for. Throws an AbortError at the signal. */
export async function waitForLock(folder: string, purpose: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    const lock = await tryLock(folder, purpose)
    if (lock) return lock
    await sleep(ASK_AGAIN_MS, undefined, {signal})
  }
}
