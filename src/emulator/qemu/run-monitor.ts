import {createConnection, type Socket} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

import {BrmcError} from '../../errors.js'
import type {CardDevice} from './qemu-arguments.js'

/** QEMU's monitor in its own protocol (QMP): one JSON object a line, each command answered in its turn, events in between. */
export interface Monitor {
  /** Pulls a card; returns when it is out. */
  unplug: (id: string) => Promise<void>
  plug: (device: CardDevice) => Promise<void>
  close: () => void
}

interface Message {
  return?: unknown
  error?: {desc: string}
  event?: string
  data?: {device?: string}
}

const PATIENCE_MS = 10_000
const RETRY_MS = 20

/** Connects as soon as QEMU listens on the socket `path`. */
export async function runMonitor(path: string, signal: AbortSignal): Promise<Monitor> {
  const socket = await connected(path, signal)
  const waiting = new Set<(message: Message) => void>()
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as Message
      for (const listener of waiting) listener(message)
    }
  })

  const next = async (what: string, wanted: (message: Message) => boolean): Promise<Message> => new Promise((resolve, reject) => {
    const settle = (): void => {
      waiting.delete(listener)
      clearTimeout(timer)
    }

    const listener = (message: Message): void => {
      if (!wanted(message)) return
      settle()
      resolve(message)
    }

    const timer = setTimeout(() => {
      settle()
      reject(new BrmcError('TOOL_FAILED', `QEMU's monitor did not tell of ${what} within ${PATIENCE_MS / 1000} s`))
    }, PATIENCE_MS)
    waiting.add(listener)
  })

  const execute = async (command: string, args: object = {}): Promise<void> => {
    const answer = next(`the end of ${command}`, message => message.return !== undefined || message.error !== undefined)
    socket.write(`${JSON.stringify({execute: command, arguments: args})}\n`)
    const {error} = await answer
    if (error) throw new BrmcError('TOOL_FAILED', `QEMU's monitor refused ${command}: ${error.desc}`)
  }

  await execute('qmp_capabilities')
  return {
    async unplug(id) {
      const gone = next(`the end of ${id}`, ({event, data}) => event === 'DEVICE_DELETED' && data?.device === id)
      await Promise.all([execute('device_del', {id}), gone])
    },
    plug: async device => execute('device_add', device),
    close() {
      socket.destroy()
    },
  }
}

async function connected(path: string, signal: AbortSignal): Promise<Socket> {
  for (let left = PATIENCE_MS; ; left -= RETRY_MS) {
    const socket = createConnection(path)
    const isOpen = await new Promise<boolean>(resolve => {
      socket.once('connect', () => { resolve(true) })
      socket.once('error', () => { resolve(false) })
    })
    if (isOpen) return socket
    if (left <= 0) throw new BrmcError('TOOL_FAILED', "QEMU's monitor does not answer")
    await sleep(RETRY_MS, undefined, {signal})
  }
}
